# SPDX-License-Identifier: MIT
# A Debian with OpenRC, booted: its own script, and the init script of the package, which
# Debian's OpenRC runs as well.

load lib
load boot/lib

setup_test()
{
	requires root tun
	machine openrc
	install_package
	assert_equal "$(cd "$R/etc/runlevels" && find . -name '*config_tap*')" "" \
		"in a runlevel although only installed"
	enable_package
	cp "$top_builddir/tests/attach" "$R/root/"
}

# The script of systems where OpenRC is the usual init. Debian boots without the runlevel
# "boot", where it would be on these.
install_openrc_script()
{
	in_root update-rc.d -f config_tap remove
	sed 's|/etc/sysconfig/config_tap|/etc/default/config_tap|' \
		"$top_srcdir/initscripts/config_tap.openrc" >"$R/etc/init.d/config_tap"
	in_root rc-update add config_tap default
}

in_use()
{
	inside config_tap status | grep -q 'attach ('
}

interfaces()
{
	inside ls /sys/class/net | xargs
}

@test "the init script of the package: from boot to shutdown" {
	boot_sysv
	assert_equal "$(interfaces)" "lo tap0"
	in_machine 0 rc-service config_tap status
	in_machine 0 service config_tap stop
	assert_equal "$(interfaces)" lo
	in_machine 0 service config_tap start
	halt shutdown -h now
	grep -q 'Stopping persistent TUN/TAP interfaces' "$T/console"
}

@test "OpenRC's own script: boot, every action, shutdown" {
	install_openrc_script
	boot_sysv
	assert_equal "$(interfaces)" "lo tap0"
	in_machine 0 rc-status default
	assert_matches "$(printf '%s\n' "$out" | grep config_tap)" ' config_tap .*started.*'
	in_machine 0 rc-service config_tap status
	assert_contains "$out" tap0
	before=$(inside cat /sys/class/net/tap0/ifindex)
	in_machine 0 rc-service config_tap reload
	in_machine 0 rc-service config_tap check
	assert_equal "$(inside cat /sys/class/net/tap0/ifindex)" "$before"
	in_machine 0 rc-service config_tap restart
	in_machine 0 rc-service config_tap stop
	assert_equal "$(interfaces)" lo
	in_machine 3 rc-service config_tap status
	in_machine 0 rc-service config_tap start
	assert_equal "$(interfaces)" "lo tap0"
	# in use: only the stop of a shutdown takes it away
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry in_use
	in_machine 1 rc-service config_tap stop
	halt shutdown -h now
	grep -q 'Stopping persistent TUN/TAP interfaces' "$T/console"
	# which is all that there is to be said
	run grep -ciE 'config_tap: |ERROR: config_tap' "$T/console"
	assert_equal "$output" 1
	grep -q 'config_tap: warning: tap0: was in use by attach' "$T/console"
}

@test "OpenRC's own script: a broken configuration is a failed service" {
	install_openrc_script
	printf '[tap0]\nadress = 192.168.0.1/24\n' >"$R/etc/default/config_tap"
	boot_sysv
	assert_equal "$(interfaces)" lo
	grep -q '/etc/default/config_tap:2: \[tap0\] ' "$T/console"
	in_machine 1 rc-service config_tap start
}
