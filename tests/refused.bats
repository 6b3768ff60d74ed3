# SPDX-License-Identifier: MIT
# The kernel says no: to single calls, to all that root may do, to files and processes.
# There is a sentence then, and nothing is left half made.

load lib

setup_test()
{
	requires root tun
	config <<-'END'
		[t]
		address = 10.1.0.1/24
		[h]
		carrier = hold
	END
}

# refused ERROR CALLS STATUS COMMAND...: under a filter
refused()
{
	local as=("$top_builddir/tests/deny" "$1" "$2")

	shift 2
	tap "$@"
}

@test "a filter refuses what nothing can be done without: a sentence, and nothing is made" {
	local call

	for call in socket ioctl sendto flock; do
		refused EPERM "$call" 1 start
		assert_contains "$err" ": "
		assert_nics ""
		refused ENOSYS "$call" 1 start
		assert_nics ""
	done
	tap 0 start
	tap 0 status
}

@test "a filter, or an old kernel, has no memory for a file that iniparser cannot be given as it is" {
	printf '[t]\n  address = 10.1.0.1/24,\\\n 10.2.0.1/24\n' | config
	refused ENOSYS memfd_create 0 start
	assert_equal "$(addresses t)" "10.1.0.1/24 10.2.0.1/24"
	[ -z "$(find /dev/shm /run /tmp -maxdepth 1 -name 'config_tap.??????' 2>/dev/null)" ] ||
		fail "the file in its place is left"
}

@test "a filter refuses what is good to have: all is made without it" {
	refused EPERM fsopen,pidfd_getfd,getrandom,memfd_create 0 start
	tap 0 status
	refused ENOSYS fsopen,pidfd_getfd,getrandom 0 stop
	assert_nics ""
}

@test "a filter keeps the holder from giving up its privileges: it ends, and the NIC is named" {
	refused EPERM chroot 1 start
	assert_contains "$err" "config_tap: h: cannot hold the link up: "
	assert_nics t
	tap 0 start
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "root without CAP_NET_ADMIN: said so, status 4, nothing is made" {
	local as=(setpriv --bounding-set -net_admin --inh-caps -net_admin --)

	tap 4 start
	assert_contains "$err" "CAP_NET_ADMIN"
	assert_nics ""
}

@test "root of a user namespace, in a network namespace that is not its own" {
	local as=(unshare --user --map-root-user)

	requires user_namespaces
	tap 1 start
	assert_contains "$err" "config_tap: "
	assert_nics ""
	as=()
	tap 0 start
	unshare --user --map-root-user "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" \
		--force stop >words 2>&1 3>&- || true
	assert_nics h t
}

@test "no processes: the holder cannot be started, and the NIC is named" {
	local as=(strace -q -o /dev/null -e 'inject=clone,clone3,?fork,?vfork:error=EAGAIN')

	tap 1 start
	assert_contains "$err" "config_tap: h: cannot hold the link up: "
	assert_nics t
}

@test "no way back from another namespace: nothing more is done, with a sentence" {
	local as=(strace -q -o /dev/null -e inject=setns:error=EPERM:when=2)

	mkdir -p /run/netns
	ip netns add box
	printf '%s\n' '[n]' 'netns = box' | config
	tap 1 start
	assert_equal "$err" "config_tap: cannot go back to our own network namespace (setns): Operation not permitted"
	as=()
	tap 0 start
	tap 0 stop
}

@test "no /proc: the file cannot be read, and nothing is done" {
	# which the address sanitizer itself cannot do without
	! is_sanitized || return 0
	tap 0 start
	mount -t tmpfs tmpfs /proc
	tap 6 start
	assert_contains "$err" "is /proc mounted?"
	# nobody can say of which boot the records are
	tap 1 stop
	assert_contains "$err" "boot_id"
	tap 1 --force stop
	umount /proc
	assert_nics h t
	tap 0 stop
	assert_nics ""
}

@test "no /sys: nothing is missed" {
	umount /sys
	tap 0 start
	tap 0 status
	tap 0 stop
	mount -t sysfs sysfs /sys
	assert_nics ""
}

@test "a namespace that vanishes: its NICs went with it, and stop forgets them" {
	ip netns add lab
	config <<-'END'
		[t]
		netns = lab
		[u]
	END
	tap 0 start
	ip netns del lab
	config <<<'[u]'
	tap 0 stop
	assert_nics ""
	assert_lacks "$(cat "$RUN/nics")" "t netid"
}

@test "a NIC's name of bytes that move a cursor is told in plain characters" {
	printf '[a\233b]\nmtu = 1\n' | config
	tap 6 start
	assert_lacks "$err" $'\233'
	printf '[a\233b]\nalias = "\033[31m"\n' | config
	tap 0 --verbose start
	assert_lacks "$err$out" $'\233'
	assert_lacks "$err$out" $'\033'
	assert_contains "$err" 'a\x9bb: '
	tap 0 --dry-run --force restart
	assert_lacks "$err$out" $'\233'
	assert_lacks "$err$out" $'\033'
	tap 0 stop
}

@test "output that cannot be written: status cannot tell, check fails, both say so" {
	tap 0 start
	for what in "4 status" "4 --json status" "1 check"; do
		read -r -a words <<<"${what#* }"
		expected=${what%% *} status=0
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "${words[@]}" >/dev/full 2>said ||
			status=$?
		assert_equal "$status" "$expected" "$what"
		assert_contains "$(cat said)" "cannot write to standard output: No space left on device"
	done
	tap 0 stop
}
