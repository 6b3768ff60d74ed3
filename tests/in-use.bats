# SPDX-License-Identifier: MIT
# What stop leaves, since somebody uses it: seen from whatever namespace, and up to the last moment.

load lib

setup_test()
{
	requires root tun
	mkdir -p /run/netns
}

# cannot STATUS NIC CAUSE COMMAND...: one NIC stays, for that cause, and no other is named
cannot()
{
	local nic=$1 cause=$2

	shift 2
	tap 1 "$@"
	assert_matches "$err" "^config_tap: $nic: [^:]*${cause}[^:]*$"
}

# container NAME: a process in a network namespace of its own; $container is its pid
container()
{
	unshare --net sleep 60 >/dev/null 2>&1 3>&- 4>&- </dev/null &
	container=$!
	background+=("$container")
	retry differs "$container"
}

differs()
{
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

@test "an interface stands on a NIC that stop brings down" {
	local stays

	requires macvlan
	ip tuntap add dev adopted mode tap
	config <<-'END'
		[down]
		on_stop = down
		[kept]
		on_stop = keep
		[adopted]
		[deleted]
	END
	for stays in "down kept adopted" "down kept adopted deleted"; do
		tap 0 start
		for nic in $stays; do
			ip link add link "$nic" name "$nic.5" type macvlan
		done
		tap 1 stop
		assert_contains "$err" "down: is in use by the interface down.5 (macvlan), which is on top of it; --force brings it down all the same"
		assert_contains "$err" "adopted: is in use by the interface adopted.5 (macvlan), which is on top of it; --force lets go of it all the same"
		assert_lacks "$err" "kept"
		assert_flag down UP
		assert_flag adopted UP
		# what is down already loses nothing
		ip link set dev down down
		ip link del dev adopted.5
		tap "$([ "$stays" = "down kept adopted" ] && echo 0 || echo 1)" stop
		assert_lacks "$err" "down:"
		ip link set dev down up
		tap 0 --force stop
		assert_contains "$err" "down: was in use by the interface down.5 (macvlan), which is on top of it"
		ip link del dev down.5
		ip link del dev kept.5
	done
}

@test "an adopted NIC that was up stays so at stop, and so does what stands on it" {
	requires macvlan
	ip tuntap add dev a mode tap
	ip link set dev a up
	ip link add link a name a.5 type macvlan
	config <<<'[a]'
	tap 0 start
	tap 0 stop
	assert_equal "$err" ""
	assert_flag a UP
}

@test "an interface stands on a NIC, and is in another namespace" {
	requires macvlan
	printf '[%s]\n' a b c | config
	tap 0 start
	ip netns add box
	ip link add link b name mv0 type macvlan
	ip link set dev mv0 netns box
	cannot b "mv0 \(macvlan\) in network namespace box, which is on top of it.*" stop
	assert_nics b
	ip -n box link show dev mv0
	tap 0 --force stop
	assert_nics ""
	program 1 ip -n box link show dev mv0
}

@test "an interface was made in a container, which leaves no trace here" {
	requires macvlan
	printf '[%s]\n' a b | config
	tap 0 start
	container
	ip link add link a name mv0 netns "$container" type macvlan
	cannot a "mv0 \(macvlan\) in network namespace of process $container \(sleep\), which is on top of it.*" stop a
	assert_nics a b
	detach "$container"
	tap 0 stop
	assert_nics ""
}

@test "its namespace has lost its name, and no process is in it" {
	requires macvlan
	echo '[a]' | config
	tap 0 start
	ip netns add box
	ip link add link a name mv0 type macvlan
	ip link set dev mv0 netns box
	exec 9</run/netns/box
	ip netns del box
	cannot a "mv0 \(macvlan\) in network namespace with the nsid [0-9]+, which is on top of it.*" stop
	exec 9<&-
	retry tap 0 stop
	assert_nics ""
}

# stop_failing CALL ERROR N: stop, these calls being answered with that error from the Nth on; returns 1
# where there is no Nth
stop_failing()
{
	status=0
	strace -q -o "$T/trace" -e "trace=$1" -e "inject=$1:error=$2:when=$3+" \
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" stop >/dev/null 2>"$T/said" ||
		status=$?
	grep -q INJECTED "$T/trace"
}

@test "a namespace that opens on the second look was not looked into" {
	requires macvlan
	printf '[%s]\n' a | config
	tap 0 start
	container
	ip link set dev a netns "$container"
	as=(strace -q -o /dev/null -P "/proc/$container/ns/net" -P ns/net -e trace=openat
		-e inject=openat:error=EACCES:when=1)
	tap 1 start
	as=()
	assert_contains "$err" "a: is not where it was made, and may have been moved to the network namespace of process $container"
	[ ! -e /sys/class/net/a ] || fail "there is a twin"
}

@test "what cannot be read is not taken for nothing that stands on a NIC" {
	local status point call error n

	requires macvlan
	printf '[%s]\n' a b c | config
	tap 0 start
	ip link add link a name mva type macvlan
	ip netns add box
	ip link add link b name mvb netns box type macvlan
	container
	ip link add link c name mvc netns "$container" type macvlan
	for point in getdents64:EIO openat:EMFILE read:EIO ioctl:EPERM readlinkat:ENOMEM; do
		call=${point%:*} error=${point#*:}
		for ((n = 1; ; n++)); do
			stop_failing "$call" "$error" "$n" || break
			if [ "$status" = 0 ] || ! ip link show dev mva ||
				! ip -n box link show dev mvb ||
				! nsenter --net="/proc/$container/ns/net" ip link show dev mvc; then
				fail "$point $n, exit status $status: $(tail -n 1 "$T/trace") $(<"$T/said")"
			fi >/dev/null
		done
		[ "$n" -gt 1 ]
	done
}

@test "an interface with the same index in another namespace has nothing to do with ours" {
	requires veth
	printf '[%s]\n' a b c d e f | config
	tap 0 start
	ip netns add box
	ip -n box link add one type veth peer name two
	ip -n box link add three type veth peer name four
	tap 0 stop
	assert_equal "$out$err" ""
	assert_nics ""
}

# out_of_reach: there is a network namespace that the program, run by tap from then on, cannot look
# into; $other is the process that has it
out_of_reach()
{
	container
	nsenter --net="/proc/$container/ns/net" setpriv --reuid=1001 sleep 60 \
		>/dev/null 2>&1 3>&- 4>&- </dev/null &
	other=$!
	background+=("$other")
	retry differs "$other"
	detach "$container"
	as=(setpriv --bounding-set=-sys_ptrace --)
}

@test "a namespace that cannot be entered: it cannot be told" {
	printf '[%s]\n' a b | config
	tap 0 start
	out_of_reach
	tap 1 stop
	assert_contains "$err" "a: is in use by an interface on top of it, perhaps: the network namespace of process $other (sleep) cannot be inspected (Permission denied)"
	assert_nics a b
	as=()
	detach "$other"
	tap 0 stop
}

@test "a process that may not be looked at, in a namespace that is known, is in nobody's way" {
	echo '[a]' | config
	tap 0 start
	setpriv --reuid=1001 sleep 60 >/dev/null 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	as=(setpriv --bounding-set=-sys_ptrace --)
	tap 0 stop
	assert_equal "$err" ""
	assert_nics ""
}

@test "who attaches while stop is under way either keeps the NIC, or never had it" {
	local i

	printf '%s\n' '[a]' 'owner = alice' | config
	for i in $(seq 10); do
		tap 0 start
		: >"$T/heard"
		"$top_builddir/tests/attach" a --uid 1001 --insist >"$T/heard" 2>&1 3>&- 4>&- </dev/null &
		reader=$!
		background+=("$reader")
		if "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" stop 3>&- 4>&- >"$T/said" 2>&1; then
			assert_nics ""
			assert_lacks "$(cat "$T/heard")" ready
		else
			assert_contains "$(cat "$T/said")" "attach"
			assert_nics a
			retry grep -q '^ready$' "$T/heard"
		fi
		kill "$reader" || :
		wait "$reader" || :
		tap 0 stop
		assert_nics ""
	done
}

@test "what keeps one NIC of many is not said of the others" {
	requires macvlan
	printf '[%s]\n' a b c d | config
	tap 0 start
	ip link add link c name mv0 type macvlan
	tap 1 stop
	assert_equal "$(grep -c . <<<"$err")" 1
	assert_contains "$err" "c: "
	assert_nics c mv0
	assert_link c .group default
}

# moved_to WHERE NIC: stop and start leave it there, and say so; status does too
moved_to()
{
	local where=$1 nic=$2

	tap 1 stop
	assert_equal "$err" "config_tap: $nic: is in use by the $where, to which it was moved; --force removes it all the same"
	tap 1 start
	assert_contains "$err" "config_tap: $nic: is in use by the $where, to which it was moved"
	tap 1 status
	assert_contains "$out" "is in use by the $where, to which it was moved"
	assert_contains "$out" " as configured in $CONFIG"
	assert_lacks "$out" "left over"
	tap 1 restart
	tap 1 reload
}

@test "a NIC was moved to a named namespace: it is in use there, and gets no twin" {
	printf '%s\n' '[a]' 'address = 10.1.0.1/24' | config
	tap 0 start
	ip netns add box
	ip link set dev a netns box
	moved_to "network namespace box" a
	assert_nics ""
	# renamed there as well, and up
	ip -n box link set dev a name eth0
	ip -n box link set dev eth0 up
	moved_to "network namespace box" eth0
	ip -n box link show dev eth0
	tap 0 --force stop
	assert_contains "$err" "eth0: was in use by the network namespace box"
	program 1 ip -n box link show dev eth0
	tap 0 start
	assert_nics a
}

@test "its index is taken where it was moved to: it gets no twin either, and its record stays" {
	echo '[a]' | config
	tap 0 start
	ip netns add box
	for i in 1 2 3 4 5 6; do
		ip -n box tuntap add dev "t$i" mode tap
	done
	index=$(link a .ifindex)
	ip link set dev a netns box
	[ "$(ip -n box -json link show dev a | jq '.[0].ifindex')" != "$index" ] ||
		fail "the index was not taken"
	for action in start stop; do
		tap 1 "$action"
		assert_equal "$err" "config_tap: a: was moved to the network namespace box, where it is a and has another index; move it back, or remove it there"
	done
	tap 1 status
	assert_contains "$out" "was moved to the network namespace box"
	assert_nics ""
	assert_contains "$(cat "$RUN"/nics*)" "a "
	ip -n box link del dev a
	tap 0 stop
	assert_nics ""
}

@test "it got another MAC address where it was moved to: no twin, and its record stays" {
	echo '[a]' | config
	tap 0 start
	ip netns add box
	ip link set dev a netns box
	ip -n box link set dev a address 02:00:00:00:00:99
	for action in start stop; do
		tap 1 "$action"
		assert_equal "$err" "config_tap: a: was moved to the network namespace box, where it is a and has another MAC address; move it back, or remove it there"
	done
	assert_nics ""
	ip -n box link set dev a netns "$BASHPID"
	tap 0 stop
	assert_nics ""
}

@test "a held NIC was moved to a container, which has neither name nor record" {
	printf '%s\n' 'carrier = hold' '[a]' '[b]' | config
	tap 0 start
	container
	ip link set dev a netns "$container"
	moved_to "network namespace of process $container (sleep)" a
	tap 0 --force stop
	assert_nics ""
	tap 3 status
}

@test "it comes back, and is the same NIC as ever" {
	echo '[a]' | config
	tap 0 start
	index=$(link a .ifindex)
	ip netns add box
	ip link set dev a netns box
	ip -n box link set dev a netns 1
	tap 0 start
	assert_link a .ifindex "$index"
	assert_flag a UP
	tap 0 stop
	assert_nics ""
}

@test "a process that has a NIC of that name elsewhere, and ends while it is looked at" {
	echo '[a]' | config
	tap 0 start
	ip netns add box
	as=(ip netns exec box)
	attach a
	as=(strace -q -o "$T/trace" -e trace=pidfd_open -e inject=pidfd_open:delay_exit=500000)
	tap 0 stop &
	retry grep -q pidfd_open "$T/trace"
	detach "$reader"
	wait "$!"
	as=()
	assert_nics ""
}

@test "another NIC with its index, kind and name in another namespace is not it" {
	echo '[a]' | config
	tap 0 start
	index=$(link a .ifindex)
	ip link del dev a
	ip netns add box
	ip netns exec box "$top_builddir/tests/attach" a --index "$index"
	tap 0 start
	assert_nics a
	tap 0 stop
	assert_nics ""
	ip -n box link show dev a
}

@test "a vxlan was moved: it is in use there, and no second one is made" {
	requires vxlan
	printf '%s\n' '[x]' 'mode = vxlan' 'vni = 7' 'local = 10.9.0.1' 'peers = none' | config
	tap 0 start
	ip netns add box
	ip link set dev x netns box
	moved_to "network namespace box" x
	tap 0 --force stop
	program 1 ip -n box link show dev x
}

@test "a namespace of a NIC has lost its name, and lives on: the NIC is found there" {
	printf '%s\n' '[a]' 'netns = box' | config
	ip netns add box
	tap 0 start
	exec 9</run/netns/box
	nsenter --net=/run/netns/box sleep 60 >/dev/null 2>&1 3>&- 4>&- 9<&- </dev/null &
	inside=$!
	background+=("$inside")
	exec 9<&-
	retry differs "$inside"
	ip netns del box
	tap 0 stop
	program 1 nsenter --net="/proc/$inside/ns/net" ip link show dev a
}

@test "a namespace is gone, and its NIC with it: the record goes too" {
	printf '%s\n' '[a]' 'netns = box' '[b]' | config
	ip netns add box
	tap 0 start
	ip netns del box
	tap 0 stop
	assert_equal "$err" "config_tap: a: its network namespace box is gone, and the NIC with it"
	assert_lacks "$(cat "$RUN"/nics*)" "a "
}

@test "a NIC is missing, and a namespace cannot be looked into: it cannot be told" {
	echo '[a]' | config
	tap 0 start
	ip link del dev a
	out_of_reach
	said="a: is not where it was made, and may have been moved to the network namespace of process $other (sleep), which cannot be looked at: Permission denied; --force goes on regardless"
	tap 1 stop
	assert_equal "$err" "config_tap: $said"
	tap 1 start
	assert_equal "$err" "config_tap: $said"
	tap 0 --force start
	assert_nics a
}
