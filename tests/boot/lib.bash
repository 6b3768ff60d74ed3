# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2013,SC2034,SC2053,SC2154,SC2254
# Machines with an init of their own, in name spaces: made from a root file system that is
# never written, booted, entered and halted. Each test has one, which the kernel takes away
# with the name spaces of the test.

init=
launcher=
cgroup=
# No boot and no halt takes so long, in seconds, whatever else the machine has to do.
boot_limit=180
boot_dir=$top_srcdir/tests/boot
roots=$top_builddir/tests/roots
packages=$top_builddir/packages

# now: prints the time in milliseconds
now()
{
	local t=$EPOCHREALTIME

	echo $((${t/[.,]/} / 1000))
}

# machine ROOT: mounts that root, writable in memory, at $R
machine()
{
	[ -d "$roots/$1" ] || fail "there is no root $1: make check-boot makes it"
	R=$T/root
	mkdir -p "$T/upper" "$T/work" "$R"
	mount -t overlay -o "lowerdir=$roots/$1,upperdir=$T/upper,workdir=$T/work" overlay "$R"
	echo 0123456789abcdef0123456789abcdef >"$R/etc/machine-id"
	# nothing is to be started before the boot
	# see sysv_is_up; a line for several levels would not be run again between them
	[ ! -e "$R/etc/inittab" ] ||
		printf 'c%d:%d:once:/bin/sh -c "/sbin/runlevel >/run/ct-level"\n' \
			2 2 3 3 4 4 5 5 >>"$R/etc/inittab"
	printf '#!/bin/sh\nexit 101\n' >"$R/usr/sbin/policy-rc.d"
	chmod +x "$R/usr/sbin/policy-rc.d"
}

# in_root COMMAND...: runs a command in the root that nobody has booted
in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
		unshare --net chroot "$R" "$@" 3>&- 4>&-
}

deb()
{
	local debs=("$packages"/deb/config-tap_*.deb)

	[ -e "${debs[0]}" ] || fail "there is no package: make check-boot builds it"
	echo "${debs[0]}"
}

# install_package: the Debian package, into the root, where it does nothing yet
install_package()
{
	cp "$(deb)" "$R/root/config-tap.deb"
	in_root dpkg --install /root/config-tap.deb
	rm "$R/usr/sbin/policy-rc.d"
}

# enable_package: and turns it on, from the next boot on
enable_package()
{
	in_root update-rc.d config_tap enable
	[ ! -x "$R/usr/bin/systemctl" ] || in_root systemctl enable config_tap
}

# inside COMMAND...: runs a command in the machine that has booted
inside()
{
	nsenter --target "$init" --mount --net --uts --ipc --pid --cgroup --root --wd \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@" 3>&- 4>&-
}

# seen_inside COMMAND...: the same of what only looks, and is none of the machine's processes:
# killall5 stops those for a moment, and with such a child nsenter stops itself, for good
seen_inside()
{
	nsenter --target "$init" --mount --root --wd env -i PATH=/usr/bin:/bin:/sbin "$@" 3>&- 4>&-
}

# in_machine STATUS COMMAND...: as inside, under "program", which wants that status
in_machine()
{
	local expected=$1

	shift
	program "$expected" nsenter --target "$init" --mount --net --uts --ipc --pid --cgroup \
		--root --wd \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"
}

# The first child of that pid that is called so
child()
{
	local pid

	for pid in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) in
		$2) echo "$pid" && return ;;
		esac
	done
	return 1
}

# Pulls the plug: a machine ends with its init, and what has started it ends then.
teardown()
{
	# shellcheck disable=SC2046
	kill -KILL $(descendants "$launcher") 2>/dev/null || true
	wait
	leave_cgroup
	retry processes_left || fail "processes are left: $left"
}

descendants()
{
	local pid

	for pid in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		echo "$pid"
		descendants "$pid"
	done
}

# sysv_is_up LEVELS: init is there, as runlevel(8) says, and its scripts have run. init says
# the new level before it starts them, and does what stands last in its table behind them.
sysv_is_up()
{
	local levels

	[ -n "$init" ] || init=$(child "$(child "$launcher" '*')" 'init \[*') || return 1
	# asked first, since that takes no process of a machine that has enough to do
	[[ $1 == *S ]] || levels=$(cat "/proc/$init/root/run/ct-level" 2>/dev/null) || return 1
	levels=$(seen_inside runlevel 2>/dev/null) && [[ $levels == $1 ]] &&
		! seen_inside pgrep -f '/etc/init.d/rc [0-6S]|startpar|openrc ' >/dev/null &&
		[[ $levels == *S || $(seen_inside cat /run/ct-level 2>/dev/null) == "$levels" ]]
}

# boot_sysv: boots $R with its own /sbin/init to its runlevel; $init is the pid of that,
# $T/console what it says, $boot_ms how long it took
boot_sysv()
{
	local begin

	begin=$(now)
	init=
	setsid script -q -f -c "exec unshare --pid --fork --kill-child --mount --net --uts \
		--ipc --cgroup --propagation private $boot_dir/sysv-init $R /sbin/init" \
		"$T/console" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	launcher=$!
	if ! LIMIT=$boot_limit retry sysv_is_up "N 2" || gone "$launcher"; then
		fail "the machine has not booted:" "$(cat "$T/console")"
	fi
	boot_ms=$(($(now) - begin))
	echo "# booted in $boot_ms ms" >&3
}

# go_to_runlevel LEVEL: changes to it, and waits until it is there; 1 goes on to S
go_to_runlevel()
{
	inside telinit "$1"
	LIMIT=$boot_limit retry sysv_is_up "* ${1/1/S}" ||
		fail "runlevel $1 is not reached, but $(seen_inside runlevel):" "$(tail "$T/console")"
}

# systemd wants a control group of its own, and is not to make groups in anybody else's.
enter_cgroup()
{
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	cgroup=/sys/fs/cgroup/config_tap-test.$BATS_ROOT_PID.$BATS_TEST_NUMBER
	mkdir "$cgroup"
	echo 0 >"$cgroup/cgroup.procs"
}

leave_cgroup()
{
	[ -n "$cgroup" ] || return 0
	echo 0 >/sys/fs/cgroup/cgroup.procs
	find "$cgroup" -depth -type d -exec rmdir {} +
}

systemd_is_up()
{
	[ -n "$init" ] || init=$(child "$launcher" '*/systemd *') || return 1
	case $(inside systemctl is-system-running 2>/dev/null) in
	running|degraded) ;;
	*) return 1 ;;
	esac
}

# boot_systemd: the same with systemd, under systemd-nspawn
boot_systemd()
{
	local begin

	enter_cgroup
	begin=$(now)
	init=
	setsid systemd-nspawn --quiet --register=no --keep-unit --directory="$R" \
		--private-network --capability=CAP_NET_ADMIN --bind=/dev/net/tun \
		--link-journal=no --machine=config-tap-test --console=pipe --boot \
		</dev/null >"$T/console" 2>&1 3>&- 4>&- &
	launcher=$!
	if ! LIMIT=$boot_limit retry systemd_is_up || gone "$launcher"; then
		fail "the machine has not booted:" "$(cat "$T/console")"
	fi
	boot_ms=$(($(now) - begin))
	echo "# booted in $boot_ms ms" >&3
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# halt COMMAND...: shuts down in order; $halt_ms is how long it took
halt()
{
	local begin

	begin=$(now)
	inside "$@" || true
	LIMIT=$boot_limit retry gone "$launcher" || fail "the machine has not halted:" "$(cat "$T/console")"
	halt_ms=$(($(now) - begin))
	init=
	echo "# halted in $halt_ms ms" >&3
}

# absent COMMAND...: the opposite of what the command says; the "run !" of newer bats
absent()
{
	! "$@"
}
