# SPDX-License-Identifier: MIT
# The init script under each system's library of functions, in each shell, called as init
# systems call it: by its links, in /, with an empty environment. Debian's library is the
# real one; Red Hat's and SUSE's are stand-ins. The helper is a stand-in too, that notes
# its arguments.

load lib

setup_test()
{
	requires root
	mkdir -p /etc/init.d /etc/rc3.d /etc/sysconfig /run/lib
	lsb=$(dirname "$(readlink -f /lib/lsb/init-functions)")
	mount --bind /run/lib "$lsb"
	mount -t tmpfs tmpfs /var/lock
	cp "$top_srcdir/sysconfig/config_tap" /etc/sysconfig/
	sed "s|/usr/sbin/config_tap|$T/helper|" "$top_srcdir/initscripts/config_tap" \
		>/etc/init.d/config_tap
	chmod +x /etc/init.d/config_tap
	ln -s ../init.d/config_tap /etc/rc3.d/S09config_tap
	ln -s ../init.d/config_tap /etc/rc3.d/K91config_tap
	lock=/var/lock/subsys/config_tap
	shell=
	runlevel=
	helper_exits 0
}

# helper_exits STATUS: the helper notes its arguments, where and in what it runs
helper_exits()
{
	cat >"$T/helper" <<-END
		#!/bin/sh
		echo "\$*" >>"$T/calls"
		case \$* in
		*" start"*) printf 'Starting persistent TUN/TAP interfaces: ' ;;
		*" stop"*) printf 'Stopping persistent TUN/TAP interfaces: ' ;;
		esac
		pwd >"$T/cwd"
		env >"$T/environment"
		exit $1
	END
	chmod +x "$T/helper"
}

library()
{
	case $1 in
	redhat)
		mkdir -p /etc/rc.d/init.d
		cp "$top_srcdir/tests/stand-ins/functions" /etc/rc.d/init.d/functions
		;;
	suse)
		cp "$top_srcdir/tests/stand-ins/rc.status" /etc/rc.status
		;;
	debian)
		umount "$lsb"
		;;
	lsb)
		cat >/run/lib/init-functions <<-'END'
			log_success_msg() { echo "good: $*"; }
			log_failure_msg() { echo "bad: $*"; }
		END
		;;
	none) ;;
	*) fail "no library is called $1" ;;
	esac
}

systemd_runs()
{
	mkdir -p /run/systemd/system /run/bin
	cat >/run/bin/systemctl <<-END
		#!/bin/sh
		case \$* in
		is-system-running) echo "\${SYSTEM_STATE:-running}" ;;
		*" show "*|"-p "*|"show "*) echo loaded ;;
		*) echo "\$*" >>"$T/systemctl" ;;
		esac
	END
	chmod +x /run/bin/systemctl
	mount --bind /run/bin/systemctl "$(readlink -f "$(command -v systemctl)")"
}

# script STATUS NAME ARGUMENT...: as rc runs it. In another shell, its name is kept.
script()
{
	local expected=$1 name=$2

	shift 2
	rm -f calls
	cd /
	# shellcheck disable=SC2086
	program "$expected" env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin TERM=dumb \
		${runlevel:+RUNLEVEL=$runlevel} ${state:+SYSTEM_STATE=$state} $shell "$name" "$@"
	cd "$T"
}

start() { script "$1" /etc/rc3.d/S09config_tap start "${@:2}"; }
stop() { script "$1" /etc/rc3.d/K91config_tap stop "${@:2}"; }

calls()
{
	cat calls 2>/dev/null || true
}

assert_calls()
{
	assert_equal "$(calls)" "$1" "calls of the helper"
}

c="--service -c /etc/sysconfig/config_tap"

# in_each_shell COMMAND...: the shells that a script may get as /bin/sh
in_each_shell()
{
	for shell in dash bash "bash --posix" "busybox ash"; do
		echo "shell: $shell"
		"$@"
	done
}

whole_life()
{
	start 0
	assert_calls "$c start"
	assert_equal "$(cat cwd)" /
	[ -e "$lock" ] || fail "no $lock after start"
	script 0 /etc/init.d/config_tap status
	assert_calls "$c status"
	for verb in restart reload force-reload try-restart condrestart check; do
		script 0 /etc/init.d/config_tap "$verb"
		assert_calls "$c $verb"
		[ -e "$lock" ] || fail "no $lock after $verb"
	done
	stop 0
	assert_calls "$c stop"
	[ ! -e "$lock" ] || fail "$lock after stop"
}

@test "no library: every action in every shell" {
	in_each_shell whole_life
	stop 0
	assert_equal "$out" "Stopping persistent TUN/TAP interfaces: OK"
	helper_exits 1
	start 1
	assert_equal "$out" "Starting persistent TUN/TAP interfaces: FAILED"
}

@test "Red Hat's library: every action in bash" {
	library redhat
	for shell in bash "bash --posix"; do
		whole_life
	done
	start 0
	assert_equal "$(printf '%s' "$out" | tr -d '\r')" \
		"Starting persistent TUN/TAP interfaces: [  OK  ]"
	assert_equal "$err" ""
	helper_exits 1
	stop 1
	assert_contains "$out" "[FAILED]"
}

@test "Red Hat's library is left alone by shells that cannot read it" {
	library redhat
	for shell in dash "busybox ash"; do
		whole_life
		start 0
		assert_equal "$out$err" "Starting persistent TUN/TAP interfaces: OK"
	done
}

@test "Red Hat's status function is not asked, which sees a dead process" {
	library redhat
	shell=bash
	start 0
	script 0 /etc/init.d/config_tap status
	assert_lacks "$out" "dead but"
	helper_exits 3
	script 3 /etc/init.d/config_tap status
}

@test "SUSE's library: every action in bash" {
	library suse
	for shell in bash "bash --posix"; do
		whole_life
	done
	start 0
	assert_equal "$out" "Starting persistent TUN/TAP interfaces: ..done"
	helper_exits 1
	start 1
	assert_equal "$err" "..failed"
	helper_exits 6
	start 6
	assert_equal "$err" "..unused"
}

@test "SUSE's library is left alone by shells that cannot read it" {
	library suse
	for shell in dash "busybox ash"; do
		whole_life
		start 0
		assert_equal "$err" ""
	done
}

@test "Debian's own library: every action in every shell" {
	library debian
	in_each_shell whole_life
	start 0
	assert_contains "$out" "Starting persistent TUN/TAP interfaces"
	assert_lacks "$out" "failed"
	helper_exits 1
	start 1
	assert_contains "$out" "failed!"
}

@test "a library that has LSB's functions only" {
	library lsb
	in_each_shell whole_life
	start 0
	assert_equal "$out" "Starting persistent TUN/TAP interfaces: OK"
	helper_exits 1
	start 1
	assert_equal "$out" "Starting persistent TUN/TAP interfaces: FAILED"
}

@test "Red Hat's library comes before SUSE's, and SUSE's before LSB's" {
	shell=bash
	library lsb
	library suse
	start 0
	assert_contains "$out" "..done"
	library redhat
	start 0
	assert_contains "$out" "[  OK  ]"
}

@test "the helper's status is passed on under every library" {
	for library in none lsb suse redhat; do
		library "$library"
		for status in 0 1 2 4 5 6 7; do
			helper_exits "$status"
			shell=bash
			start "$status"
			script "$status" /etc/init.d/config_tap status
			shell=dash
			start "$status"
		done
	done
}

@test "systemd: start, restart and reload go to systemctl before anything is done" {
	systemd_runs
	shell=bash
	for library in suse redhat; do
		library "$library"
		for verb in start restart reload force-reload; do
			rm -f systemctl
			script 0 /etc/init.d/config_tap "$verb"
			assert_calls ""
			[ ! -e "$lock" ] || fail "$library: the script went on"
			assert_equal "$(cat systemctl)" "$verb config_tap.service"
		done
	done
}

@test "systemd: what concerns one NIC, and what only looks, stays with the script" {
	systemd_runs
	shell=bash
	for library in suse redhat; do
		library "$library"
		for action in "start tap0" "stop tap0" "restart tap0" try-restart condrestart \
			status check "hold tap0" "release tap0"; do
			# shellcheck disable=SC2086
			script 0 /etc/init.d/config_tap $action
			assert_calls "$c $action"
			[ ! -e systemctl ] || fail "$library: systemctl $(cat systemctl)"
		done
	done
}

@test "systemd: it hears of a stop that stopped, and of no other" {
	systemd_runs
	for library in none suse redhat; do
		library "$library"
		shell=bash
		helper_exits 1
		script 1 /etc/init.d/config_tap stop
		assert_calls "$c stop"
		[ ! -e systemctl ] || fail "$library: systemctl $(cat systemctl)"
		helper_exits 0
		script 0 /etc/init.d/config_tap stop
		assert_calls "$c stop"
		assert_equal "$(cat systemctl)" "stop config_tap.service"
		rm systemctl
	done
}

@test "the environment of the helper is not the caller's, and the name is not taken from \$0" {
	start 0
	assert_lacks "$(cat environment)" S09
	assert_contains "$(cat environment)" "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
	ln -s ../init.d/config_tap /etc/rc3.d/S09other
	script 0 /etc/rc3.d/S09other start
	assert_calls "$c start"
	[ -e "$lock" ] || fail "no $lock"
}

@test "the lock is what is there: kept where stop failed, none where nothing was made" {
	start 0
	helper_exits 1
	stop 1
	[ -e "$lock" ] || fail "the lock is gone, although stop left something"
	rm "$lock"
	helper_exits 6
	start 6
	[ ! -e "$lock" ] || fail "a lock, although the configuration was wrong"
}

@test "no helper: 5, and words on stderr; on Debian, where scripts outlive packages, neither" {
	rm helper
	rm -f /etc/debian_version
	in_each_shell start 5
	assert_contains "$err" "$T/helper is not installed"
	echo 12 >/etc/debian_version
	for verb in start stop status; do
		in_each_shell script 0 /etc/init.d/config_tap "$verb"
		assert_equal "$out$err" ""
	done
}

@test "a bad word, or none: usage on stderr, 2" {
	in_each_shell script 2 /etc/init.d/config_tap bogus
	assert_contains "$err" "Usage: config_tap {start|stop|"
	assert_equal "$out" ""
	script 2 /etc/init.d/config_tap
	assert_calls ""
}

@test "the first usage line shows reload, from which systemd learns it" {
	run grep -m 1 -i usage: "$top_srcdir/initscripts/config_tap"
	assert_contains "$output" "|reload|"
}
