# SPDX-License-Identifier: MIT
# carrier, sink, hold and release: links that are up, and the process that keeps them so.

load lib

# as in src/holder/client.c, and the user that many a program runs as
HOLDER_ID=61183
NOBODY=65534
TICKS=$(getconf CLK_TCK)

holder()
{
	cat "$RUN/holder.pid"
}

# of PID FIELD: a line of the process's status
of()
{
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

# switches PID: how often it has gone to sleep, or been made to
switches()
{
	echo "$(of "$1" voluntary_ctxt_switches) $(of "$1" nonvoluntary_ctxt_switches)"
}

counter()
{
	cat "/sys/class/net/$1/statistics/$2"
}

carrier_changes()
{
	cat "/sys/class/net/$1/carrier_changes"
}

operstate()
{
	cat "/sys/class/net/$1/operstate"
}

is_operstate()
{
	[ "$(operstate "$1")" = "$2" ]
}

assert_held()
{
	assert_equal "$(operstate "$1")" up "operstate of $1"
	assert_flag "$1" LOWER_UP
	assert_no_flag "$1" NO-CARRIER
}

assert_idle()
{
	# the kernel gathers such news for up to a second
	retry is_operstate "$1" down ||
		assert_equal "$(operstate "$1")" down "operstate of $1"
	assert_flag "$1" NO-CARRIER
}

# How many the table of status says are held.
count_held()
{
	grep -cE '^a[0-9]+ +up +held ' <<<"$out"
}

is_gone()
{
	[ ! -e "/proc/$1" ]
}

# Nothing of the holder is left: no process, no file.
assert_no_holder()
{
	retry is_gone "$1" || fail "the holder $1 still runs"
	assert_equal "$(cd "$RUN" && ls -d holder* 2>/dev/null)" "" "left in the run directory"
}

# A NIC and its place in the machine, without what may count on.
picture()
{
	ip -json -details address show dev "$1" |
		jq -S 'del(.. | .preferred_life_time?, .valid_life_time?) |
			(.[0].addr_info |= map(select(.scope != "link")))'
	ip route show table all dev "$1" | grep -v '^local fe80'
}

# ------------------------------------------------------------------------------
# The link
# ------------------------------------------------------------------------------

@test "none: the link is down, and no process is left" {
	requires root tun
	config <<-'END'
		[a]
		address = 10.1.0.1/24
	END
	tap 0 start
	assert_idle a
	assert_equal "$(cd "$RUN" && ls -d holder* 2>/dev/null)" ""
	assert_contains "$(ip route show dev a)" linkdown
}

@test "hold: the link is up, and not unknown, when start returns" {
	requires root tun
	config <<-'END'
		carrier = hold
		[a]
		address = 10.1.0.1/24
		[b]
		mode = tun
		[c]
		sink = drop
		[d]
		mode = tun
		sink = drop
	END
	tap 0 start
	for nic in a b c d; do
		assert_held "$nic"
	done
	assert_lacks "$(ip route show dev a)" linkdown
	tap 0 status
	assert_equal "$(awk 'NR > 2 && NR < 7 { print $1, $2, $3 }' <<<"$out")" \
		$'a up held\nb up held\nc up held\nd up held'
	tap 0 --verbose status
	assert_contains "$out" "A held NIC is busy (EBUSY) for every other program; config_tap release NIC lets one attach."
	pid=$(holder)
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

@test "shared: the link is up while consumers come and go" {
	requires multi_queue
	config <<-'END'
		[a]
		carrier = shared
		multi_queue = yes
	END
	tap 0 start
	assert_held a
	before=$(carrier_changes a)
	attach a --multi-queue
	first=$reader
	attach a --multi-queue
	tap 0 status
	assert_matches "$(grep '^a ' <<<"$out")" 'a +up +shared .*attach \([0-9]+\), attach \([0-9]+\)'
	program 0 "$top_builddir/tests/send" a 200
	detach "$first"
	detach "$reader"
	assert_held a
	assert_equal "$(carrier_changes a)" "$before" "carrier changes"
	tap 0 stop
}

@test "shared: the consumers get every frame, and the holder none" {
	requires multi_queue
	config <<-'END'
		[a]
		carrier = shared
		multi_queue = yes
		up = yes
	END
	tap 0 start
	attach a --multi-queue
	before=$(counter a tx_packets)
	program 0 "$top_builddir/tests/send" a 5000 --wait
	[ "$(counter a tx_packets)" -ge $((before + 5000)) ]
	retry eval '[ "$(grep -c "^frame 60$" "$heard")" = 5000 ]' ||
		both_sides "frames read" 5000 "$(grep -c '^frame 60$' "$heard")"
	detach "$reader"
	tap 0 stop
}

@test "a NIC that is down is held, and its link comes with up" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		up = no
	END
	tap 0 start
	tap 0 status
	assert_equal "$err" ""
	ip link set dev a up
	retry is_operstate a up
	tap 0 stop
}

@test "NICs in other network namespaces are held by the same process" {
	requires root tun
	mkdir -p /run/netns
	ip netns add blue
	config <<-'END'
		carrier = hold
		[a]
		[b]
		netns = blue
	END
	tap 0 start
	assert_held a
	assert_equal "$(ip -n blue -json link show dev b | jq -r '.[0].operstate')" UP
	assert_equal "$(pgrep -c config_tap_hold)" 1
	tap 0 status
	pid=$(holder)
	tap 0 stop
	assert_no_holder "$pid"
	ip netns del blue
}

@test "200 NICs: more than one message carries" {
	requires root tun
	config <<-'END'
		[a%d]
		count = 200
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	assert_equal "$(grep -lx up /sys/class/net/a*/operstate | wc -l)" 200
	tap 0 status
	assert_equal "$(count_held)" 200
	tap 0 stop a0 a1 a199
	tap 1 status
	assert_equal "$(count_held)" 197
	tap 0 start
	assert_equal "$(holder)" "$pid" "the holder"
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

# assert_deleted_at_once N: stop deletes all in one go, having moved N of them by netlink
assert_deleted_at_once()
{
	local as=(strace -qq -o "$T/trace" -e trace=sendto)

	tap 0 stop
	assert_equal "$(grep -c RTM_DELLINK "$T/trace")" 1
	assert_equal "$(grep -o RTM_SETLINK "$T/trace" | wc -l)" "$1"
	assert_nics
}

@test "a stop deletes many at once; those with a link get into their last group by sysfs" {
	requires root tun
	config <<-'END'
		[h%d]
		count = 3
		carrier = hold
		[i%d]
		count = 2
	END
	tap 0 start
	assert_deleted_at_once 2
	# where that is not to be had, by netlink like the others
	tap 0 start
	mount -o remount,ro,bind /sys
	assert_deleted_at_once 5
}

@test "1,200 NICs under a limit of 1,024 descriptors" {
	requires root tun
	LIMIT=60
	config <<-'END'
		[a%d]
		count = 1200
		carrier = hold
	END
	(
		ulimit -Sn 1024
		tap 0 start
	)
	assert_equal "$(grep -lx up /sys/class/net/a*/operstate | wc -l)" 1200
	(
		ulimit -Sn 256
		tap 0 --quiet status
		tap 0 start
		assert_equal "$err$out" ""
	)
	pid=$(holder)
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

# ------------------------------------------------------------------------------
# What stays held never flaps
# ------------------------------------------------------------------------------

@test "start and reload leave a held link alone, whatever else they change" {
	requires root tun
	config <<-'END'
		carrier = hold
		[a]
		address = 10.1.0.1/24, fd00:1::1/64
		mtu = 1450
		[b]
		mode = tun
		address = 10.2.0.1/24
	END
	tap 0 start
	before="$(carrier_changes a) $(carrier_changes b)"
	index=$(cat /sys/class/net/a/ifindex)
	pid=$(holder)

	tap 0 start
	tap 0 reload
	assert_equal "$(carrier_changes a) $(carrier_changes b)" "$before" "after nothing new"

	# the owner wants the device open, and the holder has its only queue
	config <<-'END'
		carrier = hold
		[a]
		address = 10.1.0.2/24, fd00:1::2/64
		mtu = 1400
		owner = alice
		group = vms
		mac = 02:00:5e:00:53:01
		alias = x
		promisc = yes
		sink = drop
		[b]
		mode = tun
		address = 10.2.0.2/24
		owner = bob
		sink = drop
		[c]
	END
	tap 0 reload
	assert_equal "$(carrier_changes a) $(carrier_changes b)" "$before" "after a change"
	assert_equal "$(cat /sys/class/net/a/ifindex)" "$index" "ifindex"
	assert_equal "$(cat /sys/class/net/a/owner)" 1001
	assert_equal "$(holder)" "$pid" "the holder"
	assert_held a
	assert_held c
	tap 0 status

	# c goes, the others stay
	sed -i '/^\[c\]/d' "$CONFIG"
	tap 0 reload
	assert_nics a b
	assert_equal "$(carrier_changes a) $(carrier_changes b)" "$before" "after one left"
	assert_equal "$(holder)" "$pid" "the holder"
	tap 0 stop
}

@test "restart leaves the link of a NIC that it keeps alone" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		on_stop = keep
		[b]
		carrier = hold
	END
	tap 0 start
	before=$(carrier_changes a)
	tap 0 restart
	assert_held a
	assert_held b
	assert_equal "$(carrier_changes a)" "$before" "carrier changes of a"
	tap 0 status
	pid=$(holder)
	tap 0 stop
	assert_nics a
	assert_idle a
	assert_no_holder "$pid"
}

@test "a new NIC's link comes up once, and does not flap" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	tap 0 start
	first=$(carrier_changes a)
	[ "$first" -le 2 ] || both_sides "carrier changes" "2 at most" "$first"
	tap 0 restart
	assert_equal "$(carrier_changes a)" "$first" "carrier changes"
	tap 0 stop
}

@test "what the kernel takes from whoever opens a NIC changes while it is held" {
	requires root tun
	printf '[a]\ncarrier = hold\n' >"$CONFIG"
	tap 0 start
	pid=$(holder)
	for change in 'vnet_hdr = yes' 'packet_info = yes' ''; do
		printf '[a]\ncarrier = hold\n%s\n' "$change" >"$CONFIG"
		tap 0 reload
		assert_held a
		tap 0 status
		tap 0 --dry-run start
		assert_equal "$out" ""
	done
	assert_equal "$(holder)" "$pid" "the holder"
	tap 0 stop
}

@test "from none to hold and back, and to another sink, in the file" {
	requires root tun
	for carrier in none hold none; do
		config <<-END
			[a]
			address = 10.1.0.1/24
			carrier = $carrier
		END
		tap 0 reload
		if [ "$carrier" = hold ]; then
			assert_held a
			pid=$(holder)
		else
			assert_idle a
		fi
		tap 0 status
	done
	assert_no_holder "$pid"
	tap 0 stop
}

# ------------------------------------------------------------------------------
# By hand
# ------------------------------------------------------------------------------

@test "release lets a program attach, and hold takes the link back" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		address = 10.1.0.1/24
		[b]
		carrier = hold
	END
	tap 0 start
	changes=$(carrier_changes b)
	program 1 "$top_builddir/tests/attach" a
	assert_equal "$out" "error TUNSETIFF: Device or resource busy"

	tap 0 release a
	assert_idle a
	tap 0 status
	assert_contains "$out" "    released by hand; configured: carrier = hold"
	attach a
	# a start is not to take it from the program
	tap 0 start
	tap 1 hold a
	assert_contains "$err" "attached by attach (pid $reader)"
	detach "$reader"

	tap 0 hold a
	assert_held a
	tap 0 status
	assert_lacks "$out" "by hand"
	program 1 "$top_builddir/tests/attach" a
	assert_equal "$(carrier_changes b)" "$changes" "carrier changes of the other"
	tap 0 stop
}

@test "hold on a NIC that is configured without, and release again" {
	requires root tun
	config <<-'END'
		[a]
	END
	tap 0 start
	tap 0 hold a
	assert_held a
	pid=$(holder)
	tap 0 status
	assert_contains "$out" "    held by hand; configured: carrier = none"
	kill -9 "$pid"
	retry is_gone "$pid"
	tap 1 status
	assert_contains "$out" "    held by hand; configured: carrier = none"
	assert_contains "$out" "    carrier is none, by hand: hold"
	tap 0 start
	pid=$(holder)
	tap 0 start
	assert_held a
	tap 0 hold a
	tap 0 release a
	assert_no_holder "$pid"
	tap 0 release a
	tap 0 stop
}

@test "hold and release of what has no section any more: it is ours all the same" {
	requires root tun bridge
	config <<-'END'
		[a]
		on_stop = keep
		[b]
		carrier = hold
		[c]
		bridge = br7
	END
	tap 0 start
	config <<-'END'
		[c]
		bridge = br7
	END
	tap 0 release b
	assert_idle b
	tap 0 release b
	tap 1 status b
	assert_contains "$out" "    released by hand"
	attach b
	tap 1 hold b
	assert_contains "$err" "attached by attach (pid $reader)"
	detach "$reader"
	tap 0 hold b
	assert_held b
	tap 0 release b
	tap 0 reload
	assert_nics a br7 c

	# what is kept stays so, and what is done by hand stays done
	tap 0 --dry-run hold a
	assert_contains "$out" "a: hold the link up"
	tap 0 hold a
	assert_held a
	tap 0 status
	assert_contains "$out" "1 kept"
	assert_contains "$out" "    held by hand"
	tap 0 reload
	assert_held a
	tap 0 stop a
	assert_idle a

	tap 1 hold br7
	assert_contains "$err" "br7: is a bridge, which has a link when one of its ports has"
	ip link set dev br7 down
	tap 0 hold c
	assert_held c
	ip link del dev a
	tap 1 release a
	assert_equal "$err" "config_tap: a: is not there, and $CONFIG has no section for it; add one, and config_tap start creates it"
	tap 0 stop
}

@test "hold and release of what is gone with its network namespace" {
	requires root tun
	local command

	ip netns add one
	printf '%s\n' '[a]' 'netns = one' | config
	tap 0 start
	config <<<'[b]'
	ip netns del one
	for command in hold release "--dry-run hold"; do
		# shellcheck disable=SC2086
		tap 1 $command a
		assert_equal "$err" "config_tap: a: is gone with its network namespace"
	done
}

@test "hold and release take from the file how a NIC is held: a broken one is exit status 6" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	printf '%s\n' '[a]' 'mtu = lots' | config
	tap 6 hold a
	assert_contains "$err" "mtu"
	tap 6 release a
	rm "$CONFIG"
	tap 6 release a
	config <<<'[a]'
	tap 0 hold a
}

@test "hold and release without effect: a dry run, a NIC that is not there or not ours" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start a
	tap 0 --dry-run hold a
	assert_contains "$out" "a: hold the link up"
	assert_idle a
	tap 1 hold b
	assert_contains "$err" "b: is not there; config_tap start creates it"
	ip tuntap add dev b mode tap
	tap 1 hold b
	assert_contains "$err" "b: is not ours; config_tap start creates it"
	tap 2 hold nosuch
	assert_equal "$(cd "$RUN" && ls -d holder* 2>/dev/null)" ""
	tap 0 stop
}

# ------------------------------------------------------------------------------
# The process
# ------------------------------------------------------------------------------

@test "it is a user of its own, has no capabilities, and no descriptor but its own" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		[b]
		carrier = hold
	END
	# what it inherits must not stay open, nor the environment
	(
		exec 9<"$CONFIG" 200<"$CONFIG"
		SECRET=x tap 0 start
	)
	pid=$(holder)
	assert_equal "$(of "$pid" Uid | xargs)" "$HOLDER_ID $HOLDER_ID $HOLDER_ID $HOLDER_ID"
	assert_equal "$(of "$pid" Gid | xargs)" "$HOLDER_ID $HOLDER_ID $HOLDER_ID $HOLDER_ID"
	assert_equal "$(of "$pid" Groups | xargs)" ""
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		assert_equal "$(of "$pid" "$set")" 0000000000000000 "$set"
	done
	assert_equal "$(of "$pid" NoNewPrivs)" 1 NoNewPrivs
	assert_equal "$(of "$pid" Threads)" 1 Threads
	assert_equal "$(readlink "/proc/$pid/root")" "$RUN/holder"
	assert_equal "$(readlink "/proc/$pid/cwd")" "$RUN/holder"
	assert_equal "$(ls -A "$RUN/holder")" "" "its directory"
	assert_equal "$(tr '\0' ' ' <"/proc/$pid/environ")" ""
	# session and process group of its own: no terminal's signal reaches it
	# shellcheck disable=SC2046
	set -- $(ps -o pgid=,sid=,tty= -p "$pid")
	assert_equal "$*" "$pid $pid ?"
	assert_equal "$(for fd in "/proc/$pid/fd/"*; do readlink "$fd"; done |
		sed 's/\[[0-9]*\]//' | sort | xargs)" \
		"/dev/net/tun /dev/net/tun /dev/null /dev/null /dev/null $RUN/holder.pid anon_inode:[eventpoll] socket:"
	assert_equal "$(stat -c %A:%U "$RUN/holder.sock")" srw-------:root
	tap 0 stop
}

@test "nobody but root can reach it, trace it or take its descriptors" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	fd=$(for fd in "/proc/$pid/fd/"*; do
		[ "$(readlink "$fd")" != /dev/net/tun ] || echo "${fd##*/}"
	done)
	assert_matches "$fd" '[0-9]+'
	cp "$top_builddir/tests/intrude" /run/intrude
	# and without the protection of the file's mode
	for mode in 600 666; do
		chmod 777 "$RUN" "$T"
		chmod "$mode" "$RUN/holder.sock"
		for user in 1001 "$NOBODY"; do
			# some systems give ordinary users no name space of their own
			spaces=("")
			! setpriv --reuid="$user" --regid="$user" --clear-groups \
				unshare --user --map-root-user true 2>/dev/null ||
				spaces+=("unshare --user --map-root-user")
			for space in "${spaces[@]}"; do
				# shellcheck disable=SC2086
				program 0 setpriv --reuid="$user" --regid="$user" --clear-groups $space \
					/run/intrude "$pid" "$RUN/holder.sock" "$fd"
				assert_equal "$(grep -c 'done$' <<<"$out")" 0 "that is let through"
				assert_equal "$(wc -l <<<"$out")" 6 "attempts"
			done
		done
		chmod 755 "$RUN"
	done
	program 0 /run/intrude "$pid" "$RUN/holder.sock" "$fd"
	assert_contains "$out" "connect: done"
	# a user can neither hold nor release
	as_user 1001 tap 4 release a
	as_user 1001 tap 4 hold a
	assert_held a
	tap 0 status
	tap 0 stop
}

@test "a want of memory costs the one NIC that it comes for" {
	requires tun
	printf '%s\n' 'carrier = hold' '[a]' '[b]' '[c]' | config
	# the holder listens to its socket, a client, a, b and c; then, since b failed, to each anew;
	# the tracer is to be nobody's child, or it would be waited for
	as=(strace -D -f -qq -o /dev/null -e trace=epoll_ctl -e inject=epoll_ctl:error=ENOMEM:when=4+5)
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: b: cannot hold the link up: Cannot allocate memory"
	assert_held a
	assert_held c
	assert_nics a c
	tap 0 stop
}

@test "it sleeps: no wake-up in 10 s" {
	requires multi_queue
	config <<-'END'
		[a]
		carrier = hold
		address = 10.1.0.1/24
		[b]
		carrier = hold
		sink = drop
		[c]
		carrier = shared
		multi_queue = yes
		[d]
		mode = tun
		carrier = hold
		sink = drop
	END
	# the kernel's own packets of IPv6 are traffic
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	tap 0 start
	pid=$(holder)
	used=$(switches "$pid")
	sleep 10
	assert_equal "$(switches "$pid")" "$used" "wake-ups"
	tap 0 stop
}

@test "it is small with one NIC, and grows little with each" {
	requires root tun
	declare -A kilobytes
	# each new NIC waits for the kernel, which takes longer on a busy machine
	LIMIT=120
	for count in 1 100 4000; do
		config <<-END
			[a%d]
			count = $count
			carrier = hold
		END
		tap 0 reload
		tap 0 status >"$T/status"
		assert_equal "$(count_held)" "$count" "held"
		kilobytes[$count]=$(of "$(holder)" VmRSS | cut -d' ' -f1)
		echo "# resident memory with $count held: ${kilobytes[$count]} kB" >&3
	done
	# with its libraries, and 300 bytes a NIC
	if ! is_sanitized; then
		[ "${kilobytes[1]}" -lt 4096 ]
		[ $((kilobytes[4000] - kilobytes[1])) -lt $((4000 * 300 / 1024)) ]
	fi
	pid=$(holder)
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

@test "drop: a million frames take nothing of its time" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		sink = drop
	END
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	tap 0 start
	pid=$(holder)
	used="$(ticks "$pid") ticks, switches $(switches "$pid")"
	program 0 "$top_builddir/tests/send" a 1000000
	assert_equal "$(counter a tx_dropped)" 1000000 "dropped"
	assert_equal "$(counter a tx_packets)" 0 "sent"
	assert_equal "$(ticks "$pid") ticks, switches $(switches "$pid")" "$used"
	tap 0 stop
}

@test "drop on a tun: the queue fills, and takes nothing of its time" {
	requires root tun
	config <<-'END'
		[a]
		mode = tun
		carrier = hold
		sink = drop
		txqueuelen = 100
	END
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	tap 0 start
	pid=$(holder)
	program 0 "$top_builddir/tests/send" a 1000
	used="$(ticks "$pid") ticks, switches $(switches "$pid")"
	program 0 "$top_builddir/tests/send" a 100000
	[ "$(counter a tx_dropped)" -ge 100000 ]
	assert_equal "$(ticks "$pid") ticks, switches $(switches "$pid")" "$used"
	tap 0 stop
}

@test "read: a million frames are all counted as sent" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	tap 0 start
	used=$(ticks "$(holder)")
	# it goes at the pace of the holder, which a busy machine sets
	LIMIT=300
	program 0 "$top_builddir/tests/send" a 1000000 --wait
	echo "# reading a million frames took $((($(ticks "$(holder)") - used) * 1000 / TICKS)) ms of CPU" >&3
	assert_equal "$(counter a tx_packets)" 1000000 "sent"
	assert_equal "$(counter a tx_dropped)" 0 "dropped"
	tap 0 stop
}

@test "one busy NIC does not keep the holder from the others" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		[b]
		carrier = hold
	END
	tap 0 start
	"$top_builddir/tests/send" a 100000000 3>&- 4>&- >/dev/null 2>&1 &
	sender=$!
	background+=("$sender")
	retry eval '[ "$(counter a tx_packets)" -gt 1000 ]'
	before=$(counter b tx_packets)
	program 0 "$top_builddir/tests/send" b 2000 --wait
	tap 0 release b
	tap 0 hold b
	tap 0 status
	kill "$sender"
	wait "$sender" || true
	tap 0 stop
}

# ------------------------------------------------------------------------------
# When it dies
# ------------------------------------------------------------------------------

@test "killed under load: the NICs stay, status says what to do, start mends just that" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		address = 10.1.0.1/24, fd00:1::1/64
		routes = 10.9.0.0/16 via 10.1.0.2
		[b]
		address = 10.2.0.1/24
		[c]
		carrier = hold
		sink = drop
	END
	tap 0 start
	ip tuntap add dev other mode tap
	attach b
	pictures="$(picture a) $(picture b)"
	changes=$(carrier_changes b)
	"$top_builddir/tests/send" a 100000000 3>&- 4>&- >/dev/null 2>&1 &
	sender=$!
	background+=("$sender")
	retry eval '[ "$(counter a tx_packets)" -gt 1000 ]'

	pid=$(holder)
	kill -9 "$pid"
	retry is_gone "$pid"
	assert_nics a b c other
	assert_idle a
	tap 1 status
	assert_equal "$(grep -c '    the holder died, and the link with it; config_tap start restores it' <<<"$out")" 2
	assert_matches "$(grep '^a ' <<<"$out")" 'a +differs +no carrier .*'
	tap 1 --json status
	assert_equal "$(jq -c '[.nics[] | .holder_died]' <<<"$out")" "[true,false,true]"
	tap 1 --quiet status
	tap 0 --dry-run start
	assert_equal "$(grep -v '^[ac]: \(attach to set carrier\|hold the link up\)$' <<<"$out")" "" "more than to mend"

	tap 0 start
	kill "$sender"
	wait "$sender" || true
	assert_held a
	assert_held c
	[ "$(holder)" != "$pid" ]
	tap 0 status
	assert_equal "$(picture a) $(picture b)" "$pictures" "the NICs"
	assert_equal "$(carrier_changes b)" "$changes" "carrier changes of b"
	detach "$reader"
	pid=$(holder)
	tap 0 stop
	assert_nics other
	assert_no_holder "$pid"
	ip link del dev other
}

@test "killed, and stop cleans up behind it" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	kill -9 "$pid"
	retry is_gone "$pid"
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

@test "what a killed one leaves hinders nothing, whoever has its number now" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	kill -9 "$pid"
	retry is_gone "$pid"
	# its files are there, and its number is that of another process
	[ -S "$RUN/holder.sock" ]
	echo "$$" >"$RUN/holder.pid"
	tap 1 status
	tap 0 start
	assert_held a
	[ "$(holder)" != "$$" ]
	tap 0 status
	tap 0 stop
}

@test "a hung holder is said to be one, and nothing waits for ever" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	kill -STOP "$pid"
	LIMIT=25
	# one question, one wait of ten seconds
	tap 4 status
	assert_contains "$err" "$pid"
	kill -CONT "$pid"
	tap 0 status
	tap 0 stop
}

@test "a NIC that somebody deletes is let go" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
		[b]
		carrier = hold
		sink = drop
		[c]
		carrier = hold
	END
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	tap 0 start
	pid=$(holder)
	ip link del dev a
	ip link del dev b
	retry eval '[ "$(readlink "/proc/$pid/fd/"* | grep -c tun)" = 1 ]'
	sleep 0.1
	used=$(switches "$pid")
	sleep 0.5
	assert_equal "$(switches "$pid")" "$used" "wake-ups"
	tap 1 status
	tap 0 start
	assert_held a
	assert_held b
	assert_equal "$(holder)" "$pid" "the holder"

	for nic in a b c; do
		ip link del dev "$nic"
	done
	retry is_gone "$pid"
	tap 3 status
	tap 0 start
	assert_held a
	pid=$(holder)
	tap 0 stop
	assert_no_holder "$pid"
}

@test "a start that fails leaves no holder" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	ip link add dev a type bridge
	tap 1 start
	assert_equal "$(cd "$RUN" && ls -d holder* 2>/dev/null)" ""
	ip link del dev a
}

@test "killed in the middle, a start leaves no holder of nothing for long" {
	requires root tun
	config <<-'END'
		[a]
		carrier = hold
	END
	# after the holder has started, before it gets its first descriptor
	as=(strace -f -qq -o /dev/null -e trace=connect -e inject=connect:signal=KILL)
	status=0
	timeout 20 "${as[@]}" "$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" start \
		3>&- 4>&- >/dev/null 2>&1 </dev/null || status=$?
	as=()
	[ "$status" -ne 0 ]
	tap 0 start
	assert_held a
	assert_equal "$(pgrep -c config_tap_hold)" 1
	tap 0 status
	pid=$(holder)
	tap 0 stop
	assert_nics
	assert_no_holder "$pid"
}

# gets_frames NIC: does who attaches now get what is sent to it?
gets_frames()
{
	attach "$1"
	program 0 "$top_builddir/tests/send" "$1" 10
	retry eval '[ "$(grep -c "^frame 60$" "$heard")" -ge 10 ]' ||
		both_sides "frames read from $1" 10 "$(cat "$heard")"
	detach "$reader"
}

@test "killed, it leaves no filter to whoever attaches then" {
	requires root tun
	for command in status start stop release; do
		config <<-'END'
			on_stop = keep
			[a]
			carrier = hold
			sink = drop
		END
		tap 0 start
		pid=$(holder)
		kill -9 "$pid"
		retry is_gone "$pid"
		# start finds the NIC in the file without carrier
		[ "$command" != start ] || sed -i '/^carrier/d; /^sink/d' "$CONFIG"
		status=0
		[ "$command" != status ] || status=1
		if [ "$command" = release ]; then
			tap 0 release a
		else
			tap "$status" "$command"
		fi
		assert_contains "$err" "a: the holder died; its filter is removed"
		gets_frames a
		tap 0 --force stop
		ip link del dev a
	done
}

# ------------------------------------------------------------------------------
# Versions, and answers that fit no question
# ------------------------------------------------------------------------------

# config_tap has a holder at its side that can be made an odd one
setup_odd()
{
	requires root tun
	mkdir "$T/bin"
	cp "$CONFIG_TAP" "$T/bin/config_tap"
	cp "$top_builddir/tests/odd_holder" "$T/bin/config_tap_holder"
	CONFIG_TAP=$T/bin/config_tap
	config <<-'END'
		carrier = hold
		[a]
		[b]
	END
	tap 0 start
	pid=$(holder)
}

@test "one of another version is listed, releases, and ends" {
	setup_odd
	kill -USR1 "$pid"
	tap 0 status
	assert_equal "$(grep -cE '^[ab] +up +held' <<<"$out")" 2 "held"
	tap 0 release a
	assert_idle a
	assert_held b
	tap 0 stop
	assert_nics ""
	assert_no_holder "$pid"
}

@test "one of another version makes room when more is asked of it, with every link up" {
	setup_odd
	tap 0 release a
	kill -USR1 "$pid"
	before=$(carrier_changes b)
	tap 0 hold a
	assert_held a
	assert_held b
	assert_equal "$(carrier_changes b)" "$before" "carrier changes of b"
	retry is_gone "$pid"
	tap 0 stop
}

@test "no answer that does not fit is believed, and none is waited for without end" {
	setup_odd
	for lie in operation error length count name index end descriptor; do
		kill -USR2 "$pid"
		echo "--- $lie"
		tap 4 status
		assert_contains "$err" "the holder (process $pid) does not answer"
		[[ $out != *"carrier is none"* ]]
		tap 1 stop
		assert_nics a b
	done
	kill -9 "$pid"
	retry is_gone "$pid"
	tap 0 start
	assert_held a
	tap 0 stop
}

@test "every message is answered under the filter of system calls, and none needs another call" {
	requires root tun seccomp
	tap 0 --version
	config <<-'END'
		[a]
		carrier = hold
		on_stop = keep
		[b]
		mode = tun
		carrier = hold
	END
	tap 0 start
	pid=$(holder)
	assert_equal "$(of "$pid" Seccomp)" 2
	strace -f -qq -o "$T/trace" -p "$pid" >/dev/null 2>&1 3>&- 4>&- &
	background+=("$!")
	retry eval '[ "$(of "$pid" TracerPid)" != 0 ]'
	# list, take, release, lend, sink; frames to read; and quit
	sed -i 's/^on_stop = keep$/&\nowner = alice/' "$CONFIG"
	tap 0 reload
	sed -i 's/^owner = alice$/&\nsink = drop/' "$CONFIG"
	tap 0 reload
	tap 0 release b
	tap 0 hold b
	program 0 "$top_builddir/tests/send" b 10
	tap 0 restart
	retry is_gone "$pid"
	assert_contains "$(cat "$T/trace")" TUNSETTXFILTER
	assert_equal "$(grep ENOSYS "$T/trace")" "" "calls that are not there"
	tap 0 status
	tap 0 --force stop
	ip link del dev a
}
