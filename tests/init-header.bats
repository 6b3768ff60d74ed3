# SPDX-License-Identifier: MIT
# The header of the init script, as those read it who order services by it: chkconfig (by a
# parser of its own, since Debian has no chkconfig), insserv and systemd's generator.

load lib

setup_test()
{
	script=$top_srcdir/initscripts/config_tap
	read_header=$top_srcdir/tests/chkconfig-header
	dir=$T
}

# with_header TEXT: a script of that header
with_header()
{
	printf '#!/bin/sh\n%s\nexit 0\n' "$1" >"$dir/script"
}

refused()
{
	with_header "$1"
	run "$read_header" "$dir/script"
	assert_equal "$status" 1
	assert_contains "$output" "$2"
}

# What insserv and systemd know of the rest of a machine: a script and its levels a line.
machine()
{
	mkdir -p "$dir/etc/init.d" "$dir/etc/overrides" "$dir/insserv"
	for level in 0 1 2 3 4 5 6 S; do
		mkdir -p "$dir/etc/rc$level.d"
	done
	cat >"$dir/etc/insserv.conf" <<-'END'
		$local_fs	+mountall +umountfs
		$network	+networking
		$remote_fs	$local_fs +sendsigs
	END
	while IFS='|' read -r name start stop default_start default_stop; do
		cat >"$dir/etc/init.d/$name" <<-END
			#!/bin/sh
			### BEGIN INIT INFO
			# Provides: $name
			# Required-Start: $start
			# Required-Stop: $stop
			# Default-Start: $default_start
			# Default-Stop: $default_stop
			### END INIT INFO
		END
		chmod +x "$dir/etc/init.d/$name"
	done <<-'END'
		mountall|||S|
		umountfs||||0 6
		sendsigs||umountfs||0 6
		networking|$local_fs|$local_fs sendsigs|2 3 4 5|0 6
		NetworkManager|$local_fs|$local_fs sendsigs|2 3 4 5|0 1 6
		mountnfs|$network|$network|2 3 4 5|0 6
	END
	cp "$script" "$dir/etc/init.d/config_tap"
}

insserv_here()
{
	PATH=$PATH:/usr/sbin:/sbin insserv -d -p "$dir/etc/init.d" -c "$dir/etc/insserv.conf" \
		-o "$dir/etc/overrides" -i "$dir/insserv" "$@"
}

insserv_all()
{
	insserv_here mountall umountfs sendsigs mountnfs networking NetworkManager config_tap
}

# order LEVEL NAME: the number of NAME's link in that level
order()
{
	set -- "$dir/etc/rc$1.d/"[SK][0-9][0-9]"$2"
	set -- "${1##*/}"
	[ -n "${1##*\**}" ] || return 1
	set -- "${1#[SK]}"
	echo "${1%"${1#??}"}"
}

@test "chkconfig: levels 2 to 5, start 09, stop 91" {
	run "$read_header" "$script"
	assert_equal "$status" 0
	assert_equal "${lines[0]}" "2345 09 91"
}

@test "chkconfig: the description goes on over a line" {
	run "$read_header" "$script"
	assert_equal "${lines[1]}" \
		"Creates persistent TUN/TAP interfaces listed in /etc/sysconfig/config_tap"
}

@test "chkconfig: stop is 100 less start, as is Red Hat's rule" {
	"$read_header" "$script" >"$dir/header"
	read -r _ start stop <"$dir/header"
	[ "$((10#$start + 10#$stop))" -eq 100 ]
}

@test "chkconfig and LSB name the same levels" {
	levels=$("$read_header" "$script" | awk 'NR == 1 { gsub(/./, "& ", $1); print $1 }')
	run sed -n 's/^# Default-Start: *//p' "$script"
	assert_equal "$output" "${levels% }"
}

@test "chkconfig: no pid file is promised, as start may leave no process" {
	run grep -E '^# *(pidfile|processname):' "$script"
	assert_equal "$output" ""
}

@test "chkconfig: one blank after each # of the header" {
	run grep -nE '^#(chkconfig|description|config):|^#  +(chkconfig|description|config):' "$script"
	assert_equal "$output" ""
}

@test "the parser refuses what chkconfig would refuse" {
	description=$'\n# description: something'
	refused "# description: something" "no chkconfig line"
	refused "# chkconfig: 2345 09 91" "no description"
	refused "# chkconfig: 2345 09$description" "is not LEVELS START STOP"
	refused "# chkconfig: 2345 09 91 $description" "is not LEVELS START STOP"
	refused "# chkconfig: 2 3 4 5 09 91$description" "is not LEVELS START STOP"
	refused "# chkconfig: 2347 09 91$description" "not a list of runlevels"
	refused "# chkconfig: on 09 91$description" "not a list of runlevels"
	refused "# chkconfig: 2345 09 191$description" "over 99"
	refused $'# chkconfig: 2345 09 91\n# description:' "description is empty"
	refused $'# chkconfig: 2345 09 91\n# description: a \\\necho' "is no comment"
	refused $'# chkconfig: 2345 09 91\n# description: a \\\n#' "in an empty comment"
	refused $'# chkconfig: 2345 09 91\n# description: a\n# pidfile:' "has no value"
}

@test "the parser reads the whole file: a later comment counts" {
	good=$'# chkconfig: 2345 09 91\n# description: something'
	with_header "$good"
	"$read_header" "$dir/script"
	refused "$good"$'\n:\n# chkconfig: see the manual' "is not LEVELS START STOP"
}

@test "the parser takes no levels at all, as chkconfig does" {
	with_header $'# chkconfig: - 09 91\n# description: something'
	run "$read_header" "$dir/script"
	[ "$status" -eq 0 ]
	assert_equal "${lines[0]}" "- 09 91"
}

@test "insserv: links in every level" {
	machine
	insserv_here config_tap
	for level in 2 3 4 5; do
		compgen -G "$dir/etc/rc$level.d/S[0-9][0-9]config_tap" >/dev/null
	done
	for level in 0 1 6; do
		compgen -G "$dir/etc/rc$level.d/K[0-9][0-9]config_tap" >/dev/null
	done
	run ls "$dir/etc/rcS.d"
	assert_lacks "$output" config_tap
}

@test "insserv: starts before who configures the network, stops after" {
	machine
	insserv_all
	for level in 2 3 4 5; do
		[ "$(order $level config_tap)" -lt "$(order $level networking)" ]
		[ "$(order $level config_tap)" -lt "$(order $level NetworkManager)" ]
	done
	for level in 0 6; do
		[ "$(order $level config_tap)" -gt "$(order $level networking)" ]
		[ "$(order $level config_tap)" -gt "$(order $level NetworkManager)" ]
		[ "$(order $level config_tap)" -lt "$(order $level umountfs)" ]
	done
}

@test "insserv: removal takes every link away" {
	machine
	insserv_here config_tap
	insserv_here -r config_tap
	run find "$dir/etc" -type l -name '*config_tap'
	assert_equal "$output" ""
}

@test "systemd-sysv-generator: a unit without a cycle, that can reload" {
	for generator in {/usr,}/lib/systemd/system-generators/systemd-sysv-generator; do
		[ ! -x "$generator" ] || break
	done
	if [ ! -x "$generator" ]; then
		# that one runs no init scripts any more, and has the native unit
		[ "$(systemctl --version | awk 'NR == 1 { print $2 + 0 }')" -ge 260 ]
		return
	fi
	machine
	insserv_all
	mkdir "$dir/early" "$dir/normal" "$dir/late"

	SYSTEMD_LOG_TARGET=console SYSTEMD_UNIT_PATH=$dir/none \
		SYSTEMD_SYSVINIT_PATH=$dir/etc/init.d SYSTEMD_SYSVRCND_PATH=$dir/etc \
		"$generator" "$dir/normal" "$dir/early" "$dir/late"
	unit=$dir/late/config_tap.service
	cat "$unit"
	grep -qx 'Before=networking.service' "$unit"
	grep -qx 'Before=NetworkManager.service' "$unit"
	grep -qx "ExecReload=$dir/etc/init.d/config_tap reload" "$unit"
	grep -qx 'RemainAfterExit=yes' "$unit"
	run grep -E '^(PIDFile|After=network|Wants=network-online)' "$unit"
	assert_equal "$output" ""
	[ -L "$dir/late/multi-user.target.wants/config_tap.service" ]
}
