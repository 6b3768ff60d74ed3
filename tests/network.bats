# SPDX-License-Identifier: MIT
# Bridges, routes, name spaces and the networks of other interfaces.

load lib

setup_test()
{
	requires root tun
}

# neighbour NAME: a name space with a veth into it; the near end is NAME-0
neighbour()
{
	requires veth
	ip netns add "$1"
	ip link add name "$1-0" type veth peer name eth0 netns "$1"
	ip link set dev "$1-0" up
	ip -n "$1" link set dev eth0 up
}

is_gone()
{
	[ ! -e "/sys/class/net/$1" ]
}

# master NIC: the bridge that it is in
master()
{
	link "$1" '.master // "none"'
}

# ------------------------------------------------------------------------------
# Bridges
# ------------------------------------------------------------------------------

@test "a bridge with two taps and a veth carries traffic of all three" {
	requires bridge
	neighbour other
	config <<-'END'
		[a]
		bridge = br0
		[b]
		bridge = br0
	END
	tap 0 start
	assert_equal "$err" ""
	assert_equal "$(master a) $(master b)" "br0 br0"
	ip link set dev other-0 master br0
	ip address add 10.1.0.1/24 dev br0
	ip -n other address add 10.1.0.2/24 dev eth0
	attach a
	local heard_a=$heard
	attach b
	# from the host through the bridge to the neighbour, and back
	retry ping -c 1 -W 1 10.1.0.2
	# what is for everybody comes to both taps, from the host and from the neighbour
	ip -n other neighbour flush dev eth0
	ip netns exec other ping -c 1 -W 1 10.1.0.9 || true
	retry grep -q ^frame "$heard_a"
	retry grep -q ^frame "$heard"
	assert_lacks "$(cat "$heard_a" "$heard")" error
	tap 0 status
}

@test "a bridge that is missing is made, and goes with its last port" {
	requires bridge
	config <<-'END'
		[a]
		bridge = br0
		mac = 02:00:5e:00:53:01
		mtu = 1400
		[b]
		bridge = br0
		mtu = 1400
	END
	tap 0 start
	assert_nics a b br0
	has_flag br0 UP
	# what joins has its MAC and MTU already
	assert_equal "$(link br0 .mtu)" 1400
	[ "$(link br0 .address)" != 02:00:5e:00:53:01 ] || fail "the MAC is that of a port"
	tap 0 stop a
	assert_nics b br0
	tap 0 stop b
	assert_nics ""
}

@test "the bridge has the same MAC each time that it is made" {
	local before

	requires bridge
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 0 start
	before=$(link br0 .address)
	tap 0 restart
	assert_equal "$(link br0 .address)" "$before"
}

@test "a bridge that was there before stays" {
	requires bridge
	ip link add name br0 type bridge
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 0 start
	assert_equal "$(master a)" br0
	tap 0 stop
	assert_nics br0
}

@test "a bridge with a port of somebody else's stays, and goes when that has left" {
	requires bridge veth
	neighbour other
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 0 start
	ip link set dev other-0 master br0
	tap 1 stop
	assert_contains "$err" "br0: is in use by its port other-0"
	assert_nics br0 other-0
	ip link set dev other-0 nomaster
	tap 0 stop
	assert_nics other-0
}

@test "a bridge may have the name of a NIC of ours that is gone" {
	config <<<'[br0]'
	tap 0 start
	ip link del dev br0
	printf '%s\n' '[t]' 'bridge = br0' | config
	tap 0 start
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "what somebody has put on a NIC keeps it, as the kernel would delete both" {
	requires macvlan
	config <<-'END'
		[t]
		bridge = br0
		[u]
	END
	tap 0 start
	ip link add link u name mv type macvlan mode bridge
	tap 1 stop
	assert_equal "$err" "config_tap: u: is in use by the interface mv (macvlan), which is on top of it; --force removes it all the same"
	assert_nics mv u
	tap 0 start
	tap 0 --force stop
	assert_nics ""
}

@test "a NIC goes from one bridge to another, and out of both" {
	local before

	requires bridge
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 0 start
	before=$(link a .ifindex)
	printf '%s\n' '[a]' 'bridge = br1' | config
	tap 0 reload
	assert_equal "$(master a)" br1
	assert_nics a br1
	echo '[a]' | config
	tap 0 reload
	assert_nics a
	assert_link a .ifindex "$before"
	tap 0 status
}

@test "a NIC that somebody has moved on is not taken from there when the key goes" {
	requires bridge
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 0 start
	ip link add name other type bridge
	ip link set dev a master other
	echo '[a]' | config
	tap 0 reload
	assert_equal "$(master a)" other
	tap 0 status
}

@test "a NIC that cannot be made leaves no bridge" {
	requires bridge
	config <<-'END'
		[a]
		bridge = br0
		address = 10.1.0.1/24
		routes = 10.5.0.0/16
	END
	ip route add 10.5.0.0/16 dev lo
	tap 1 start
	assert_nics ""
	assert_equal "$(grep -c br0 "$RUN/nics" || true)" 0
}

# started_and_killed WHEN: at that sending of a netlink message
started_and_killed()
{
	local as=(strace -q -o "$T/trace" -e "inject=sendto,sendmsg:signal=KILL:when=$1")

	tap 137 start
}

@test "SIGKILL around the making of a bridge leaves nothing that stop does not know" {
	local n=0 killed=0

	requires bridge
	printf '%s\n' '[a]' 'bridge = br0' | config
	while [ "$n" -lt 60 ]; do
		n=$((n + 1))
		if ! started_and_killed "$n"; then
			[ "$killed" -ge 1 ] || fail "the bridge was there at no kill"
			tap 0 stop
			assert_nics ""
			return 0
		fi
		! [ -e /sys/class/net/br0 ] || killed=$((killed + 1))
		tap 0 stop
		assert_nics ""
	done
	fail "start sends more than $n messages"
}

@test "a port with an address: a warning, and why" {
	requires bridge
	config <<-'END'
		[a]
		bridge = br0
		address = 10.1.0.1/24
	END
	tap 0 start
	assert_equal "$err" "$CONFIG:2: warning: [a] bridge: an address on a bridge port is of no use: what the host sends out of it goes to the program that is attached, never to the bridge; put the address on the bridge"
	tap 0 status
}

@test "addresses and routes that software has moved to the bridge are not put back" {
	requires bridge
	config <<-'END'
		[eth1]
		address = 10.1.0.1/24, fd00:1::1/64
		routes = 10.5.0.0/16 via 10.1.0.2
	END
	tap 0 start
	# as Neutron's linuxbridge agent does
	ip link add name brq1 type bridge
	ip link set dev brq1 up
	ip link set dev eth1 master brq1
	ip address add 10.1.0.1/24 brd + dev brq1
	ip address add fd00:1::1/64 dev brq1
	ip address del 10.1.0.1/24 dev eth1
	ip address del fd00:1::1/64 dev eth1
	ip route add 10.5.0.0/16 via 10.1.0.2 dev brq1
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 reload
	assert_equal "$(addresses eth1)" ""
	assert_equal "$(addresses brq1)" "10.1.0.1/24 fd00:1::1/64"
	# it is in use there
	tap 1 stop
	assert_equal "$err" "config_tap: eth1: is in use by the bridge brq1; --force removes it all the same"
	ip link set dev eth1 nomaster
	tap 0 stop
	assert_nics brq1
}

@test "link_group, and a group of somebody else's at stop" {
	requires veth
	ip link add name other type veth peer name other-1
	ip link set dev other group 7
	config <<-'END'
		[a]
		link_group = 7
		[b]
		link_group = 7
	END
	tap 0 start
	assert_link a .group 7
	tap 0 stop
	assert_nics other other-1
	assert_link other .group 7
}

# ------------------------------------------------------------------------------
# Addresses and routes
# ------------------------------------------------------------------------------

# routes NIC: those that somebody has set
routes()
{
	ip -json route show dev "$1" |
		jq -r '.[] | select(.protocol != "kernel") | .dst + " " + (.gateway // "-")' | xargs
}

@test "routes through a peer" {
	config <<-'END'
		[t]
		mode = tun
		address = 10.1.0.1/32
		peer = 10.1.0.2
		routes = 10.5.0.0/16 via 10.1.0.2, default via 10.1.0.2 metric 500
	END
	tap 0 start
	assert_equal "$(ip -json route get 10.5.1.1 | jq -r '.[0] | .gateway + " " + .dev')" \
		"10.1.0.2 t"
	assert_equal "$(ip -json route get 192.0.2.1 | jq -r '.[0] | .gateway + " " + .dev')" \
		"10.1.0.2 t"
	tap 0 status
	tap 0 stop
	assert_equal "$(ip -json route show)" "[]"
}

@test "in a series, peer and broadcast move along with the first address of their family" {
	config <<-'END'
		[t%d]
		count = 3
		address = 10.1.0.1/30, 10.2.0.1/24
		broadcast = 10.1.0.3
		[p%d]
		count = 3
		address = 10.3.0.1/32, 10.4.0.1/24
		peer = 10.5.0.1
	END
	tap 0 start
	assert_equal "$(ip -json address show dev t2 | jq -r '.[0].addr_info[] |
		select(.family == "inet") | "\(.local) \(.broadcast)"' | xargs)" \
		"10.1.0.9 10.1.0.11 10.2.2.1 10.2.2.255"
	assert_equal "$(ip -json address show dev p2 | jq -r '.[0].addr_info[] |
		select(.family == "inet") | "\(.local) \(.address)"' | xargs)" \
		"10.3.0.3 10.5.0.3 10.4.2.1 null"
	tap 0 status
}

@test "IPv6 routes, with a metric and without" {
	requires ipv6
	config <<-'END'
		[t]
		address = fd00:1::1/64
		routes = fd00:5::/64 via fd00:1::2, fd00:6::/64, fd00:7::/64 via fd00:1::2 metric 7, default via fd00:1::2
	END
	tap 0 start
	assert_equal "$(ip -6 -json route show dev t |
		jq -r '.[] | select(.protocol == "static") | "\(.dst) \(.gateway) \(.metric)"' |
		sort | xargs)" \
		"default fd00:1::2 1024 fd00:5::/64 fd00:1::2 1024 fd00:6::/64 null 1024 fd00:7::/64 fd00:1::2 7"
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	sed -i 's/^routes.*/routes = fd00:6::\/64/' "$CONFIG"
	tap 0 reload
	assert_equal "$(ip -6 -json route show dev t |
		jq -r '.[] | select(.protocol == "static") | .dst' | xargs)" "fd00:6::/64"
	tap 0 status
}

@test "what others have put there stays; what left the file goes" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24, 10.2.0.1/24
		routes = 10.5.0.0/16 via 10.1.0.2, 10.6.0.0/16 via 10.2.0.2
	END
	tap 0 start
	ip address add 10.3.0.1/24 dev t
	ip route add 10.7.0.0/16 via 10.1.0.3 dev t
	config <<-'END'
		[t]
		address = 10.1.0.1/24
		routes = 10.5.0.0/16 via 10.1.0.2
	END
	tap 0 reload
	assert_equal "$(addresses t)" "10.1.0.1/24 10.3.0.1/24"
	assert_equal "$(routes t)" "10.5.0.0/16 10.1.0.2 10.7.0.0/16 10.1.0.3"
	tap 0 status
	tap 0 --dry-run reload
	assert_equal "$out" ""
}

@test "an address goes, and those of its network stay, whoever put them there" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24, 10.1.0.2/24
		routes = 10.5.0.0/16 via 10.1.0.9
	END
	tap 0 start
	ip address add 10.1.0.3/24 dev t
	# the kernel removes later addresses of a network together with the first
	sysctl -qw net.ipv4.conf.t.promote_secondaries=0
	sed -i 's/^address.*/address = 10.1.0.2\/24/' "$CONFIG"
	tap 0 reload
	assert_equal "$(addresses t)" "10.1.0.2/24 10.1.0.3/24"
	assert_equal "$(routes t)" "10.5.0.0/16 10.1.0.9"
	tap 0 status
	sysctl -qw net.ipv4.conf.t.promote_secondaries=1
	sed -i 's/^address.*/address = 10.1.0.4\/24/' "$CONFIG"
	tap 0 reload
	assert_equal "$(addresses t)" "10.1.0.3/24 10.1.0.4/24"
	assert_equal "$(routes t)" "10.5.0.0/16 10.1.0.9"
	tap 0 status
}

@test "routes outlive a change of the broadcast address of the only address" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24
		routes = 10.5.0.0/16 via 10.1.0.9, 10.6.0.0/16
	END
	tap 0 start
	ip route add 10.7.0.0/16 via 10.1.0.3 dev t
	sed -i '/^address/a broadcast = 10.1.0.127' "$CONFIG"
	tap 0 reload
	assert_equal "$(routes t)" "10.5.0.0/16 10.1.0.9 10.6.0.0/16 - 10.7.0.0/16 10.1.0.3"
	tap 0 status
}

# ------------------------------------------------------------------------------
# Network name spaces
# ------------------------------------------------------------------------------

@test "a NIC in a named network name space" {
	ip netns add blue
	config <<-'END'
		[t]
		netns = blue
		address = 10.1.0.1/24
		routes = 10.5.0.0/16 via 10.1.0.2
		bridge = br0
		carrier = hold
	END
	tap 0 start
	assert_nics ""
	assert_equal "$(ip -n blue -json address show dev t |
		jq -r '.[0] | "\(.addr_info[0].local) \(.operstate) \(.master)"')" "10.1.0.1 UP br0"
	assert_equal "$(ip -n blue -json route show 10.5.0.0/16 | jq -r '.[0].dev')" t
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	ip -n blue link set dev t mtu 1400
	tap 0 status
	tap 0 stop
	assert_equal "$(ip -n blue -json link show | jq -r '.[].ifname')" lo
}

@test "one name, address and MAC in two name spaces" {
	ip netns add blue
	config <<-'END'
		include = blue.conf
		[t]
		address = 10.1.0.1/24
		mac = 02:00:5e:00:53:01
	END
	cat >"$T/blue.conf" <<-'END'
		[u]
		netns = blue
		address = 10.1.0.1/24
		mac = 02:00:5e:00:53:01
	END
	tap 0 start
	tap 0 status
	tap 0 stop
	assert_nics ""
	assert_equal "$(ip -n blue -json link show | jq -r '.[].ifname')" lo
}

@test "a name space that cannot be entered costs its own NICs only" {
	config <<-'END'
		[a]
		[b]
		netns = gone
		[c]
	END
	# ip-netns(8) leaves it so where a process was in the way
	mkdir -p /run/netns
	: >/run/netns/gone
	tap 1 start
	assert_equal "$err" "config_tap: b: cannot reach its network namespace gone: Invalid argument"
	assert_nics a c
	tap 4 status
	assert_contains "$out" "c  "
	tap 1 restart
	assert_equal "$(grep -c 'b: cannot reach' <<<"$err")" 1 "it is told once"
	assert_nics a c
	tap 0 stop
	assert_nics ""
}

@test "a name space that vanishes before stop takes its NICs along, held ones too" {
	ip netns add blue
	config <<-'END'
		[t]
		netns = blue
		carrier = hold
		[u]
	END
	tap 0 start
	ip netns del blue
	# nothing of it is left that would keep a process
	tap 0 stop
	assert_nics ""
	assert_equal "$(grep -cE "^(t|u)" "$RUN/nics" || true)" 0
	retry processes_left
	# the others go on without it
	tap 1 start
	assert_contains "$err" "$CONFIG:2: warning: [t] netns: there is no network namespace \"blue\"; ip netns add makes one"
	assert_contains "$err" "t: there is no network namespace \"blue\""
	assert_nics u
}

@test "a name space that was made anew has none of the NICs of the old one" {
	ip netns add blue
	printf '%s\n' '[t]' 'netns = blue' | config
	tap 0 start
	ip netns del blue
	ip netns add blue
	ip -n blue tuntap add dev t mode tap user alice
	tap 3 status
	tap 0 stop
	assert_equal "$(ip -n blue -json link show dev t | jq -r '.[0].ifname')" t
	ip -n blue link del dev t
	tap 0 start
	tap 0 status
	tap 0 stop
}

@test "stop in another name space forgets nothing" {
	requires bridge
	ip netns add blue
	printf '%s\n' '[t]' 'bridge = br0' | config
	tap 0 start
	program 0 ip netns exec blue "$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" stop
	assert_nics br0 t
	tap 0 stop
	assert_nics ""
}

# ------------------------------------------------------------------------------
# Networks that other interfaces have
# ------------------------------------------------------------------------------

# lan: an interface of the machine
lan()
{
	requires veth
	ip link add name lan type veth peer name lan-1
	ip link set dev lan-1 up
	ip link set dev lan up
}

@test "an address in the network of another interface: that NIC is not made, the others are" {
	local command

	lan
	ip address add 192.168.0.7/24 dev lan
	config <<-'END'
		[s]
		[t]
		address = 10.1.0.1/24, 192.168.0.1/24
	END
	tap 0 check
	for command in "--dry-run start" start reload restart; do
		# shellcheck disable=SC2086
		tap 1 $command
		assert_equal "$err" "config_tap: t: $CONFIG:3: address 192.168.0.1/24: lan has 192.168.0.7/24, which is in the same network, and hosts reached through it would be cut off; choose another network, or set overlap = allow"
	done
	assert_nics lan lan-1 s
}

@test "an address in the network of a NIC that another file made" {
	echo '[a]
	address = 10.5.0.1/24' >other
	config <<-'END'
		[b]
		address = 10.5.0.2/24
	END
	program 0 "$CONFIG_TAP" --config "$T/other" --run-dir "$RUN" start
	tap 1 start
	assert_contains "$err" "config_tap: b: $CONFIG:2: address 10.5.0.2/24: a has 10.5.0.1/24, which is in the same network"
	assert_nics a
	# nor does it matter by whom it was made once it is of this file
	echo '[a]
	address = 10.5.0.1/24' >>"$CONFIG"
	sed -i 's/^\[b\]$/&\noverlap = allow/' "$CONFIG"
	tap 0 start
	assert_nics a b
}

@test "a new address that would overlap leaves a NIC as it is, also at restart" {
	local index

	lan
	ip address add 192.168.0.7/24 dev lan
	config <<-'END'
		[s]
		[t]
		address = 10.1.0.1/24
	END
	tap 0 start
	index=$(link t .ifindex)
	sed -i 's|^address.*|&, 192.168.0.1/24|' "$CONFIG"
	for command in start reload restart; do
		tap 1 "$command"
		assert_equal "$(addresses t)" 10.1.0.1/24
		assert_link t .ifindex "$index"
	done
	tap 1 status
}

@test "what the kernel does not say of a network is never taken for no overlap" {
	local as error n

	lan
	ip address add 192.168.0.7/24 dev lan
	printf '%s\n' '[t]' 'address = 192.168.0.1/24' | config
	tap 1 start
	n=$(strace -qq -e trace=recvmsg "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start \
		2>&1 3>&- | grep -c '^recvmsg') || true
	for error in ENOBUFS ENOMEM; do
		for ((i = 1; i <= n; i++)); do
			as=(strace -f -qq -o /dev/null -e "inject=recvmsg:error=$error:when=$i")
			tap 1 start
			as=()
			assert_nics lan lan-1
		done
	done
}

@test "link-local addresses are of one link each, and overlap with nothing" {
	requires ipv6
	lan
	ip address add fe80::77/64 dev lan nodad
	config <<-'END'
		[t]
		address = 10.1.0.1/24, fe80::1/64
		[u]
		address = 10.2.0.1/24, fe80::1/64
	END
	tap 0 check
	tap 0 start
	for nic in t u; do
		ip -6 address show dev "$nic" | grep -q 'fe80::1/64' || fail "$nic has no fe80::1"
	done
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
}

@test "networks around it and inside of it, and single hosts" {
	requires ipv6
	lan
	ip address add 10.1.5.7/24 dev lan
	ip address add fd00:1:5::7/64 dev lan nodad
	ip address add 10.9.0.1/32 dev lan

	overlaps() {
		printf '%s\n' '[t]' "address = $2" | config
		if ! tap "$1" start; then
			fail "address = $2"
			return
		fi
		tap 0 stop
	}
	overlaps 1 10.1.5.200/28
	overlaps 1 fd00:1:5::9/126
	overlaps 1 10.9.0.1/32
	overlaps 1 10.1.5.7/32
	overlaps 0 10.1.6.1/24
	# what lies inside of the NIC's network has the narrower route, and keeps it
	overlaps 0 10.1.0.1/16
	overlaps 0 fd00:1::1/32
	overlaps 0 10.1.5.8/32
	overlaps 0 10.9.0.2/24
	overlaps 0 fd00:1:6::1/64
}

@test "overlap = allow makes it all the same" {
	lan
	ip address add 192.168.0.7/24 dev lan
	config <<-'END'
		[t]
		address = 192.168.0.1/24
		overlap = allow
	END
	tap 0 start
	assert_equal "$err" ""
	assert_equal "$(addresses t)" 192.168.0.1/24
	tap 0 status
}

@test "an overlap that came later is no mistake of a NIC that is there" {
	requires veth
	printf '%s\n' '[t]' 'address = 192.168.0.1/24' | config
	tap 0 start
	lan
	ip address add 192.168.0.7/24 dev lan
	tap 0 start
	assert_equal "$err" ""
	tap 0 reload
	tap 0 status
	sed -i '$a mtu = 1400' "$CONFIG"
	tap 0 reload
	assert_link t .mtu 1400
}

@test "a section gets another name and keeps its address" {
	printf '%s\n' '[t]' 'address = 192.168.0.1/24' | config
	tap 0 start
	printf '%s\n' '[u]' 'address = 192.168.0.1/24' | config
	tap 0 reload
	assert_nics u
	assert_equal "$(addresses u)" 192.168.0.1/24
	tap 0 status
}

@test "two NICs of the file change their addresses with each other" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24
		[u]
		address = 10.2.0.1/24
	END
	tap 0 start
	config <<-'END'
		[t]
		address = 10.2.0.1/24
		[u]
		address = 10.1.0.1/24
	END
	tap 0 reload
	assert_equal "$(addresses t) $(addresses u)" "10.2.0.1/24 10.1.0.1/24"
	tap 0 status
}

@test "a move that the new namespace cannot take leaves the NIC where it is" {
	requires root tun
	ip netns add lab
	ip -n lab tuntap add dev x mode tap
	ip -n lab link set dev x up
	ip -n lab address add 10.1.0.9/24 dev x
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' | config
	tap 0 start
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' 'netns = lab' | config
	tap 1 reload
	assert_nics t
	tap 1 restart
	assert_nics t
}
