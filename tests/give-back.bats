# SPDX-License-Identifier: MIT
# What is given back: after a kill, a failure, a key that leaves the file, and at stop.

load lib

setup_test()
{
	requires root tun
}

# killed CALL N COMMAND: the program, killed at the Nth of these calls; returns 1 where there is none
killed()
{
	strace -q -o "$T/trace" -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "$3" >/dev/null 2>&1 || :
	grep -q 'killed by SIGKILL' "$T/trace"
}

@test "a kill between a change and its record: what was set is taken back all the same" {
	local call n

	requires bridge
	ip link add br7 type bridge
	ip tuntap add dev u mode tap user root
	ip link set dev u up
	printf '%s\n' '[u]' 'bridge = br7' '[t]' | config
	for call in sendto ioctl renameat; do
		for ((n = 1; ; n++)); do
			killed "$call" "$n" start || break
			tap 0 stop
			[ ! -e /sys/class/net/u/master ] || fail "$call $n: u stays in br7"
		done
		tap 0 stop
		[ "$n" -gt 1 ]
	done
}

@test "a kill while a key is set: it goes back to its default when the key leaves the file" {
	local call n

	for call in ioctl renameat; do
		for ((n = 1; ; n++)); do
			echo '[t]' | config
			tap 0 start
			printf '%s\n' '[t]' 'mtu = 1300' | config
			killed "$call" "$n" reload || break
			echo '[t]' | config
			tap 0 reload
			assert_link t .mtu 1500
			tap 0 stop
		done
		tap 0 stop
		[ "$n" -gt 1 ]
	done
}

@test "ipv6 = no with an MTU that has none anyway" {
	requires ipv6
	printf '%s\n' '[t]' 'mtu = 1000' 'ipv6 = no' | config
	tap 0 start
	tap 0 status
	tap 0 stop
}

@test "an MTU without IPv6 comes in the reload in which the addresses go" {
	requires ipv6
	printf '%s\n' '[t]' 'address = 10.1.0.1/24, fd00:1::1/64' | config
	tap 0 start
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' 'mtu = 1000' | config
	tap 0 reload
	tap 0 status
	assert_equal "$(addresses t)" 10.1.0.1/24
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' | config
	tap 0 reload
	ip addr add fd00:9::1/64 dev t
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' 'mtu = 1000' | config
	tap 1 reload
	assert_contains "$err" "t: has the IPv6 address fd00:9::1/64, which somebody else gave it and an mtu below 1280 would remove; --force removes it all the same"
}

@test "a change that fails gives back what the kernel took along, whosever it was" {
	requires ipv6
	ip link set dev lo up
	ip tuntap add dev t mode tap user root
	ip link set dev t up
	echo 0 >/proc/sys/net/ipv4/conf/t/promote_secondaries
	ip addr add 10.3.3.1/24 dev t
	ip addr add 10.3.3.9/24 dev t
	ip addr add fd00:9::1/64 dev t nodad
	ip route add 10.9.0.0/16 dev lo
	printf '%s\n' '[t]' 'address = 10.3.3.1/24' 'broadcast = 10.3.3.77' \
		'routes = 10.9.0.0/16' | config
	tap 1 start
	assert_equal "$(addresses t | xargs)" "10.3.3.1/24 10.3.3.9/24 fd00:9::1/64"
	printf '%s\n' '[t]' 'ipv6 = no' 'routes = 10.9.0.0/16' | config
	tap 1 --force start
	assert_lacks "$err" "cannot undo"
	assert_equal "$(addresses t | xargs)" "10.3.3.1/24 10.3.3.9/24 fd00:9::1/64"
}

@test "stop brings an adopted NIC down again, and leaves the IPv6 addresses that it had" {
	requires ipv6
	ip tuntap add dev t mode tap user root
	ip addr add fd00:9::1/64 dev t nodad
	echo '[t]' | config
	tap 0 start
	tap 0 stop
	assert_equal "$(addresses t)" fd00:9::1/64
}

@test "the IPv6 route of somebody else, with a metric of his, is not ours" {
	requires ipv6
	printf '%s\n' '[t]' 'address = fd00:1::1/64' 'dad = no' 'routes = fd00:9::/64' | config
	tap 0 start
	ip -6 route add fd00:9::/64 via fd00:1::7 dev t proto static metric 100
	printf '%s\n' '[t]' 'address = fd00:1::1/64' 'dad = no' | config
	tap 0 reload
	assert_equal "$(ip -6 route show fd00:9::/64 | grep -c 'metric 100')" 1
	assert_equal "$(ip -6 route show fd00:9::/64 | wc -l)" 1
}

@test "a bridge of others whose section goes is let go at stop" {
	requires bridge
	ip link add br0 type bridge
	ip link set dev br0 up
	ip tuntap add dev d0 mode tap
	ip link set dev d0 master br0
	printf '%s\n' '[br0]' 'mode = bridge' '[t]' 'bridge = br0' | config
	tap 0 start
	printf '%s\n' '[t]' 'bridge = br0' | config
	tap 0 reload
	tap 0 stop
	assert_equal "$(grep -c br0 "$RUN/nics" || :)" 0
	[ -e /sys/class/net/d0/master ]
}
