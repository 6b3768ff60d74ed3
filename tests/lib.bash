# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# What every test file loads: a machine of its own for each test, the program under
# a wrapper, assertions that print both sides, and a check that nothing is left.

# bats of before 1.4, as in Debian 11, has no directory of its own for a file and for a test.
if [ -z "${BATS_TEST_TMPDIR-}" ]; then
	BATS_FILE_TMPDIR=$BATS_RUN_TMPDIR/${BATS_TEST_FILENAME##*/}
	mkdir -p "$BATS_FILE_TMPDIR"
	BATS_TEST_TMPDIR=$(mktemp -d "$BATS_RUN_TMPDIR/test.XXXXXX")
fi

# No command of a test takes longer, in seconds.
LIMIT=30

: "${CONFIG_TAP:?the tests are run by make check}" "${WRAPPER:?}" "${top_srcdir:?}" "${top_builddir:?}"

# ------------------------------------------------------------------------------
# A machine of its own for each test
# ------------------------------------------------------------------------------

# bats has a process for each test, which reads the test file first of all. Here that
# process starts itself again, in name spaces of its own: so all of the test, setup
# and teardown included, runs in them, and the kernel takes everything away with the
# test's last process. Without root there are no name spaces, and few tests.
am_root()
{
	[ "$EUID" -eq 0 ]
}

reexec_in_namespaces()
{
	local command

	mapfile -d '' command <"/proc/$$/cmdline"
	# bats makes it anew, and wants to be the first
	rm -rf "$BATS_TEST_TMPDIR"
	# shellcheck disable=SC2086
	CT_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc \
		-- $CT_DEFAULTS "${command[@]}"
}

if [ "${0##*/}" = bats-exec-test ] && [ -z "${CT_INSIDE-}" ] && am_root; then
	reexec_in_namespaces
fi

# The users and groups that the tests know.
make_etc()
{
	local from etc=$1 keep=()

	mkdir "$etc"
	# programs of this machine may be links through alternatives
	for from in /etc/alternatives /etc/ld.so.cache /etc/ld-musl-*; do
		[ ! -e "$from" ] || keep+=("$from")
	done
	[ ${#keep[@]} -eq 0 ] || cp -a "${keep[@]}" "$etc/"
	cat >"$etc/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/sh
		alice:x:1001:1001::/:/bin/sh
		bob:x:1002:1002::/:/bin/sh
		nobody:x:65534:65534::/:/bin/sh
	END
	cat >"$etc/group" <<-'END'
		root:x:0:
		alice:x:1001:
		bob:x:1002:
		vms:x:2001:alice
		nogroup:x:65534:
	END
	printf '%s: files\n' passwd group >"$etc/nsswitch.conf"
	echo 0123456789abcdef0123456789abcdef >"$etc/machine-id"
}

# Where there is no udev the kernel's own node is root's alone, and no user would get as far
# as to a NIC's owner. A machine that may make no node has the one that it was given.
open_tun_to_all()
{
	[ -c /dev/net/tun ] && mknod -m 666 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun
}

make_machine()
{
	case " $BATS_RUN_TMPDIR $CONFIG_TAP $top_srcdir" in
	*' /run/'*|*' /etc/'*) fail "the tests hide /run and /etc, so they cannot be there" ;;
	esac
	mount -t sysfs sysfs /sys
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir -p /run/lock /run/test
	cp -a "$BATS_FILE_TMPDIR/etc" /run/
	mount --bind /run/etc /etc
	# an id that the program has made for this machine would have the MACs follow from it
	[ ! -d "$STATE" ] || mount -t tmpfs -o mode=755 tmpfs "$STATE"
	open_tun_to_all || true
	ip link set dev lo up
	T=/run/test
}

# $T is the directory of the test, and the current one; $CONFIG the file that tap
# reads, $RUN the run directory, $STATE that of the machine's id.
setup()
{
	umask 022
	background=()
	as=()
	T=$BATS_TEST_TMPDIR
	! am_root || make_machine
	cd "$T"
	CONFIG=$T/config
	RUN=$T/run
	export LC_ALL=C
	export ASAN_OPTIONS=${ASAN_OPTIONS-exitcode=99}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS-halt_on_error=1:print_stacktrace=1:exitcode=99}
	if declare -F setup_test >/dev/null; then
		setup_test
	fi
}

# Processes that are neither the test nor dead.
processes_left()
{
	local stat

	left=
	for stat in /proc/[0-9]*/stat; do
		stat=${stat%/stat}
		[ "$stat" != /proc/1 ] || continue
		# it may end while it is looked at, which is all right
		{ read -r -a words <"$stat/stat"; } 2>/dev/null || continue
		[[ " ${words[*]} " != *' Z '* ]] || continue
		left+="${words[*]:0:4} "
	done
	[ -z "$left" ]
}

# What the test has started is stopped, whatever has become of its file. No record, and
# no NIC that is not ours, is a reason to fail here: a process that is left is.
stop_all()
{
	[ -d "${RUN-}" ] || return 0
	timeout --kill-after=5 "$LIMIT" "$CONFIG_TAP" --all-files --run-dir "$RUN" \
		--quiet --force stop >/dev/null 2>&1 3>&- 4>&- </dev/null || true
}

teardown()
{
	local pid status=0

	for pid in "${background[@]+"${background[@]}"}"; do
		kill "$pid" 2>/dev/null || true
		# one that a failed test has left stopped hears nothing until it goes on
		kill -CONT "$pid" 2>/dev/null || true
	done
	wait
	if am_root && [ -n "${CT_INSIDE-}" ]; then
		stop_all
	fi
	if am_root && [ -n "${CT_INSIDE-}" ] && ! retry processes_left; then
		echo "processes are left: $left"
		status=1
	fi
	return "$status"
}

# These two run outside of all that, on the machine itself.
host_view()
{
	local nic

	for nic in /sys/class/net/*/tun_flags; do
		[ ! -e "$nic" ] || echo "device $nic"
	done
	grep -E ' /(dev|etc|proc|run|sys) ' /proc/self/mountinfo
}

# What is the same for all tests of a file is found out here: a test is many processes as it is.
setup_file()
{
	umask 022
	host_view >"$BATS_FILE_TMPDIR/host"
	am_root || return 0
	make_etc "$BATS_FILE_TMPDIR/etc"
	# A shell ignores INT in what it starts in the background, and the unshare of Debian 11 TERM
	# as well: all that a test starts would do so. env of before 8.31 knows no remedy.
	export CT_DEFAULTS="env --default-signal=INT --default-signal=TERM"
	$CT_DEFAULTS true 2>/dev/null || CT_DEFAULTS=
	# where the program keeps the id of the machine was decided when it was built
	STATE=$(grep -aoE '/[ -~]*/config_tap/machine-id' "$CONFIG_TAP" | head -n 1)
	export STATE=${STATE%/machine-id}
	[ -n "$STATE" ] || fail "where does the program keep its machine id?"
}

teardown_file()
{
	host_view | diff "$BATS_FILE_TMPDIR/host" - ||
		{ echo "a test has changed the machine itself (see above)"; return 1; }
}

# probe WHAT ANSWER COMMAND...: skips the test where the command fails with an answer that only a
# kernel without WHAT gives; ANSWER is an extended regular expression. Any other failure is one
# of the test.
probe()
{
	local what=$1 answer=$2 said

	shift 2
	said=$("$@" 2>&1) || {
		[[ $said =~ $answer ]] || fail "has the kernel $what? $*" "$said"
		skip "kernel lacks $what"
	}
}

# probe_link TYPE [OPTION]...: the same of a kind of interface, by one that is made and removed;
# what ip(8) wants before the type is in $before
probe_link()
{
	# shellcheck disable=SC2086
	probe "$1" 'Unknown device type|not supported' ip link add ${before-} name ct-probe type "$@"
	ip link del dev ct-probe
}

# requires WHAT...: skips the test where the kernel or the user cannot do it. No test skips
# by itself: a command that fails may have another reason.
requires()
{
	local what

	for what; do
		case $what in
		root)
			am_root || skip "not root"
			;;
		tun)
			requires root
			probe tun 'No such (file|device)' eval ': 3<>/dev/net/tun'
			;;
		veth|bridge)
			requires root
			probe_link "$what"
			;;
		vxlan)
			requires root
			probe_link vxlan id 1 dstport 4999
			;;
		macvlan)
			requires tun
			ip tuntap add dev ct-lower mode tap
			before="link ct-lower" probe_link macvlan
			ip link del dev ct-lower
			;;
		ipv6)
			[ -e /proc/sys/net/ipv6 ] || skip "kernel lacks IPv6"
			;;
		multi_queue)
			requires tun
			probe multi_queue 'Invalid argument' \
				ip tuntap add dev ct-probe mode tap multi_queue
			ip link del dev ct-probe
			;;
		altname)
			requires tun
			ip tuntap add dev ct-probe mode tap
			probe "alternative names" 'not supported|Invalid argument' \
				ip link property add dev ct-probe altname ct-probe-too
			ip link del dev ct-probe
			;;
		user_namespaces)
			probe "user namespaces" 'Invalid argument|No space left' \
				unshare --user --map-root-user true
			;;
		seccomp)
			grep -q '^Seccomp:' /proc/self/status || skip "kernel lacks seccomp filters"
			grep -q 'define HAVE_LIBSECCOMP' "$top_builddir/config.h" ||
				skip "built without libseccomp"
			;;
		acl)
			: >ct-probe
			probe "access control lists on this file system" 'not supported' \
				setfacl -m u:65534:r ct-probe
			rm ct-probe
			;;
		*)
			fail "the test requires \"$what\", which no test can"
			;;
		esac
	done
}

# ------------------------------------------------------------------------------
# Assertions
# ------------------------------------------------------------------------------

fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

# both_sides WHAT EXPECTED FOUND
both_sides()
{
	fail "$1" "expected:" "${2:-(nothing)}" "found:" "${3:-(nothing)}"
}

# assert_equal FOUND EXPECTED [WHAT]
assert_equal()
{
	[ "$1" = "$2" ] || both_sides "${3-not equal}" "$2" "$1"
}

# assert_contains TEXT PART, and its opposite
assert_contains()
{
	[[ $1 == *"$2"* ]] || both_sides "a part is missing" "$2" "$1"
}

assert_lacks()
{
	[[ $1 != *"$2"* ]] || both_sides "a part should not be there" "not: $2" "$1"
}

# assert_matches TEXT REGEX: the whole text, by an extended regular expression
assert_matches()
{
	[[ $1 =~ ^($2)$ ]] || both_sides "does not match" "$2" "$1"
}

# Is it a build for the address sanitizer, which has memory and needs of its own?
is_sanitized()
{
	grep -q __asan_init "$CONFIG_TAP"
}

# ticks PID: what the process has used of the CPU, in ticks of the clock.
ticks()
{
	local stat

	read -r stat <"/proc/$1/stat"
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	echo $((${12} + ${13}))
}

# retry COMMAND...: until the command succeeds, for $LIMIT seconds at most
retry()
{
	local end=$((SECONDS + LIMIT))

	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		sleep 0.02
	done
}

# ------------------------------------------------------------------------------
# The program
# ------------------------------------------------------------------------------

# config: writes standard input to the file that tap reads
config()
{
	cat >"$CONFIG"
}

# read_text FILE: what it has, with NUL as @, is in $text. No process: there are thousands.
read_text()
{
	local part

	text=
	while IFS= read -r -d '' part; do
		text+=$part@
	done <"$1"
	text+=$part
	while [[ $text == *$'\n' ]]; do
		text=${text%$'\n'}
	done
}

# What is not the program's word: strace of before 5.13 complains of what it cannot decode, and only
# root can give a test an /etc without an OpenStack.
not_ours='^strace: decode_nlattr: '
am_root || not_ours+='|warning: .*OpenStack takes names like'

# program STATUS COMMAND...: runs a program, shows what it said, and wants it to exit
# with STATUS. $out and $err are what it wrote.
program()
{
	local expected=$1 status=0 text

	shift
	err=
	printf '$ %s\n' "$*"
	timeout --kill-after=5 "$LIMIT" "${as[@]+"${as[@]}"}" "$@" \
		>"$T/.out" 2>"$T/.err" 3>&- 4>&- </dev/null || status=$?
	read_text "$T/.out"
	out=$text
	if [ -s "$T/.err" ]; then
		grep -avE "$not_ours" "$T/.err" >"$T/.said" || :
		read_text "$T/.said"
		err=$text
	fi
	[ -z "$out" ] || printf '%s\n' "$out"
	[ -z "$err" ] || printf '%s\n' "! ${err//$'\n'/$'\n'! }"
	[ "$status" = "$expected" ] || both_sides "exit status" "$expected" "$status"
}

# tap STATUS ARGUMENT...: the program, with the test's file and run directory
tap()
{
	local expected=$1

	shift
	program "$expected" "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "$@"
}

# as_user UID COMMAND...: with an ordinary user in the place of root
as_user()
{
	local uid=$1 CONFIG_TAP=$CONFIG_TAP
	local as=()

	shift
	if am_root; then
		as=(setpriv "--reuid=$uid" "--regid=$uid" --clear-groups --)
		# the build directory may be in root's home
		cp -f "$CONFIG_TAP" /run/config_tap.copy
		CONFIG_TAP=/run/config_tap.copy
	fi
	"$@"
}

# traced STATUS ARGUMENT...: tap under strace, which writes $T/trace. Not -f: strace
# would wait for the holder, which stays.
traced()
{
	local as=(strace -q -o "$T/trace" -s 4096)

	tap "$@"
}

# Calls in the trace that set something on a device.
count_sets()
{
	grep -cE 'ioctl\([^,]*, (SIOCS|TUNSET|TUNATTACH)|send.*RTM_(NEW|DEL|SET)' \
		"$T/trace" || true
}

# Calls in the trace that write to the run directory.
count_writes()
{
	grep -cE '\b(rename|unlink|link|symlink)(at2?)?\(|O_(WRONLY|RDWR).*nics' "$T/trace" || true
}

# ------------------------------------------------------------------------------
# Devices, and processes that use them
# ------------------------------------------------------------------------------

# All interfaces but the loopback, in one line.
nics()
{
	local nic all=''

	for nic in /sys/class/net/*; do
		nic=${nic##*/}
		# bonding has a file there
		[ "$nic" = lo ] || [ "$nic" = bonding_masters ] || all+=" $nic"
	done
	echo "${all# }"
}

assert_nics()
{
	assert_equal "$(nics)" "$*" "interfaces"
}

# link NIC FILTER: what jq finds in the kernel's view of the NIC
link()
{
	ip -json -details link show dev "$1" | jq -r ".[0] | $2"
}

assert_link()
{
	assert_equal "$(link "$1" "$2")" "$3" "$1: $2"
}

# has_flag NIC FLAG
has_flag()
{
	[ "$(link "$1" ".flags | index(\"$2\") != null")" = true ]
}

assert_flag()
{
	has_flag "$1" "$2" || both_sides "$1: flags" "$2" "$(link "$1" '.flags | join(" ")')"
}

assert_no_flag()
{
	! has_flag "$1" "$2" ||
		both_sides "$1: flags" "not $2" "$(link "$1" '.flags | join(" ")')"
}

# addresses NIC: all but the link-local ones, sorted, in one line
addresses()
{
	ip -json address show dev "$1" |
		jq -r '.[0].addr_info[] | select(.scope != "link") | "\(.local)/\(.prefixlen)"' |
		sort | xargs
}

# attach NIC [OPTION]...: starts a process that reads from the NIC; $reader is its pid,
# $heard the file with what it says
attach()
{
	heard=$T/attach.${#background[@]}
	: >"$heard"
	"${as[@]+"${as[@]}"}" "$top_builddir/tests/attach" "$@" \
		>"$heard" 2>&1 3>&- 4>&- </dev/null &
	reader=$!
	background+=("$reader")
	retry grep -q '^ready$' "$heard" ||
		both_sides "attach $*" ready "$(cat "$heard")"
}

# meddle ARGUMENT...: another program of the machine; $meddler is its pid
meddle()
{
	: >"$T/meddle"
	"$top_builddir/tests/meddle" "$@" >"$T/meddle" 2>&1 3>&- 4>&- </dev/null &
	meddler=$!
	background+=("$meddler")
	retry grep -qx ready "$T/meddle" || both_sides "meddle $*" ready "$(cat "$T/meddle")"
}

# detach PID: ends it, and waits for the kernel to let the NIC go
detach()
{
	kill "$1"
	wait "$1" || true
}
