# SPDX-License-Identifier: MIT
# NICs whose other end is other machines: two nodes, each a network namespace, on one wire.

load lib
load machines

setup_test()
{
	machines 10.0.0 1 2
}

# write NODE [LINE]...: the node's file, with one NIC
write()
{
	local node=$1

	shift
	printf '%s\n' '[eth1]' 'mode = vxlan' 'vni = 41' "local = 10.0.0.$node" \
		"address = 10.9.0.$node/24" "$@" >"$T/file$node"
}

# peers NODE: as the kernel has them
peers()
{
	on "$1" bridge fdb show dev "${2-eth1}" |
		sed -n 's/^00:00:00:00:00:00 dst \([^ ]*\).*/\1/p' | sort | xargs
}

# shown NODE FILTER
shown()
{
	ip -n "n$1" -json -details link show dev eth1 | jq -r ".[0] | $2"
}

meets()
{
	on "$1" ping -q -c 1 -W 1 "$2"
}

is_gone()
{
	[ ! -e "/run/netns/n$1" ] || ! ip -n "n$1" link show dev eth1 >/dev/null 2>&1
}

@test "two nodes with the same list meet; the own address is left out; stop leaves nothing" {
	local i

	for i in 1 2; do
		write $i 'peers = 10.0.0.1, 10.0.0.2'
		machine 0 $i start
		assert_equal "$err" ""
	done
	assert_equal "$(peers 1) $(peers 2)" "10.0.0.2 10.0.0.1"
	assert_equal "$(shown 1 .mtu)" 1450
	assert_equal "$(shown 1 '.linkinfo.info_data | [.id, .port, .learning, .link] | @csv')" \
		'41,4790,true,'
	retry meets 1 10.9.0.2
	machine 0 1 --dry-run start
	assert_equal "$out" ""
	machine 0 1 status
	machine 0 1 stop
	is_gone 1
}

@test "clones of one image have different MACs, which stay" {
	local mac

	write 1 'peers = 10.0.0.1, 10.0.0.2'
	write 2 'peers = 10.0.0.1, 10.0.0.2'
	machine 0 1 start
	machine 0 2 start
	mac=$(shown 1 .address)
	[ "$mac" != "$(shown 2 .address)" ]
	machine 0 1 restart
	assert_equal "$(shown 1 .address)" "$mac"
}

@test "peers change one by one, what was learned behind one that goes goes with it, others' stay" {
	write 1 'peers = 10.0.0.1, 10.0.0.2' 'peers = 10.0.0.3 10.0.0.2'
	machine 0 1 start
	assert_equal "$(peers 1)" "10.0.0.2 10.0.0.3"
	on 1 bridge fdb append 00:00:00:00:00:00 dev eth1 dst 10.0.0.9
	on 1 bridge fdb add 02:00:00:00:00:33 dev eth1 dst 10.0.0.3 dynamic
	on 1 bridge fdb add 02:00:00:00:00:22 dev eth1 dst 10.0.0.2 dynamic
	local index
	index=$(shown 1 .ifindex)
	write 1 'peers = 10.0.0.1, 10.0.0.2, 10.0.0.4'
	machine 0 1 --dry-run reload
	assert_equal "$out" "eth1: add peer 10.0.0.4
eth1: remove peer 10.0.0.3"
	machine 0 1 reload
	assert_equal "$(peers 1)" "10.0.0.2 10.0.0.4 10.0.0.9"
	assert_equal "$(shown 1 .ifindex)" "$index"
	assert_contains "$(on 1 bridge fdb show dev eth1)" "02:00:00:00:00:22"
	[[ $(on 1 bridge fdb show dev eth1) != *02:00:00:00:00:33* ]]
	machine 0 1 status
	on 1 bridge fdb del 00:00:00:00:00:00 dev eth1 dst 10.0.0.4
	machine 1 1 status
	assert_contains "$out" "peer 10.0.0.4 is missing"
	machine 0 1 start
	assert_equal "$(peers 1)" "10.0.0.2 10.0.0.4 10.0.0.9"
}

@test "an adopted one loses the peers that were added, and is not deleted" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	ip -n n1 link add eth1 type vxlan id 41 dstport 4790 local 10.0.0.1
	on 1 bridge fdb append 00:00:00:00:00:00 dev eth1 dst 10.0.0.9
	machine 0 1 start
	assert_equal "$(peers 1)" "10.0.0.2 10.0.0.9"
	machine 1 1 hold eth1
	assert_contains "$err" "eth1: is a vxlan, which always has a link"
	machine 0 1 stop
	assert_equal "$(peers 1)" "10.0.0.9"
}

@test "peers = none leaves the table to another program, and nothing is learned" {
	write 1 'peers = none'
	machine 0 1 start
	assert_equal "$(shown 1 .linkinfo.info_data.learning)" false
	on 1 bridge fdb append 00:00:00:00:00:00 dev eth1 dst 10.0.0.2
	machine 0 1 --dry-run start
	assert_equal "$out" ""
	machine 0 1 status
}

@test "local, learning and mtu change in place; vni, port and the family of local want --force" {
	local index line

	write 1 'peers = 10.0.0.1, 10.0.0.2'
	machine 0 1 start
	index=$(shown 1 .ifindex)
	ip -n n1 address add 10.0.0.11/24 dev u0
	write 1 'peers = 10.0.0.11, 10.0.0.2' 'learning = no' 'mtu = 1350'
	sed -i 's/^local.*/local = 10.0.0.11/' "$T/file1"
	machine 0 1 reload
	assert_equal "$(shown 1 '[.ifindex, .mtu, .linkinfo.info_data.local,
		.linkinfo.info_data.learning] | @csv')" "$index,1350,\"10.0.0.11\",false"
	for line in 'vni = 43' 'port = 4791' 'local = fd00::1'; do
		write 1 'peers = none'
		sed -i "/^${line%% *} /d; \$a $line" "$T/file1"
		machine 1 1 reload
		assert_contains "$err" "${line%% *}"
		assert_contains "$err" "--force recreates the NIC"
		assert_equal "$(shown 1 .ifindex)" "$index"
	done
	write 1 'peers = 10.0.0.1, 10.0.0.2' 'port = 4791'
	machine 0 1 --force reload
	assert_equal "$(shown 1 .linkinfo.info_data.port)" 4791
}

@test "a local that the machine does not have is a difference, though start makes the NIC" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	ip -n n1 address del 10.0.0.1/24 dev u0
	machine 0 1 start
	assert_equal "$(peers 1)" "10.0.0.2"
	machine 1 1 status
	assert_contains "$out" "local 10.0.0.1 is not an address of this machine"
	ip -n n1 address add 10.0.0.1/24 dev u0
	machine 0 1 status
}

@test "a local that the machine cannot be asked for is no difference: status cannot tell" {
	local at call error

	write 1 'peers = 10.0.0.1, 10.0.0.2'
	machine 0 1 start
	for call in socket bind; do
		# a kernel without cookies of namespaces has one for each of these before
		as=(strace -q -o "$T/trace" -e "trace=socket,bind")
		machine 0 1 status
		at=$(sed '/^bind.*10\.0\.0\.1/q' "$T/trace" | grep -c "^$call")
		for error in EMFILE ENOMEM; do
			as=(strace -q -o "$T/trace" -e "trace=$call"
				-e "inject=$call:error=$error:when=$at")
			machine 4 1 status
			assert_contains "$out" "cannot tell whether local 10.0.0.1 is an address of this machine: "
			[[ $out != *"is not an address"* ]]
		done
	done
}

@test "an MTU that does not fit the way to a peer is warned of, with the one that does" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	ip -n n1 link set u0 mtu 1400
	machine 0 1 start
	assert_contains "$err" "mtu = 1350 fits"
	write 1 'peers = 10.0.0.1, 10.0.0.2' 'mtu = 1350'
	machine 0 1 reload
	assert_equal "$err" ""
}

@test "a port that another program has: the port is named, and nothing is left" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	# another vxlan driver's socket: one that collects metadata shares its port with none
	ip -n n1 link add other type vxlan external dstport 4790
	ip -n n1 link set other up
	machine 1 1 start
	assert_contains "$err" "4790"
	is_gone 1
	ip -n n1 link del other
	machine 0 1 start
}

@test "a VNI that is there already is named" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	ip -n n1 link add other type vxlan id 41 dstport 4790 local 10.0.0.1
	machine 1 1 start
	assert_contains "$err" "eth1: cannot create vxlan"
	assert_contains "$err" "vni 41 is already in use on port 4790"
	is_gone 1
}

@test "in a bridge of somebody else's it is in use, and a refused stop changes nothing" {
	write 1 'peers = 10.0.0.1, 10.0.0.2'
	sed -i /^address/d "$T/file1"
	machine 0 1 start
	ip -n n1 link add brq1 type bridge
	ip -n n1 link set eth1 master brq1
	machine 0 1 reload
	assert_equal "$(shown 1 .master)" brq1
	machine 1 1 stop
	assert_contains "$err" "eth1: is in use by the bridge brq1"
	assert_equal "$(peers 1)" "10.0.0.2"
}

@test "in another namespace its packets go through our own" {
	local i

	for i in 1 2; do
		ip netns add box$i
		write $i 'peers = 10.0.0.1, 10.0.0.2' "netns = box$i"
		machine 0 $i start
	done
	retry ip netns exec box1 ping -q -c 1 -W 1 10.9.0.2
	machine 0 1 --dry-run start
	assert_equal "$out" ""
	machine 0 1 stop
	assert_equal "$(ip -n box1 -json link show type vxlan | jq -c .)" "[]"
}

@test "of a series vni counts up, and the list stays" {
	cat >"$T/file1" <<-'END'
		[x%d]
		mode = vxlan
		count = 3
		vni = 100
		local = 10.0.0.1
		peers = 10.0.0.1, 10.0.0.2
		address = 10.20.0.1/24
	END
	machine 0 1 start
	assert_equal "$(ip -n n1 -json -details link show type vxlan |
		jq -c '[.[].linkinfo.info_data.id] | sort')" '[100,101,102]'
	assert_equal "$(peers 1 x2)" "10.0.0.2"
	machine 0 1 stop
	assert_equal "$(ip -n n1 -json link show type vxlan | jq -c .)" '[]'
}

@test "two of one segment in the file are a mistake, with another port or family they are not" {
	write 1 'peers = 10.0.0.1'
	printf '%s\n' '[eth2]' 'mode = vxlan' 'vni = 41' 'local = 10.0.0.1' 'peers = 10.0.0.1' >>"$T/file1"
	machine 6 1 check
	assert_contains "$err" ":9: [eth2] vni: vni 41 on port 4790 over IPv4 already belongs to [eth1]"
	echo 'port = 4791' >>"$T/file1"
	machine 0 1 check
}

@test "what a kill leaves carries nothing or is whole, and goes at the next stop" {
	local call

	write 1 'peers = 10.0.0.1, 10.0.0.2'
	for call in sendto:1 sendto:2 sendto:3 sendto:4 sendto:5 sendto:6 sendto:7 sendto:8 \
		rename:1 renameat:1 ioctl:1 ioctl:2 ioctl:3; do
		on 1 strace -f -o /dev/null -e trace="${call%:*}" \
			-e inject="${call%:*}:signal=KILL:when=${call#*:}" \
			"$CONFIG_TAP" --config "$T/file1" --run-dir "${RUN}1" start >/dev/null 2>&1 || true
		if ! is_gone 1 && [ "$(shown 1 '.flags | index("UP") != null')" = true ]; then
			assert_equal "$(peers 1)" "10.0.0.2" "peers after a kill at $call"
		fi
		machine 0 1 stop
		is_gone 1 || fail "a kill at $call leaves eth1 behind a stop"
	done
	machine 0 1 start
	assert_equal "$(peers 1)" "10.0.0.2"
}
