# SPDX-License-Identifier: MIT
# A Debian with sysvinit, the package installed, booted: what the init script does where
# init itself calls it.

load lib
load boot/lib

setup_test()
{
	requires root tun
	machine base
	install_package
	enable_package
	cp "$top_builddir/tests/attach" "$R/root/"
}

# The links of all levels, without their numbers: "K0 K1 S2 ..."
links()
{
	local link all=

	for link in "$R"/etc/rc[0-6S].d/[SK][0-9][0-9]config_tap; do
		[ -L "$link" ] || continue
		link=${link#"$R"/etc/rc}
		all+="${link:4:1}${link:0:1} "
	done
	echo "${all% }"
}

interfaces()
{
	inside ls /sys/class/net | xargs
}

holder()
{
	inside pgrep -f config_tap_holder
}

lock()
{
	inside test -e /var/lock/subsys/config_tap
}

in_use()
{
	inside config_tap status | grep -q 'attach ('
}

# What init and its scripts said that is no good news. Two programs miss hardware, which a
# name space has not got, and a script of Debian 13's a disc to write to.
complaints()
{
	tr -d '\r' <"$T/console" | grep -iE 'config_tap: |\bfail|error|cannot|not found' |
		grep -vE -e '^(dmesg|hwclock): |^Cannot persist the following output' \
			-e 'config_tap: warning: tap0: was in use by attach' || true
}

@test "boots to runlevel 2 with tap0 up" {
	boot_sysv
	in_machine 0 ip -brief address show dev tap0
	assert_contains "$out" 192.168.0.1/24
	in_machine 0 service config_tap status
	assert_contains "$out" tap0
	lock
	holder
	grep -q 'Starting persistent TUN/TAP interfaces' "$T/console"
}

@test "telinit 1 removes tap0, telinit 3 brings it back with the same MAC" {
	boot_sysv
	mac=$(inside cat /sys/class/net/tap0/address)
	go_to_runlevel 1
	assert_equal "$(interfaces)" lo
	in_machine 3 service config_tap status
	absent lock
	absent holder
	go_to_runlevel 3
	assert_equal "$(interfaces)" "lo tap0"
	assert_equal "$(inside cat /sys/class/net/tap0/address)" "$mac"
	in_machine 0 service config_tap status
	lock
}

@test "a change of the runlevel leaves the interface alone" {
	boot_sysv
	before=$(inside cat /sys/class/net/tap0/ifindex /sys/class/net/tap0/carrier_changes)
	go_to_runlevel 5
	assert_equal "$(inside cat /sys/class/net/tap0/ifindex \
		/sys/class/net/tap0/carrier_changes)" "$before"
}

@test "service: every action, from /, with an empty environment" {
	boot_sysv
	in_machine 0 service config_tap restart
	in_machine 0 service config_tap reload
	in_machine 0 service config_tap force-reload
	in_machine 0 service config_tap try-restart
	in_machine 0 service config_tap stop
	assert_equal "$(interfaces)" lo
	in_machine 3 service config_tap status
	in_machine 0 service config_tap try-restart
	assert_equal "$(interfaces)" lo
	in_machine 0 service config_tap start
	assert_equal "$(interfaces)" "lo tap0"
	in_machine 2 service config_tap bogus
	assert_contains "$err" "Usage:"
}

@test "shutdown: forced, in order, and nothing complains" {
	boot_sysv
	# somebody uses the interface: then only the stop of a shutdown takes it away
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry in_use
	in_machine 1 service config_tap stop
	assert_contains "$err" attach
	halt shutdown -h now
	grep -q 'Stopping persistent TUN/TAP interfaces' "$T/console"
	assert_equal "$(complaints)" ""
	[ ! -e "$R/var/lock/subsys/config_tap" ] || fail "the lock is left"
}

@test "shutdown: a hundred interfaces are gone" {
	mkdir -p "$R/etc/default"
	for i in {0..99}; do
		printf '[fake%d]\naddress = 10.77.%d.1/24\n' "$i" "$i"
	done >"$R/etc/default/config_tap"
	boot_sysv
	in_machine 0 service config_tap status -q
	# as rc does it, which gives the runlevel to the script
	begin=$(now)
	in_machine 0 sh -c 'RUNLEVEL=0 PREVLEVEL=2 /etc/rc0.d/K*config_tap stop'
	took=$(($(now) - begin))
	echo "# stopped a hundred in $took ms" >&3
	assert_equal "$(interfaces)" lo
	in_machine 0 service config_tap start
	halt shutdown -h now
	assert_equal "$(complaints)" ""
}

@test "a broken configuration: the boot goes on, and says so" {
	printf '[tap0]\nadress = 192.168.0.1/24\n' >"$R/etc/default/config_tap"
	boot_sysv
	assert_equal "$(interfaces)" lo
	grep -q '/etc/default/config_tap:2: \[tap0\] ' "$T/console"
	grep -q 'failed!' "$T/console"
	in_machine 6 service config_tap status
}

@test "update-rc.d: links in each level, before and after disable" {
	assert_equal "$(links)" "K0 K1 S2 S3 S4 S5 K6"
	in_root update-rc.d config_tap disable
	assert_equal "$(links)" "K0 K1 K2 K3 K4 K5 K6"
	boot_sysv
	assert_equal "$(interfaces)" lo
	in_machine 0 update-rc.d config_tap enable
	assert_equal "$(links)" "K0 K1 S2 S3 S4 S5 K6"
	# from 2 to 3 it would be left alone, as one that has a link to be started in 2
	go_to_runlevel 1
	go_to_runlevel 3
	assert_equal "$(interfaces)" "lo tap0"
}

@test "update-rc.d: remove takes the links away" {
	rm "$R/etc/init.d/config_tap"
	in_root update-rc.d config_tap remove
	assert_equal "$(links)" ""
}
