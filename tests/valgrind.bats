# SPDX-License-Identifier: MIT
# The main paths under valgrind, which sees what is read before it was set. The address
# sanitizer does not, and the two cannot go together.

load lib

setup_test()
{
	requires root tun
	command -v valgrind >/dev/null || fail "valgrind is missing: ./quickstart check installs it"
	LIMIT=120
}

# tap under valgrind; the holder may not make the system calls that valgrind itself wants
checked()
{
	local as=(valgrind --quiet --error-exitcode=99 --trace-children=yes --trace-children-skip="*config_tap_holder" --vgdb=no
		--log-file="$T/valgrind.%p" --)

	tap "$@"
}

# Nothing but that it does not know a system call, for which there is another way.
assert_nothing_found()
{
	assert_equal "$(cat "$T"/valgrind.* | grep -vE '^--[0-9]+-- (WARNING: unhandled amd64-linux syscall: 43[0-9]$|You may be able to|Read the file|Nevertheless we|it at http)')" ""
}

@test "start, status, reload, hold, release and stop" {
	! is_sanitized || return 0
	config <<-'END'
		[a]
		owner = alice
		address = 10.1.0.1/24, 10.2.0.1/24, fd00::1/64
		routes = 10.9.0.0/16 via 10.1.0.2
		alias = lab
		mtu = 1400
		promisc = yes
		[b]
		carrier = hold
		[c%d]
		count = 60
		address = 10.3.0.1/30
		[d]
		mode = tun
		[e]
		bridge = br0
	END
	checked 0 start
	checked 0 start
	checked 0 status
	checked 0 --json --verbose status
	checked 0 hold a
	checked 0 release a b
	sed -i -e 's/^count = 60/count = 55/' -e 's/10.2.0.1/10.4.0.1/' -e '/^alias/d' "$CONFIG"
	checked 0 --dry-run reload
	checked 0 reload
	checked 0 stop d
	checked 0 stop
	assert_nics ""
	assert_nothing_found
}

@test "hundreds of mistakes in a file" {
	! is_sanitized || return 0
	# the files of the table, all in one
	grep -v '^#' "$top_srcdir/tests/mistakes.table" >"$CONFIG"
	checked 6 check
	checked 6 --json check
	assert_nothing_found
	assert_nics ""
}
