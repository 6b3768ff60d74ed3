# SPDX-License-Identifier: MIT
# import: the NICs that are there, in the words of the file.

load lib

# imported: what import prints is the file; start then has nothing to do
imported()
{
	tap 0 import
	cp "$T/.out" "$CONFIG"
	tap 0 check --quiet
	tap 0 --dry-run start
	assert_equal "$out" ""
}

@test "where there is nothing to import, nothing is printed" {
	requires root
	tap 0 import
	assert_equal "$out$err" ""
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "a tap of another script: what is no default is in its section, and start has nothing to do" {
	requires root tun
	ip tuntap add dev tap5 mode tap user alice
	ip address add 10.5.5.1/24 brd + dev tap5
	ip link set dev tap5 mtu 1400 address 02:00:5e:00:53:05 alias 'a; b' up
	imported
	assert_equal "$(cat "$CONFIG")" '[tap5]
owner = alice
address = 10.5.5.1/24
mac = 02:00:5e:00:53:05
mtu = 1400
alias = "a; b"'
	tap 0 start
	tap 0 status
	assert_contains "$out" "1 of 1 as configured"
	tap 0 import
	assert_equal "$out" ""
}

@test "a NIC that is down, and a tun with a peer and a route" {
	requires root tun
	ip tuntap add dev t0 mode tun user bob group vms
	ip address add 10.30.0.1 peer 10.30.0.2 dev t0
	ip link set dev t0 up
	ip route add 10.31.0.0/16 via 10.30.0.2
	ip tuntap add dev t1 mode tun user bob
	tap 0 import
	assert_equal "$out" '[t0]
mode = tun
owner = bob
group = vms
address = 10.30.0.1/32
peer = 10.30.0.2
routes = 10.31.0.0/16 via 10.30.0.2

[t1]
mode = tun
owner = bob
up = no'
	imported
}

@test "what config_tap made comes back as it was written, when its records are lost" {
	requires root tun
	cat >expected <<-'END'
		[fc%d]
		count = 12
		owner = alice
		address = 10.20.0.1/30
		mtu = 1400

		[pp%d]
		count = 3
		first = 7
		mode = tun
		address = 10.30.0.1/24

		[tap0]
		address = 192.168.0.1/24, fd00:1::1/64
	END
	config <expected
	tap 0 start
	tap 0 import
	assert_equal "$out" ""
	rm -r "$RUN"
	tap 0 import
	assert_equal "$out" "$(cat expected)"
}

@test "a peer that is not of the first address of its family cannot be said: a comment" {
	requires root tun
	ip tuntap add dev t0 mode tun user bob
	ip address add 10.4.0.1/24 dev t0
	ip address add 10.2.0.1 peer 10.2.0.2 dev t0
	ip tuntap add dev t1 mode tun user bob
	ip address add 10.6.0.1 peer 10.6.0.2 dev t1
	ip address add 10.7.0.1 peer 10.7.0.2 dev t1
	ip tuntap add dev t2 mode tun user bob
	ip address add fd00:4::1/64 dev t2
	ip address add 10.8.0.1 peer 10.8.0.2 dev t2
	imported
	assert_equal "$(grep -A1 'peer that no key' "$CONFIG")" "# one of its addresses has a peer that no key can express
# [t0]
--
# one of its addresses has a peer that no key can express
# [t1]"
	assert_contains "$(<"$CONFIG")" "peer = 10.8.0.2"
}

@test "NICs that are almost a series are not made one" {
	requires root tun
	local n

	for n in 1 2 3 4; do
		ip tuntap add dev "t$n" mode tun user alice
		ip address add "10.1.$n.1/24" brd + dev "t$n"
		ip link set dev "t$n" up
	done
	ip link set dev t3 mtu 1400
	tap 0 import
	assert_equal "$(grep '^\[' <<<"$out" | xargs)" '[t%d] [t3] [t4]'
	imported
}

@test "what another program has made is a comment, with the reason" {
	requires root tun bridge
	local nic

	for nic in docker0 virbr0 brq12345678-9a br-0123456789ab; do
		ip link add name "$nic" type bridge
	done
	ip tuntap add dev tap12345678-9a mode tap user bob
	ip tuntap add dev any mode tap
	ip tuntap add dev used mode tap user bob
	attach used
	tap 0 import
	assert_equal "$(grep -v '^#' <<<"$out" | xargs)" ""
	assert_contains "$out" "# its name is one that Docker uses
# [docker0]"
	assert_contains "$out" "# its name is one that libvirt uses
# [virbr0]"
	assert_contains "$out" "# its name is one that Neutron uses
# [brq12345678-9a]"
	assert_contains "$out" "# anybody may attach to it: a section needs an owner or a group
# [any]"
	assert_contains "$out" "# attach (pid $reader) is attached to it
# [used]"
	detach "$reader"
}

@test "who is attached to a NIC of the same name in another namespace is no reason" {
	requires root tun
	ip tuntap add dev t0 mode tun user bob
	ip netns add box
	as=(ip netns exec box)
	attach t0
	as=()
	tap 0 import
	assert_contains "$out" $'[t0]\nmode = tun\nowner = bob'
	assert_lacks "$out" "#"
	detach "$reader"
}

@test "a name or pattern narrows it" {
	requires root tun
	ip tuntap add dev t0 mode tun user bob
	ip tuntap add dev t1 mode tun user bob
	ip tuntap add dev x0 mode tun user bob
	tap 0 import t1
	assert_equal "$(grep '^\[' <<<"$out")" '[t1]'
	tap 0 import 't*'
	assert_equal "$(grep '^\[' <<<"$out")" '[t%d]'
	tap 2 import t1 nosuch 'y*'
	assert_equal "$out" ""
	assert_equal "$err" "config_tap: nosuch: there is no such interface
config_tap: y*: there is no such interface"
}

@test "import changes nothing, and an ordinary user may ask" {
	requires root tun
	ip tuntap add dev t0 mode tap user bob
	traced 0 import
	assert_equal "$(count_sets)" 0
	as_user 1001 tap 0 import
	assert_contains "$out" "[t0]"
}

@test "a vxlan with its peers, in a bridge: start has nothing to do" {
	requires root tun bridge vxlan
	ip link add name v0 type vxlan id 41 local 10.0.0.1 dstport 4790
	ip link add name br7 type bridge
	ip address add 10.7.0.1/24 brd + dev br7
	bridge fdb append 00:00:00:00:00:00 dev v0 dst 10.0.0.2
	ip link set dev v0 mtu 1450 master br7 up
	ip link set dev br7 up
	imported
	assert_contains "$(cat "$CONFIG")" "mode = vxlan
vni = 41
local = 10.0.0.1
peers = 10.0.0.2"
	assert_contains "$(cat "$CONFIG")" "[br7]
mode = bridge
address = 10.7.0.1/24"
}

@test "a vxlan with the MTU of a tap: it is written, since a vxlan's own is another" {
	requires root tun vxlan
	ip link add name v0 type vxlan id 41 local 10.0.0.1 dstport 4790
	bridge fdb append 00:00:00:00:00:00 dev v0 dst 10.0.0.2
	ip link set dev v0 mtu 1500 up
	imported
	assert_contains "$(cat "$CONFIG")" "mtu = 1500"
	ip link set dev v0 mtu 1450
	imported
	assert_lacks "$(cat "$CONFIG")" "mtu"
}

@test "what the kernel has and no file may set is a comment: no MAC, a multicast address" {
	requires root tun bridge
	ip link add br0 type bridge
	ip tuntap add dev tap0 mode tap
	ip link set dev tap0 master br0
	ip tuntap del dev tap0 mode tap
	imported
	assert_equal "$(cat "$CONFIG")" '[br0]
mode = bridge
# mac: 00:00:00:00:00:00 is not a valid MAC address
up = no'

	ip tuntap add dev tap0 mode tap user alice
	ip address add 224.0.0.5/4 dev tap0
	tap 0 import tap0
	assert_contains "$out" "# address: 224.0.0.5/4 is a multicast address, not a host's
# [tap0]
# owner = alice
# address = 224.0.0.5/4"
}
