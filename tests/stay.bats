# SPDX-License-Identifier: MIT
# start --stay, which is the main process of the systemd unit, and the init script beside
# that unit as Red Hat's service(8) runs it. systemd, service and Red Hat's library of
# functions are stand-ins; systemd-boot.bats has the first one booted.

load lib

setup_test()
{
	requires root tun
	config <<-'END'
		[held]
		carrier = hold
		[idle]
	END
}

# stay: starts it in the background; $keeper is its pid, $T/said what it tells systemd
stay()
{
	python3 - "$T/notify" >"$T/said" 3>&- 4>&- <<-'END' &
		import socket, sys
		sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		sock.bind(sys.argv[1])
		print(sock.recv(4096).decode(), end='')
	END
	background+=("$!")
	retry test -S "$T/notify"
	# the shell has INT ignored in what it starts in the background
	NOTIFY_SOCKET=$T/notify python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' \
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start --stay \
		>"$T/.out" 2>"$T/.err" 3>&- 4>&- </dev/null &
	keeper=$!
	background+=("$keeper")
}

ended()
{
	local status=0

	wait "$keeper" || status=$?
	assert_equal "$status" "$1" "exit status"
}

@test "it starts, says so, and sleeps; INT is its clean end, TERM is not, and NICs stay" {
	for end in "INT 0" "TERM 143"; do
		rm -f notify
		stay
		retry grep -q STATUS said
		assert_equal "$(cat said)" $'READY=1\nSTATUS=2 NICs are as configured'
		assert_nics held idle
		kill "-${end% *}" "$keeper"
		ended "${end#* }"
		tap 0 status
	done
}

@test "it says how many have failed, and stays" {
	ip tuntap add dev idle mode tap
	sed -i 's/\[idle\]/&\nexisting = refuse/' "$CONFIG"
	stay
	retry grep -q STATUS said
	assert_equal "$(cat said)" \
		$'READY=1\nSTATUS=1 of 2 NICs failed; config_tap status says which'
	kill -INT "$keeper"
	ended 0
}

@test "where nothing can be started it ends, and says nothing" {
	echo 'adress = 10.0.0.1/24' >>"$CONFIG"
	stay
	ended 6
	assert_equal "$(cat said)" ""
}

# What Red Hat's systems have, with the unit and the script of this build
become_red_hat()
{
	mkdir -p sbin /run/unit /run/systemd/system /etc/init.d /etc/rc.d/init.d
	cp "$CONFIG_TAP" "${CONFIG_TAP}_holder" sbin/
	sed "s|=/.*/config_tap |=$T/sbin/config_tap -c $CONFIG |" \
		"$top_builddir/initscripts/config_tap.service" >/run/unit/config_tap.service
	sed -e "s|^helper=.*|helper=$T/sbin/config_tap|" -e "s|^config=.*|config=$CONFIG|" \
		-e "s|^lock=.*|lock=$T/subsys/config_tap|" "$WRAPPER" >/etc/init.d/config_tap
	chmod +x /etc/init.d/config_tap
	sed -i '1s|.*|#!/bin/bash|' /etc/init.d/config_tap
	cp "$top_srcdir/tests/stand-ins/functions" /etc/rc.d/init.d/
	cp "$top_srcdir/tests/stand-ins/systemctl" /run/
	mount --bind /run/systemctl "$(readlink -f "$(command -v systemctl)")"
	RUN=/run/config_tap
}

# service STATUS ARGUMENT...: of config_tap, as root types it
service()
{
	program "$1" "$top_srcdir/tests/stand-ins/service" config_tap "${@:2}"
}

# What every device is, and how often its link has changed
devices()
{
	(cd /sys/class/net && grep . ./*/ifindex ./*/carrier_changes)
}

state()
{
	systemctl show -p ActiveState -p SubState | sed 's/.*=//' | xargs
}

@test "Red Hat's service: a start of what runs touches nothing, held or not" {
	become_red_hat
	service 0 start
	assert_equal "$(state)" "active running"
	before=$(devices)
	service 0 start
	assert_equal "$(devices)" "$before"
	echo '[idle]' >"$CONFIG"
	service 0 reload
	assert_nics idle
	before=$(devices)
	service 0 start
	assert_equal "$(state) $(devices)" "active running $before"
	service 0 status
	assert_contains "$out" "1 of 1 as configured"
	service 0 stop
	assert_equal "$(state) $(nics)" "inactive dead "
	service 3 status
}

@test "Red Hat's service: what names a NIC touches that one only" {
	become_red_hat
	service 0 start
	before=$(devices | grep '^\./held')
	for action in stop start restart; do
		service 0 "$action" idle
		assert_equal "$(devices | grep '^\./held')" "$before"
	done
	assert_equal "$(state) $(nics)" "active running held idle"
	service 0 stop
}

@test "Red Hat's service: a stop that is refused says why, twice, and the next one stops" {
	become_red_hat
	service 0 start
	attach idle
	for again in 1 2; do
		service 1 stop
		assert_contains "$err" "idle: is in use by attach"
		assert_equal "$(state) $(nics)" "active running idle"
		service 0 reload
		assert_nics held idle
	done
	detach "$reader"
	service 0 stop
	assert_equal "$(state) $(nics)" "inactive dead "
}
