# SPDX-License-Identifier: MIT
# A Debian with systemd, the package installed, booted: what the unit does, and the init
# script beside it; on its own, and as Red Hat's "service" calls it.

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
	retry in_journal "/etc/default/config_tap:2: [tap0] "
	in_machine 3 service config_tap status
	in_machine 1 service config_tap start
	# one that gets broken while all runs: reload fails, and what runs goes on
	inside sh -c 'echo "[tap0]" >/etc/default/config_tap'
	in_machine 0 service config_tap start
	inside sh -c 'echo "adress = 192.168.0.1/24" >>/etc/default/config_tap'
	in_machine 1 systemctl reload config_tap
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0"
}

@test "a killed holder: the interface stays, status says so, reload starts another" {
	boot_systemd
	before=$(inside cat /sys/class/net/tap0/ifindex)
	inside kill -KILL "$(holder)"
	retry absent holder
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

@test "an interface in use: systemctl's stop fails and leaves it, the script's says so as well" {
	boot_systemd
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry in_use
	inside systemctl stop config_tap || true
	assert_equal "$(show ActiveState) $(interfaces)" "failed lo tap0"
	retry in_journal "in use by attach"
	# systemd reloads nothing that has failed, and a start touches nothing that is there
	before=$(devices)
	in_machine 1 systemctl reload config_tap
	in_machine 0 systemctl start config_tap
	in_machine 0 systemctl reload config_tap
	assert_equal "$(devices) $(show ActiveState)" "$before active"
	in_machine 1 /etc/init.d/config_tap stop
	assert_contains "$err" "in use by attach"
	inside pkill attach
	in_machine 0 /etc/init.d/config_tap stop
	assert_equal "$(interfaces)" lo
	in_machine 0 /etc/init.d/config_tap start
	assert_equal "$(show ActiveState) $(interfaces)" "active lo tap0"
}

in_use()
{
	inside config_tap status | grep -q 'attach ('
}

# As on Red Hat's systems: their service(8) and their library of functions, under bash.
boot_red_hat()
{
	cp "$top_srcdir/tests/stand-ins/service" "$R/usr/sbin/service"
	mkdir -p "$R/etc/rc.d/init.d"
	cp "$top_srcdir/tests/stand-ins/functions" "$R/etc/rc.d/init.d/functions"
	ln -sf bash "$R/bin/sh"
	cat >"$R/etc/default/config_tap" <<-'END'
		[held]
		carrier = hold
		[idle]
	END
	boot_systemd
}

# What every device is, and how often its link has changed
devices()
{
	inside sh -c 'cd /sys/class/net && grep . */ifindex */carrier_changes'
}

# without DEVICE: "devices", but for that one
without()
{
	devices | grep -v "^$1/"
}

keeper()
{
	local pid

	pid=$(show MainPID)
	[ "$pid" -ne 0 ] && [ "$(show SubState)" = running ] && echo "$pid"
}

other_keeper()
{
	[ "$(keeper)" -ne "$1" ]
}

@test "Red Hat's service: a start of what runs touches nothing, whoever was killed" {
	boot_red_hat
	before=$(devices)
	in_machine 0 service config_tap start
	assert_equal "$(devices)" "$before"
	for signal in TERM KILL; do
		killed=$(keeper)
		inside kill "-$signal" "$killed"
		retry other_keeper "$killed"
		in_machine 0 service config_tap start
		assert_equal "$(devices)" "$before" "the keeper got SIG$signal"
		holder
	done
	inside kill -KILL "$(holder)"
	retry absent holder
	before=$(devices)
	in_machine 0 service config_tap start
	assert_equal "$(devices)" "$before"
	in_machine 1 service config_tap status
	in_machine 0 service config_tap reload
	in_machine 0 service config_tap status
	assert_equal "$(without held)" "$(printf '%s' "$before" | grep -v ^held/)"
}

@test "Red Hat's service: no device is held, and a start still touches nothing" {
	boot_red_hat
	inside sh -c 'echo "[idle]" >/etc/default/config_tap'
	in_machine 0 service config_tap reload
	absent holder
	before=$(devices)
	in_machine 0 service config_tap start
	assert_equal "$(devices)" "$before"
}

@test "Red Hat's service: what names a device touches that one only" {
	boot_red_hat
	before=$(without idle)
	for action in stop start restart; do
		in_machine 0 service config_tap "$action" idle
		assert_equal "$(without idle)" "$before"
		assert_equal "$(show ActiveState)" active
	done
	assert_equal "$(interfaces)" "held idle lo"
	before=$(without held)
	for action in stop start restart; do
		in_machine 0 service config_tap "$action" held
		assert_equal "$(without held)" "$before"
	done
	in_machine 0 service config_tap status
	assert_matches "$(printf '%s\n' "$out" | grep ^held)" 'held +up +held .*'
}

@test "Red Hat's service: a stop that is refused says why, twice, and the next one stops" {
	boot_red_hat
	inside start-stop-daemon --start --background --exec /root/attach -- idle
	retry in_use
	for again in 1 2; do
		in_machine 1 service config_tap stop
		assert_contains "$err" "idle: is in use by attach"
		assert_equal "$(show ActiveState) $(interfaces)" "active idle lo"
		in_machine 0 service config_tap reload
		assert_equal "$(show ActiveState) $(interfaces)" "active held idle lo"
	done
	in_machine 0 service config_tap status
	inside pkill attach
	in_machine 0 service config_tap stop
	assert_equal "$(show ActiveState) $(interfaces)" "inactive lo"
	in_machine 3 service config_tap status
	in_machine 0 service config_tap stop
	in_machine 0 service config_tap start
	assert_equal "$(show ActiveState) $(interfaces)" "active held idle lo"
}

@test "one interface that fails: the service runs, and says which" {
	boot_red_hat
	in_machine 0 service config_tap stop
	inside sh -c 'printf "existing = refuse\n%s\n" "$(cat /etc/default/config_tap)" >/run/new &&
		cp /run/new /etc/default/config_tap && ip tuntap add idle mode tap'
	in_machine 0 service config_tap start
	assert_equal "$(show ActiveState) $(show StatusText)" \
		"active 1 of 2 NICs failed; config_tap status says which"
	in_machine 1 service config_tap status
	inside ip link del idle
	before=$(without idle)
	in_machine 0 service config_tap reload
	in_machine 0 service config_tap status
	assert_equal "$(without idle)" "$before"
}

@test "a holder that was started in a login session does not end with it" {
	boot_red_hat
	in_machine 0 service config_tap stop
	# what logind makes of a login, and does at its end where KillUserProcesses= is on
	in_machine 0 systemd-run --quiet --scope --slice=user.slice --unit=session-1 \
		sh -c 'config_tap start && { sleep 600 & }'
	in_machine 0 systemctl stop session-1.scope
	holder
	in_machine 0 config_tap status
	# the service takes it over, and its stop ends it
	before=$(devices)
	in_machine 0 service config_tap start
	assert_equal "$(devices)" "$before"
	in_machine 0 service config_tap stop
	absent holder
	assert_equal "$(inside systemctl list-units --no-legend 'config_tap-holder*')" ""
}

@test "a holder that another service started does not end with it" {
	boot_red_hat
	in_machine 0 service config_tap stop
	in_machine 0 systemd-run --quiet --property=Type=oneshot --remain-after-exit \
		--unit=machines config_tap start
	in_machine 0 systemctl stop machines.service
	holder
	in_machine 0 config_tap status
	in_machine 0 config_tap stop
	absent holder
	assert_equal "$(inside systemctl list-units --no-legend 'config_tap-holder*')" ""
}

@test "poweroff: stop is forced, and nothing is left" {
	mkdir -p "$R/var/log/journal"
	boot_systemd
	in_machine 0 config_tap release tap0
	inside systemd-run --quiet --unit=user-of-tap /root/attach tap0
	retry in_use
	halt systemctl poweroff
	journalctl --directory="$R/var/log/journal" --no-pager --output=cat \
		--unit=config_tap.service >journal
	cat journal
	grep -q 'Stopping .*Persistent TUN/TAP interfaces' journal
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
	retry networkd_says unmanaged
	in_machine 0 config_tap status
	assert_lacks "$(inside ip -brief address show dev tap0)" 10.66.0.1

	inside rm /etc/systemd/network/05-config_tap.network
	in_machine 0 systemctl restart systemd-networkd
	retry has_address 10.66.0.1/24
}

has_address()
{
	inside ip -brief address show dev tap0 | grep -qF "$1"
}

@test "udev takes the example for the interface, and leaves its MAC and name" {
	local mac

	mkdir -p /etc/systemd/network
	cp "$top_srcdir/examples/udev.link" /etc/systemd/network/05-config_tap.link
	ip tuntap add dev tap0 mode tap
	mac=$(link tap0 .address)
	program 0 udevadm test --action=add /sys/class/net/tap0
	assert_contains "$out$err" "ID_NET_LINK_FILE=/etc/systemd/network/05-config_tap.link"
	# udev of before 250 matches no kinds, and says so
	assert_lacks "$(grep -v "Unknown key name 'Kind'" <<<"$err")" "05-config_tap.link:"
	assert_contains "$out$err" "ID_NET_NAME=tap0"
	assert_link tap0 .address "$mac"
}
