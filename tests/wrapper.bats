# SPDX-License-Identifier: MIT
# The init script, in each shell that may run it: what it passes on, and what it says.
# What it is under each system's library is in init-libraries.bats, its headers in
# init-header.bats.

load lib

# The paths that the built script has, replaced by the test's own. No library of this
# machine's own init scripts is in the way: a test that wants one writes it.
setup_test()
{
	mkdir -p sbin sysconfig subsys init.d libraries
	CONFIG=$T/sysconfig/config_tap
	LOCK=$T/subsys/config_tap
	SCRIPT=$T/init.d/config_tap
	sed -e "s|^helper=.*|helper=$T/sbin/config_tap|" \
		-e "s|^config=.*|config=$CONFIG|" \
		-e "s|^lock=.*|lock=$LOCK|" \
		-e "s|/etc/rc.d/init.d/functions|$T/libraries/redhat|g" \
		-e "s|/etc/rc.status|$T/libraries/suse|g" \
		-e "s|/lib/lsb/init-functions|$T/libraries/lsb|g" "$WRAPPER" >"$SCRIPT"
	chmod +x "$SCRIPT"
	cp "$CONFIG_TAP" "${CONFIG_TAP}_holder" sbin/
}

shells=(dash bash "bash --posix" "busybox ash")

# in_each_shell COMMAND...: once for each, with $shell as the way to run it
in_each_shell()
{
	for shell in "${shells[@]}"; do
		command -v "${shell%% *}" >/dev/null ||
			fail "${shell%% *} is missing: ./quickstart check installs it"
		echo "--- $shell"
		"$@"
	done
}

# init STATUS ARGUMENT...: the script, as init runs it: with an empty environment, in /
init()
{
	local expected=$1

	shift
	cd /
	# shellcheck disable=SC2086
	program "$expected" env -i PATH=/usr/bin:/bin TERM=dumb "${environment[@]+"${environment[@]}"}" \
		$shell "$SCRIPT" "$@"
	cd "$T"
}

shell="sh"

@test "the paths of the built script are those of this build" {
	local name

	for name in helper config lock; do
		assert_equal "$(grep -c "^$name=/" "$WRAPPER")" 1 "lines that set $name"
	done
	assert_equal "$(grep '^lock=' "$WRAPPER")" "lock=/var/lock/subsys/config_tap"
	# but for the paths it is the script of the source tree
	assert_equal "$(sed 's|/[a-z/_.-]*/config_tap|PATH|gI' "$WRAPPER" | wc -l)" \
		"$(wc -l <"$top_srcdir/initscripts/config_tap")"
}

@test "the libraries of the systems are looked for where the systems have them" {
	local path

	for path in /etc/rc.d/init.d/functions /etc/rc.status /lib/lsb/init-functions; do
		assert_equal "$(grep -cF "[ -r $path ]" "$WRAPPER") $(grep -cF ". $path" "$WRAPPER")" \
			"1 1" "$path: test, and reading"
	done
}

@test "the main job: the shipped file, from start to stop" {
	main_job()
	{
		local before

		cp "$top_srcdir/sysconfig/config_tap" "$CONFIG"
		init 0 start
		assert_equal "$out" "Starting persistent TUN/TAP interfaces: OK"
		assert_equal "$err" ""
		assert_equal "$(addresses tap0)" 192.168.0.1/24
		assert_flag tap0 PROMISC
		assert_link tap0 .linkinfo.info_data.user root
		[ -e "$LOCK" ] || fail "the lock of the subsystem is missing"
		init 0 status
		assert_contains "$out" "tap0"
		before=$(link tap0 .ifindex)
		init 0 start
		assert_link tap0 .ifindex "$before"
		before=$(link tap0 .address)
		init 0 restart
		assert_equal "$out" "Restarting persistent TUN/TAP interfaces: OK"
		assert_link tap0 .address "$before"
		[ -e "$LOCK" ] || fail "restart has removed the lock of the subsystem"
		init 0 stop
		assert_equal "$out" "Stopping persistent TUN/TAP interfaces: OK"
		assert_nics ""
		[ ! -e "$LOCK" ] || fail "the lock of the subsystem is still there"
		init 0 stop
		init 3 status
	}

	requires root tun
	in_each_shell main_job
}

@test "the original script's variables" {
	requires root tun
	printf '%s\n' 'DESC="fake NICs"' 'USER="root"' 'TAP_NETWORK="10.9.8.7"' 'TAP_DEV_NUM=5' \
		>"$CONFIG"
	init 0 start
	assert_equal "$out" "Starting fake NICs: OK"
	assert_nics tap5
	assert_equal "$(addresses tap5)" 10.9.8.7/24
	init 0 stop
	assert_equal "$out" "Stopping fake NICs: OK"
	assert_nics ""
}

# fake_helper STATUS: a helper that writes down how it was called, and exits so
fake_helper()
{
	cat >sbin/config_tap <<-END
		#!/bin/sh
		printf '%s|' "\$@" >>$T/calls
		echo "\$PWD" >>$T/calls
		exit $1
	END
	chmod +x sbin/config_tap
	: >calls
	: >"$CONFIG"
}

called()
{
	assert_equal "$(cat "$T/calls")" "$1" "calls of the helper"
	: >"$T/calls"
}

@test "each action is passed on, with the configuration, from /" {
	pass_on()
	{
		local action

		fake_helper 0
		for action in start stop restart reload force-reload try-restart condrestart \
			status check; do
			init 0 "$action"
			called "--service|-c|$CONFIG|$action|/"
		done
	}

	in_each_shell pass_on
}

@test "the helper's exit status is passed on" {
	pass_status()
	{
		local status action

		for status in 1 3 4 6; do
			fake_helper "$status"
			for action in start stop reload try-restart status; do
				init "$status" "$action"
			done
		done
	}

	in_each_shell pass_status
}

@test "success and failure are announced" {
	requires root
	printf '[a]\nadress = 10.1.0.1/24\n' >"$CONFIG"
	for action in start:Starting restart:Restarting condrestart:Restarting \
		reload:Reloading force-reload:Reloading; do
		init 6 "${action%:*}"
		assert_equal "$out" "${action#*:} persistent TUN/TAP interfaces: FAILED"
	done
	init 6 status
	assert_lacks "$out" FAILED
}

@test "a bad word, and none: usage on stderr, exit 2" {
	bad_word()
	{
		local usage='Usage: config_tap {start|stop|restart|reload|force-reload|try-restart|condrestart|status|check|hold|release} [NIC]...'

		fake_helper 0
		init 2 begin
		assert_equal "$out" ""
		assert_equal "$err" "$usage"
		init 2
		assert_equal "$err" "$usage"
		init 2 ""
		init 2 START
		called ""
	}

	in_each_shell bad_word
}

@test "the usage line has |reload|, from which systemd reads that reload works" {
	grep -q '^[^#]*[Uu]sage:.*|reload|' "$WRAPPER"
}

@test "a helper that is not installed: exit 5, and its name" {
	# the test's own /etc is not Debian's, where a removed package leaves a script that is silent
	requires root
	no_helper()
	{
		rm -f sbin/config_tap
		: >"$CONFIG"
		init 5 start
		assert_equal "$err" "config_tap: $T/sbin/config_tap is not installed"
		assert_equal "$out" ""
		init 5 stop
		init 5 status
		[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
	}

	in_each_shell no_helper
}

@test "a configuration that is missing or wrong: exit 6, and the sentence" {
	no_config()
	{
		rm -f "$CONFIG"
		init 6 start
		assert_contains "$err" "$CONFIG: cannot be read: No such file or directory"
		# that needs no file
		init 0 stop
		init 6 status
		printf '[t]\ncolour = red\n' >"$CONFIG"
		init 6 start
		assert_contains "$err" "$CONFIG:2: [t] colour: there is no such key"
		init 6 status
		[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
	}

	requires root
	in_each_shell no_config
}

@test "an ordinary user: exit 4 for what changes something, not for status" {
	not_root()
	{
		as=(setpriv --reuid=1001 --regid=1001 --clear-groups --)
		init 4 start
		assert_contains "$err" "only root may make, change or remove NICs"
		init 4 stop
		init 4 restart
		init 3 status
		init 0 check
		as=()
		[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
	}

	requires root
	printf '[t]\n' >"$CONFIG"
	in_each_shell not_root
}

@test "called through rc's links, it is the same service" {
	requires root tun
	printf '[t]\n' >"$CONFIG"
	mkdir rc3.d rc0.d
	ln -s ../init.d/config_tap rc3.d/S09config_tap
	ln -s ../init.d/config_tap rc0.d/K91config_tap
	SCRIPT=$T/rc3.d/S09config_tap
	init 0 start
	[ -e "$LOCK" ] || fail "the lock of the subsystem is missing"
	assert_equal "$(ls subsys)" config_tap
	SCRIPT=$T/rc0.d/K91config_tap
	init 0 stop
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem is still there"
	assert_nics ""
}

@test "a directory for the lock is made where it is missing" {
	rmdir subsys
	fake_helper 0
	init 0 start
	[ -e "$LOCK" ] || fail "the lock of the subsystem is missing"
}

@test "the lock after a start that failed for some" {
	requires root tun bridge
	printf '[a]\n[b]\n' >"$CONFIG"
	ip link add dev b type bridge
	init 1 start
	[ -e "$LOCK" ] || fail "rc would not stop what has been started"
	init 0 stop
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem is still there"
}

@test "no lock after a start that failed for all" {
	requires root tun bridge
	printf '[b]\n' >"$CONFIG"
	ip link add dev b type bridge
	init 1 start
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
}

@test "the lock stays after a stop that failed, and after a stop of one NIC" {
	requires root tun
	printf '[a]\n[b]\n' >"$CONFIG"
	init 0 start
	attach a
	init 1 stop
	assert_contains "$err" "config_tap: a: is in use by attach (pid $reader)"
	[ -e "$LOCK" ] || fail "rc would not stop it at shutdown"
	detach "$reader"
	init 0 start
	init 0 stop b
	assert_nics a
	[ -e "$LOCK" ] || fail "rc would not stop the other at shutdown"
}

@test "try-restart of what does not run makes no lock" {
	fake_helper 0
	init 0 try-restart
	init 0 condrestart
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
}

@test "a dry run makes no lock" {
	requires root
	printf '[a]\n' >"$CONFIG"
	init 0 start --dry-run
	assert_contains "$out" "a: create tap"
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem was made"
	: >"$LOCK"
	init 0 stop -n
	[ -e "$LOCK" ] || fail "a dry run has removed the lock"
}

@test "at halt and reboot a NIC in use goes as well, and else it does not" {
	local environment=()

	requires root tun
	printf '[a]\n' >"$CONFIG"
	for environment in RUNLEVEL=0 RUNLEVEL=6; do
		init 0 start
		attach a
		init 0 stop
		assert_nics ""
		# its device is gone, and so is it
		wait "$reader" || true
	done
	init 0 start
	attach a
	for environment in RUNLEVEL=1 RUNLEVEL=3 RUNLEVEL=; do
		init 1 stop
		assert_nics a
	done
}

@test "rc takes the service down with a NIC in use, and its next start brings back the rest" {
	local environment=(RUNLEVEL=1)

	requires root tun
	printf '[a]\n[b]\n' >"$CONFIG"
	init 0 start
	attach a
	init 1 stop
	assert_nics a
	# rc would start nothing that has a lock
	[ ! -e "$LOCK" ] || fail "the lock of the subsystem is still there"
	environment=(RUNLEVEL=3)
	init 0 start
	assert_nics "a b"
	[ -e "$LOCK" ] || fail "the lock of the subsystem is missing"
}

@test "NICs that are named are passed on" {
	fake_helper 0
	init 0 start tap0 tap1
	called "--service|-c|$CONFIG|start|tap0|tap1|/"
}

# reads_desc DESC LINE...: this is announced, where the file has these lines
reads_desc()
{
	local desc=$1

	shift
	printf '%s\n' "$@" '[t]' >"$CONFIG"
	init 0 start
	assert_equal "$out" "Starting $desc: OK"
}

@test "DESC is announced as the file has it" {
	requires root tun
	each_desc()
	{
		reads_desc "plain words" 'DESC = plain words'
		reads_desc "in quotes" 'DESC="in quotes"'
		reads_desc "single ones" "DESC='single ones'"
		reads_desc "small letters" 'desc = small letters'
		reads_desc "cut" 'DESC = cut ; here' '# DESC = not this'
		reads_desc "kept # and ;" 'DESC = "kept # and ;"  # comment'
		reads_desc "blanks around" $'\tDESC\t = \t blanks around \t'
		reads_desc "persistent TUN/TAP interfaces" 'DESC ='
		printf 'DESC = carriage return\r\n[t]\r\n' >"$CONFIG"
		init 0 start
		assert_equal "$out" "Starting carriage return: OK"
	}

	in_each_shell each_desc
}

@test "the file is read as text, and never run" {
	requires root tun
	# shellcheck disable=SC2016
	reads_desc '$(touch '"$T"'/pwned) `touch '"$T"'/pwned` %s %d' \
		'DESC = "$(touch '"$T"'/pwned) `touch '"$T"'/pwned` %s %d"' \
		'OPTIONS = "$(touch '"$T"'/pwned); `touch '"$T"'/pwned` * ?"'
	[ ! -e pwned ] || fail "a command in the file was run"
}

@test "the file is for the helper alone, which starts once an action" {
	requires root
	fake_helper 0
	rm "$CONFIG"
	mkdir "$CONFIG"
	for action in start stop restart reload status; do
		as=(strace -f -qq -o "$T/trace" -e "trace=execve,openat")
		init 0 "$action"
		as=()
		called "--service|-c|$CONFIG|$action|/"
		assert_equal "$(grep -c "\"$CONFIG\"" trace)" "$(grep -c "execve.*\"$CONFIG\"" trace)" \
			"$action: the file is opened"
	done
}

@test "OPTIONS may ask for more words or fewer, and for nothing else" {
	requires root tun
	printf 'OPTIONS = --verbose\n[a]\n' >"$CONFIG"
	init 0 start
	assert_contains "$err" "config_tap: a: create tap"
	printf 'OPTIONS = "--force  --dry-run --run-dir=%s --quiet"\n[a]\n' "$RUN" >"$CONFIG"
	attach a
	init 1 stop
	assert_nics a
	[ ! -e "$RUN" ] || fail "--run-dir was obeyed"
	detach "$reader"
	# not by hand
	printf 'OPTIONS = --verbose\n[a]\n' >"$CONFIG"
	tap 0 start
	assert_equal "$err" ""
	tap 0 stop
}

@test "variables of the caller do not get in" {
	environment=(DESC=theirs OPTIONS=--force config=/nowhere helper=/bin/false lock=/nowhere
		rc=7 verb=stop style=redhat IFS=t)
	fake_helper 0
	init 0 start
	assert_equal "$out" OK
	called "--service|-c|$CONFIG|start|/"
}
