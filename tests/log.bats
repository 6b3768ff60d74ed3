# SPDX-License-Identifier: MIT
# Who is told what: stderr, syslog, and the journal in the place of both.

load lib

setup_test()
{
	requires root tun
	config <<-'END'
		port = 4789
		[v]
		mode = vxlan
		vni = 4
		local = 10.0.0.1
		peers = 10.0.0.1, 10.0.0.2
		[a]
	END
}

# syslog STATUS ARGUMENT...: runs tap; $calls is how often it has asked for syslog's socket
syslog()
{
	local as=(strace -f -q -o "$T/trace" -e trace=connect)

	tap "$@"
	calls=$(grep -c '"/dev/log"' "$T/trace" || true)
}

@test "a warning of the file: on stderr without --quiet, in syslog where something changes" {
	syslog 0 start
	assert_contains "$err" "warning: [v] port: 4789"
	assert_equal "$calls" 1
	syslog 0 check
	assert_contains "$err" "warning: [v] port: 4789"
	assert_equal "$calls" 0
	# that local is no address of this machine is a difference
	syslog 1 status
	assert_contains "$err" "warning: [v] port: 4789"
	assert_equal "$calls" 0
	syslog 0 --quiet start
	assert_equal "$err" ""
	assert_equal "$calls" 1
	syslog 0 --quiet check
	assert_equal "$err$calls" 0
}

@test "called by init: status goes to no syslog, whatever OPTIONS are" {
	printf '%s\n' 'OPTIONS = "--verbose"' "$(cat "$CONFIG")" >"$CONFIG.new"
	mv "$CONFIG.new" "$CONFIG"
	syslog 3 --service status
	assert_contains "$err" "warning: [v] port: 4789"
	assert_equal "$calls" 0
	syslog 0 --service start
	assert_equal "$calls" 1
}

@test "--quiet leaves errors on stderr, and what was forced to syslog" {
	tap 0 start
	attach a
	syslog 1 --quiet stop a
	assert_contains "$err" "a: is in use by"
	assert_equal "$calls" 1
	syslog 0 --quiet --force stop a
	assert_equal "$err" ""
	assert_equal "$calls" 1
}

@test "where stderr is the journal it has all, with a priority, and syslog nothing" {
	export JOURNAL_STREAM

	: >"$T/.err"
	JOURNAL_STREAM=$(stat -c %d:%i "$T/.err")
	syslog 0 start
	assert_contains "$err" "<4>$CONFIG:1: warning: [v] port: 4789"
	assert_equal "$calls" 0
	syslog 0 --quiet start
	assert_contains "$err" "<4>$CONFIG:1: warning: [v] port: 4789"
}
