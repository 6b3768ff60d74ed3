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
	retry 5 differs "$container"
}

differs()
{
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

@test "an interface stands on a NIC, and is in another namespace" {
	requires macvlan
	printf '[%s]\n' a b c | config
	tap 0 start
	ip netns add box
	ip link add link b name mv0 type macvlan
	ip link set dev mv0 netns box
	cannot b "mv0 \(macvlan\) in network namespace box, which stands on it.*" stop
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
	cannot a "mv0 \(macvlan\) in network namespace of process $container \(sleep\), which stands on it.*" stop a
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
	cannot a "mv0 \(macvlan\) in network namespace with the id [0-9]+ here, which stands on it.*" stop
	exec 9<&-
	retry 5 tap 0 stop
	assert_nics ""
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

@test "a namespace that cannot be entered: it cannot be told" {
	printf '[%s]\n' a b | config
	tap 0 start
	container
	nsenter --net="/proc/$container/ns/net" setpriv --reuid=1001 sleep 60 \
		>/dev/null 2>&1 3>&- 4>&- </dev/null &
	other=$!
	background+=("$other")
	retry 5 differs "$other"
	detach "$container"
	as=(setpriv --bounding-set=-sys_ptrace --)
	tap 1 stop
	assert_contains "$err" "a: is in use by an interface that cannot be ruled out: the network namespace of process $other (sleep) cannot be looked at (Permission denied)"
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
			retry 5 grep -q '^ready$' "$T/heard"
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
