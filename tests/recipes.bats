# SPDX-License-Identifier: MIT
# What the NICs of two machines are used for, with the files of the examples. The machines are
# network namespaces on one wire, and clones of one image: they have one machine id.

load lib
load machines

setup_test()
{
	requires tun
	machines 192.0.2 11 12
}

# example FILE: for both machines, which start it
example()
{
	local i

	for i in 11 12; do
		sed "s/^owner = .*/owner = alice/; s/^local = .*/local = 192.0.2.$i/
			s/^\(address = 10\.[0-9]*\.0\.\).*\//\1$i\//" "$top_srcdir/examples/$1" >"$T/file$i"
		machine 0 "$i" start
		machine 0 "$i" status
	done
}

# assert_meet ADDRESS: the second machine's, from the first, with small packets and full ones
assert_meet()
{
	retry on 11 ping -q -c 1 -W 1 "$1" >/dev/null || fail "$1 does not answer"
	program 0 ip netns exec n11 ping -q -c 2 -i 0.2 -W 2 -M "do" -s 1422 "$1"
}

# guest I TAP ADDRESS: a machine whose NIC is the other end of that tap, as a microVM's is
guest()
{
	ip netns add "guest$1"
	cat >"$T/guest.py" <<-'END'
		import ctypes, fcntl, os, select, struct, sys

		def attach(name):
		    fd = os.open("/dev/net/tun", os.O_RDWR)
		    # IFF_TAP and IFF_NO_PI, by TUNSETIFF
		    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1002))
		    return fd

		tap = attach(sys.argv[1])
		with open("/run/netns/" + sys.argv[2]) as namespace:
		    assert ctypes.CDLL(None).setns(namespace.fileno(), 0) == 0
		nic = attach("eth0")
		print("attached", flush=True)
		while True:
		    for fd in select.select([tap, nic], [], [])[0]:
		        frame = os.read(fd, 65536)
		        try:
		            os.write(nic if fd == tap else tap, frame)
		        except OSError:
		            pass
	END
	ip netns exec "n$1" python3 "$T/guest.py" "$2" "guest$1" >"$T/guest$1" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry grep -q attached "$T/guest$1" || fail "$(cat "$T/guest$1")"
	ip -n "guest$1" address add "$3/24" dev eth0
	ip -n "guest$1" link set dev eth0 mtu 1450 up
}

@test "two clones of one image meet, as bare NICs" {
	example vrrp/config_tap
	assert_equal "$(cat "$T"/file1[12] | grep -c '^mac')" 0
	assert_meet 10.20.0.12
}

@test "the provider and the tunnel segment of an OpenStack's two nodes" {
	example openstack/config_tap
	assert_meet 10.20.0.12
	# nothing of the tunnels' is heard on the provider's, which is another segment
	on 11 ip address add 10.20.0.3/32 dev eth1
	on 12 ip address add 203.0.113.2/24 dev eth1
	on 11 ip address add 203.0.113.1/24 dev eth1
	assert_meet 203.0.113.2
}

@test "clones meet as bridges, and the microVMs of both hosts are in one of them" {
	example microvms/config_tap
	[ "$(on 11 cat /sys/class/net/br0/address)" != "$(on 12 cat /sys/class/net/br0/address)" ] ||
		fail "both bridges have the same MAC"
	assert_meet 10.30.0.12

	guest 11 vm0 10.30.0.21
	guest 12 vm0 10.30.0.22
	retry ip netns exec guest11 ping -q -c 1 -W 1 10.30.0.22 >/dev/null || fail "no answer"
	program 0 ip netns exec guest11 ping -q -c 2 -i 0.2 -W 2 -M "do" -s 1422 10.30.0.22
	program 0 ip netns exec guest11 ping -q -c 1 -W 5 10.30.0.12
	machine 0 11 reload
	program 0 ip netns exec guest11 ping -q -c 1 -W 5 10.30.0.22
	# the microVM is named
	machine 1 11 stop
	assert_contains "$err" "vm0: is in use by python3"
}
