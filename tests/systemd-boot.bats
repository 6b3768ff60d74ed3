# SPDX-License-Identifier: MIT
# A Debian with systemd, the package installed, booted: what the unit does, and the init
# script beside it.

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

show()
{
	inside systemctl show --property="$1" --value config_tap.service
}

interfaces()
{
	inside ls /sys/class/net | xargs
}

holder()
{
	inside pgrep -f config_tap_holder
}

# in_journal TEXT: with those lines too that come from a process which has ended before the
# journal looks whose it was
in_journal()
{
	inside journalctl --no-pager --output=cat --boot | grep -qF "$1"
}

@test "starts at boot, before the network, and systemctl shows it" {
	boot_systemd
	in_machine 0 systemctl --no-pager status config_tap
	assert_contains "$out" "Active: active"
	in_machine 0 ip -brief address show dev tap0
	assert_contains "$out" 192.168.0.1/24
	in_machine 0 config_tap status
	assert_equal "$(show After | tr ' ' '\n' | grep -c '^network')" 0
	in_machine 0 systemctl --no-pager list-units --failed --plain --no-legend
	assert_lacks "$out" config_tap
	run inside journalctl --no-pager --boot --grep='ordering cycle'
	assert_lacks "$output" config_tap
}

@test "service: every action goes through systemctl" {
	boot_systemd
	in_machine 0 service config_tap status
	in_machine 0 service config_tap stop
	assert_equal "$(show ActiveState) $(interfaces)" "inactive lo"
	in_machine 3 service config_tap status
	in_machine 0 service config_tap start
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0"
	in_machine 0 service config_tap restart
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0"
	printf '[tap0]\naddress = 192.168.0.1/24\n[tap1]\n' >"$T/edited"
	inside tee /etc/default/config_tap <"$T/edited" >/dev/null
	in_machine 0 service config_tap reload
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0 tap1"
	in_machine 0 service config_tap force-reload
	in_machine 0 /etc/init.d/config_tap stop
	assert_equal "$(show ActiveState) $(interfaces)" "inactive lo"
	in_machine 0 service config_tap try-restart
	assert_equal "$(show ActiveState) $(interfaces)" "inactive lo"
}

@test "an action on one interface stays with the script" {
	boot_systemd
	in_machine 0 /etc/init.d/config_tap stop tap0
	assert_equal "$(show ActiveState) $(interfaces)" "active lo"
	in_machine 0 /etc/init.d/config_tap start tap0
	assert_equal "$(interfaces)" "lo tap0"
}

@test "a broken configuration is seen as failed, and why" {
	printf '[tap0]\nadress = 192.168.0.1/24\n' >"$R/etc/default/config_tap"
	boot_systemd
	assert_equal "$(show ActiveState) $(show Result)" "failed exit-code"
	retry 5 in_journal "/etc/default/config_tap:2: [tap0] "
	in_machine 3 service config_tap status
	in_machine 1 service config_tap start
	# one that gets broken while all runs: reload fails, and what runs goes on
	inside sh -c 'echo "[tap0]" >/etc/default/config_tap'
	in_machine 0 service config_tap start
	inside sh -c 'echo "adress = 192.168.0.1/24" >>/etc/default/config_tap'
	in_machine 1 systemctl reload config_tap
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0"
}

@test "a killed holder: the interface stays, status says so, start mends it" {
	boot_systemd
	before=$(inside cat /sys/class/net/tap0/ifindex)
	inside kill -KILL "$(holder)"
	retry 5 absent holder
	in_machine 1 config_tap status
	assert_contains "$out" "holder"
	assert_equal "$(show ActiveState)" active
	in_machine 0 service config_tap reload
	in_machine 0 config_tap status
	holder
	assert_equal "$(inside cat /sys/class/net/tap0/ifindex)" "$before"
}

@test "stop ends the holder" {
	boot_systemd
	holder
	in_machine 0 systemctl stop config_tap
	absent holder
	assert_equal "$(interfaces)" lo
}

@test "an interface in use: stop fails and leaves it" {
	boot_systemd
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry 5 in_use
	inside systemctl stop config_tap || true
	assert_equal "$(show ActiveState) $(interfaces)" "failed lo tap0"
	retry 5 in_journal "in use by attach"
}

in_use()
{
	inside config_tap status | grep -q 'attach ('
}

@test "poweroff: stop is forced, and nothing is left" {
	mkdir -p "$R/var/log/journal"
	boot_systemd
	in_machine 0 config_tap release tap0
	inside systemd-run --quiet --unit=user-of-tap /root/attach tap0
	retry 5 in_use
	halt systemctl poweroff
	journalctl --directory="$R/var/log/journal" --no-pager --output=cat \
		--unit=config_tap.service >journal
	cat journal
	grep -q 'Stopping persistent TUN/TAP interfaces' journal
	run grep -iE 'fail|in use|left-over|Killing' journal
	assert_equal "$output" ""
	[ ! -e "$R/var/lock/subsys/config_tap" ] || fail "the lock is left"
}

# networkd with a file for every interface, as some machines have it
start_networkd()
{
	printf '[Match]\nName=*\n[Network]\nDHCP=ipv4\nAddress=10.66.0.1/24\n' |
		inside tee /etc/systemd/network/99-all.network >/dev/null
	in_machine 0 systemctl start systemd-networkd
}

networkd_says()
{
	inside networkctl --no-pager --no-legend list tap0 | grep -q "$1"
}

@test "networkd leaves the interface alone with the example, and not without" {
	examples=/usr/share/doc/config-tap/examples
	boot_systemd
	inside cp "$examples/networkd.network" /etc/systemd/network/05-config_tap.network
	start_networkd
	retry 5 networkd_says unmanaged
	in_machine 0 config_tap status
	assert_lacks "$(inside ip -brief address show dev tap0)" 10.66.0.1

	inside rm /etc/systemd/network/05-config_tap.network
	in_machine 0 systemctl restart systemd-networkd
	retry 10 has_address 10.66.0.1/24
}

has_address()
{
	inside ip -brief address show dev tap0 | grep -qF "$1"
}

@test "udev takes the example for the interface, and leaves its MAC and name" {
	examples=$top_srcdir/examples
	mkdir -p /etc/systemd/network
	cp "$examples/udev.link" /etc/systemd/network/05-config_tap.link
	ip tuntap add dev tap0 mode tap
	program 0 udevadm test-builtin net_setup_link /sys/class/net/tap0
	assert_contains "$out$err" "/etc/systemd/network/05-config_tap.link"
	assert_lacks "$err" "05-config_tap.link:"
	assert_contains "$err" "not renaming"
}
