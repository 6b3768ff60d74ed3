# SPDX-License-Identifier: MIT
# start is a transaction: killed at any call, or refused by the kernel at any call, it
# leaves each NIC whole, or not there.

load lib

setup_test()
{
	requires root tun
	config <<-'END'
		[t]
		owner = alice
		group = alice
		mac = 02:00:5e:00:53:01
		mtu = 1400
		txqueuelen = 77
		alias = lab
		address = 10.1.0.1/24, 10.2.0.1/24
		promisc = yes
	END
}

number_calls()
{
	awk '/^[a-z0-9_]+\(/ { sub(/\(.*/, ""); print $0, ++n[$0] }' calls
}

# The calls that start makes, one a line, as "NAME NUMBER": the NUMBERth call of that
# name. strace counts each name for itself.
list_calls()
{
	local name

	strace -q -o calls -e trace="$1" "$CONFIG_TAP" --config "$CONFIG" \
		--run-dir "$RUN" start 3>&-
	number_calls
	tap 0 stop >log
	rm -rf "$RUN"
}

# killed NAME NUMBER COMMAND: runs the command, which SIGKILL ends at that call
killed()
{
	local status=0

	# bash tells of killed processes, which is no news here
	{
		timeout --kill-after=5 "$LIMIT" strace -q -o /dev/null \
			-e inject="$1:signal=SIGKILL:when=$2" \
			"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "$3" \
			>log 2>&1 3>&- </dev/null || status=$?
	} 2>/dev/null
	if [ "$status" != 137 ]; then
		both_sides "$3 killed at $1 $2: exit status" 137 "$status"
	fi
}

# whole_or_not_there: what a killed start has left is known to stop
whole_or_not_there()
{
	tap 0 stop >>log 2>&1 || { cat log; return 1; }
	assert_nics ""
}

# kill_at_each SYSCALLS: in turn
kill_at_each()
{
	local name number points=0 failed=''

	list_calls "$1" >points
	while read -r name number; do
		points=$((points + 1))
		# the two ways on, in turn: stop, or start and stop
		if ! killed "$name" "$number" start ||
			{ [ $((points % 2)) = 0 ] && ! { tap 0 start && tap 0 status; } >>log 2>&1; } ||
			! whole_or_not_there; then
			failed+="$name $number; "
			cat log
			ip link del dev t 2>/dev/null || true
		fi
		[ $((points % 3)) != 0 ] || rm -rf "$RUN"
	done <points
	assert_equal "$failed" "" "points at which something was left"
	[ "$points" -ge "$2" ] || both_sides "points tried" "$2 or more" "$points"
	echo "$points points"
	# the same once more, whole
	tap 0 start
	tap 0 status
}

@test "SIGKILL at every ioctl of start" {
	kill_at_each ioctl 10
}

@test "SIGKILL at every message to the kernel and every rename of start" {
	kill_at_each sendto,sendmsg,rename,renameat,renameat2,unlinkat 5
}

@test "SIGKILL at every open, write and close of start" {
	kill_at_each open,openat,write,close,flock,mkdir 10
}

@test "SIGKILL at every call, where a NIC stays without a descriptor and joins a bridge" {
	requires vxlan bridge
	ip address add 10.250.0.1/32 dev lo
	config <<-'END'
		[br]
		mode = bridge
		[t]
		mode = vxlan
		vni = 77
		local = 10.250.0.1
		peers = 10.250.0.1, 10.250.0.2
		bridge = br
	END
	kill_at_each ioctl,sendto,recvmsg,openat,write,close,renameat,renameat2,rename 40
	# and one that was there before it joins
	config <<<'[u]'
	tap 0 stop
	local name number points=0
	printf '[u]\nbridge = br7\n' >joining
	tap 0 start
	cp joining "$CONFIG"
	strace -q -o calls -e trace=ioctl,sendto,recvmsg,write,renameat,renameat2,rename "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" reload 3>&-
	number_calls >points
	while read -r name number; do
		points=$((points + 1))
		tap 0 stop
		config <<<'[u]'
		tap 0 start
		cp joining "$CONFIG"
		killed "$name" "$number" reload || fail "not killed"
		whole_or_not_there || fail "$name $number"
	done <points
	[ "$points" -ge 15 ]
}

@test "SIGKILL at every ioctl and message of a reload that changes all it can" {
	local name number points=0 failed='' before

	cp "$CONFIG" one
	sed 's/1400/1300/; s/77/88/; s/lab/den/; s/10.2.0.1/10.3.0.1/; s/promisc/allmulti/; s/alice/bob/; s/:01$/:02/' \
		one >two
	tap 0 start
	before=$(link t .ifindex)
	cp two "$CONFIG"
	strace -q -o calls -e trace=ioctl,sendto,sendmsg,renameat "$CONFIG_TAP" \
		--config "$CONFIG" --run-dir "$RUN" reload 3>&-
	number_calls >points
	while read -r name number; do
		points=$((points + 1))
		cp one "$CONFIG"
		tap 0 reload >log 2>&1
		cp two "$CONFIG"
		if ! killed "$name" "$number" reload ||
			! { tap 0 reload && tap 0 status; } >>log 2>&1 ||
			[ "$(link t .ifindex)" != "$before" ] ||
			[ "$(addresses t)" != "10.1.0.1/24 10.3.0.1/24" ]; then
			failed+="$name $number; "
			cat log
		fi
	done <points
	assert_equal "$failed" "" "points at which something was left"
	[ "$points" -ge 10 ] || both_sides "points tried" "10 or more" "$points"
	tap 0 stop
	assert_nics ""
}

# fails NUMBER ERROR: the NUMBERth ioctl of start gives the error
fails()
{
	local as=(strace -q -o /dev/null -e "inject=ioctl:error=$2:when=$1")

	tap 1 start
}

@test "an error at every ioctl of start: the NIC is undone, and the message names it" {
	local number name failed='' request points=0

	list_calls ioctl >points
	while read -r name number; do
		request=$(sed -n "${number}s/.*ioctl([^,]*, \([A-Z]*\).*/\1/p" calls)
		case $request in
		# looks, which start can do without
		TUNGETFEATURES|TCGETS*) continue ;;
		esac
		points=$((points + 1))
		if ! fails "$number" ENOMEM >log 2>&1 ||
			! assert_matches "$err" "config_tap: t: cannot [a-z].*: Cannot allocate memory" ||
			! assert_nics "" || ! tap 0 stop >>log; then
			failed+="$number ($request); "
			cat log
			ip link del dev t 2>/dev/null || true
		fi
	done <points
	assert_equal "$failed" "" "calls whose error was not handled"
	[ "$points" -ge 9 ] || both_sides "points tried" "9 or more" "$points"
}

@test "an error of one NIC leaves the others alone" {
	config <<-'END'
		[a]
		[b]
		mtu = 1400
		[c]
	END
	strace -q -o calls -e trace=ioctl "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" \
		start 3>&-
	number=$(grep -n SIOCSIFMTU calls | cut -d: -f1)
	tap 0 stop
	fails "$number" ENOMEM
	assert_equal "$err" "config_tap: b: cannot set mtu 1400: Cannot allocate memory"
	assert_nics a c
	tap 1 status
	tap 0 start
	assert_nics a b c
	tap 0 status
}

@test "causes, not numbers: EPERM" {
	# the first ioctl that matters is TUNSETIFF
	number=$(list_calls ioctl | wc -l)
	number=$(grep -n TUNSETIFF calls | cut -d: -f1)
	fails "$number" EPERM
	assert_equal "$err" "config_tap: t: cannot create tap: not permitted: CAP_NET_ADMIN is missing here (a container, or a user namespace?)"
}

@test "causes, not numbers: a name that is another interface's alternative name" {
	requires bridge altname
	ip link add dev br9 type bridge
	ip link property add dev br9 altname t
	tap 1 start
	assert_contains "$err" "config_tap: t: "
	assert_contains "$err" "ip link show"
	assert_nics br9
}

# twenty: the names of as many NICs, as sections
twenty()
{
	local i

	for ((i = 0; i < 20; i++)); do
		echo "[n$i]"
	done | config
}

@test "few open files make smaller batches, and no difference" {
	local as=(prlimit --nofile=12)

	twenty
	tap 0 start
	as=()
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "too few open files: said so, and nothing is left" {
	local limit said=0

	twenty
	for limit in 9 8 7 6 5; do
		as=(prlimit "--nofile=$limit")
		if tap 1 start; then
			assert_matches "$err" '.*[Tt]oo many open files.*'
			said=$((said + 1))
		else
			tap 0 start
		fi
		as=()
		tap 0 stop
		assert_nics ""
	done
	[ "$said" -ge 1 ] || both_sides "limits that were too low" "1 or more" "$said"
}

@test "interrupted calls are made again" {
	local as=(strace -q -o /dev/null -e "inject=ioctl:error=EINTR:when=2")

	tap 0 start
	as=()
	tap 0 status
}

@test "a device that is not known: killed between creation and record, it is gone" {
	# TUNSETPERSIST comes after the record
	list_calls ioctl,renameat >/dev/null
	assert_equal "$(grep -oE 'TUNSETPERSIST|renameat' calls | xargs)" "renameat TUNSETPERSIST"
}

@test "owner and group are set before the device can outlive the process" {
	list_calls ioctl >/dev/null
	assert_equal "$(grep -oE 'TUNSET(IFF|OWNER|GROUP|PERSIST)' calls | xargs)" \
		"TUNSETIFF TUNSETOWNER TUNSETGROUP TUNSETPERSIST"
}

# what there is of a NIC that somebody else made
foreign_picture()
{
	ip -json address show dev t | jq -c '.[0] | [.flags, .mtu, .address, (.addr_info | map(.local))]'
	cat /sys/class/net/t/{tun_flags,owner,group}
}

@test "a NIC that was there, and cannot be changed whole, is as it was, and nobody's" {
	local before state

	requires ipv6
	ip tuntap add dev t mode tap vnet_hdr pi
	ip address add 10.9.9.1/24 dev t
	ip address add fd00:9::1/64 dev t nodad
	# somebody has that route
	ip route add 10.50.0.0/16 dev lo
	config <<-'END'
		[t]
		mtu = 1400
		address = 10.1.0.1/24
		routes = 10.50.0.0/16
	END
	for state in down up; do
		ip link set dev t "$state"
		retry grep -qE "^(down|unknown)\$" /sys/class/net/t/operstate
		before=$(foreign_picture)
		tap 1 start
		assert_contains "$err" "t: cannot add route 10.50.0.0/16"
		assert_equal "$(foreign_picture)" "$before" "the NIC that was $state"
		assert_equal "$(grep -c '^t ' "$RUN/nics" || true)" 0 "records of it"
		# and so stop has nothing to do with it
		ip address add 10.1.0.1/24 dev t
		tap 0 stop
		assert_contains "$(addresses t)" 10.1.0.1/24
		ip address del 10.1.0.1/24 dev t
		assert_equal "$(foreign_picture)" "$before" "the NIC that was $state, after stop"
	done
}

@test "an address with a lifetime keeps it when a change of the flags is taken back" {
	local left

	requires ipv6
	ip tuntap add dev t mode tap
	ip link set dev t up
	ip address add fd00:9::1/64 dev t nodad valid_lft 1000 preferred_lft 900
	ip route add 10.50.0.0/16 dev lo
	printf '%s\n' '[t]' 'promisc = yes' 'routes = 10.50.0.0/16' | config
	tap 1 start
	left=$(ip -6 -json address show dev t to fd00:9::1 | jq '.[0].addr_info[0].valid_life_time')
	[ "$left" -le 1000 ] || both_sides "lifetime" "at most 1000" "$left"
	assert_no_flag t PROMISC
}

@test "a NIC that was adopted keeps its record when a change of it fails" {
	ip tuntap add dev t mode tap
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' | config
	tap 0 start
	cp "$RUN/nics" "$T/before"
	ip route add 10.50.0.0/16 dev lo
	printf '%s\n' '[t]' 'address = 10.1.0.1/24, 10.2.0.1/24' \
		'routes = 10.50.0.0/16' | config
	tap 1 start
	assert_equal "$(cat "$RUN/nics")" "$(cat "$T/before")" "records"
	assert_equal "$(addresses t)" 10.1.0.1/24
	tap 0 stop
	assert_equal "$(addresses t)" ""
	assert_nics t
}

@test "a NIC that was to be made anew, and could not be deleted, is still ours" {
	printf '%s\n' '[t]' 'mode = tap' | config
	tap 0 start
	printf '%s\n' '[t]' 'mode = tun' | config
	as=(strace -q -o /dev/null -e inject=sendto:error=EPERM:when=3+)
	tap 1 --force start
	as=()
	assert_contains "$err" "config_tap: t: cannot delete: "
	assert_nics t
	tap 0 --force start
	assert_link t .linkinfo.info_data.type tun
	tap 0 stop
	assert_nics ""
}

@test "a holder's answer that is lost at stop makes no twin of what is gone" {
	local n lost=0

	printf '%s\n' '[h]' 'carrier = hold' | config
	for ((n = 1; ; n++)); do
		tap 0 start
		strace -q -o "$T/trace" -e trace=recvmsg -e "inject=recvmsg:error=EAGAIN:when=$n" \
			"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" stop >/dev/null 2>"$T/said" ||
			lost=$((lost + $(grep -c "cannot let the link go" "$T/said" || :)))
		[ -z "$(nics)" ] || grep -q "ifindex=$(link h .ifindex) " "$RUN/nics" ||
			fail "recvmsg $n: h is not ours"
		tap 0 stop
		assert_nics ""
		grep -q INJECTED "$T/trace" || break
	done
	[ "$lost" -gt 0 ]
}

@test "one of several NICs is deleted before it can be held: the others are held" {
	config <<-'END'
		[h]
		carrier = hold
	END
	tap 0 start
	config <<-'END'
		[h]
		carrier = hold
		[t%d]
		count = 4
		carrier = hold
	END
	as=(strace -q -o "$T/trace" -e "trace=ioctl,sendmsg"
		-e inject=sendmsg:delay_enter=500000)
	tap 1 start &
	retry eval '[ "$(grep -c TUNSETPERSIST "$T/trace")" = 4 ]'
	ip link del dev t1
	wait "$!"
	as=()
	assert_nics h t0 t2 t3
	tap 1 status
	assert_equal "$(jq -r '.nics[] | select(.link == "held") | .name' \
		<<<"$("$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" --json status)" | xargs)" \
		"h t0 t2 t3"
	tap 0 start
	tap 0 stop
	assert_nics ""
}

@test "a signal at each message to the kernel: what was ours stays ours, begun or not" {
	requires root tun bridge
	local when command

	printf '[%s]\n' k0 k1 k2 | config
	printf '%s\n' 'carrier = hold' '[br0]' 'mode = bridge' >>"$CONFIG"
	tap 0 start
	printf '[%s]\n' a0 a1 >>"$CONFIG"
	for command in reload restart start; do
		for ((when = 1; when < 40; when++)); do
			strace -qq -o /dev/null -e trace=sendto,sendmsg \
				-e inject=sendto,sendmsg:signal=TERM:when="$when" \
				"$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" "$command" \
				>log 2>&1 3>&- 4>&- </dev/null && break
			assert_lacks "$(<log)" "cannot"
			"$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" --json status >now || true
			# restart may have removed some; of those that are there, none is nobody's or adopted
			jq -e '[.nics[] | select(.found != null) | .ours] | all(. == "made")' now ||
				fail "$command, message $when" "$(<now)"
		done
		[ "$when" -gt 1 ] || fail "$command was never interrupted"
	done
	tap 0 start
	tap 0 stop
	assert_nics ""
}

@test "a start that fails after it is recorded leaves no record" {
	requires root tun
	mkdir "$T/bin"
	cp "$CONFIG_TAP" "$T/bin/config_tap"
	printf '%s\n' '[t]' 'carrier = hold' | config
	as=(strace -q -o /dev/null -e 'inject=clone,clone3,?fork,?vfork:error=EAGAIN')
	tap 1 start
	as=()
	assert_nics ""
	assert_equal "$(grep -c '^t ' "$RUN/nics" || :)" 0
}
