# SPDX-License-Identifier: MIT
# What other programs do with a NIC as soon as they are told of it, and start's last look.

load lib

setup_test()
{
	requires root tun
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' 'mtu = 1400' | config
	mkdir -p /run/udev/data
	: >/run/udev/control
}

@test "udev sets a MAC of its own a moment later: start ends with ours" {
	meddle udev t 02:00:00:00:66:66
	tap 0 --verbose start
	assert_equal "$(grep -c 't: set mac' <<<"$err")" 2
	tap 0 status
	[ "$(link t .address)" != 02:00:00:00:66:66 ] || fail "it has udev's MAC"
	tap 0 --dry-run start
	assert_equal "$out" ""
}

@test "a NIC that is set again is made once, as start counts" {
	meddle udev t 02:00:00:00:66:66
	program 0 env TERM=xterm script -qec "$CONFIG_TAP -c $CONFIG --run-dir $RUN start" /dev/null
	assert_equal "${out//$'\r'/}" "start: 1 NIC made"
}

@test "udev is there, and never says a word: start waits for a while, and goes on" {
	meddle udev another 02:00:00:00:66:66
	tap 0 start
	tap 0 status
}

@test "a program that hears of devices and is not udev is not waited for" {
	rm -r /run/udev
	meddle udev another 02:00:00:00:66:66
	traced 0 start
	assert_lacks "$(cat "$T/trace")" /run/udev/data
}

@test "where nobody is told of devices nothing is looked at twice" {
	traced 0 start
	assert_lacks "$(cat "$T/trace")" /run/udev
}

# start_fails: it does so as soon as the other one is quick enough each time
start_fails()
{
	! "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start >"$T/said" 2>&1 3>&- 4>&- </dev/null
}

@test "who sets something again each time is told of, and start fails" {
	rm -r /run/udev
	meddle udev another 02:00:00:00:66:66
	meddle mtu t 1300
	LIMIT=60 retry start_fails
	assert_equal "$(cat "$T/said")" "config_tap: t: does not stay as it was set: another program changes it each time; config_tap --dry-run start shows what"
	tap 1 status
}
