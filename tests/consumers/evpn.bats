# SPDX-License-Identifier: MIT
# FRR's BGP EVPN in the place of a list of peers: three machines with the files of examples/evpn
# and their reflector, each a network namespace on one wire.

load ../lib
load consumers

examples=$top_srcdir/examples/evpn

setup_test()
{
	local i

	requires root veth bridge vxlan
	frr=/usr/lib/frr
	[ -d "$frr" ] || frr=/usr/libexec/frr
	needs "$frr/zebra" "$frr/bgpd"
	# it looks for that group even as root
	grep -q ^frrvty: /etc/group || echo frrvty:x:1090:root >>/etc/group
	ip link add dev wire type bridge
	ip link set dev wire up
	for i in 1 11 12 13; do
		ip netns add "n$i"
		ip link add dev "p$i" type veth peer name eth0 netns "n$i"
		ip link set dev "p$i" master wire up
		ip -n "n$i" link set dev lo up
		ip -n "n$i" address add "192.0.2.$i/24" dev eth0
		ip -n "n$i" link set dev eth0 up
	done
}

on()
{
	local i=$1

	shift
	ip netns exec "n$i" "$@"
}

node()
{
	local expected=$1 i=$2

	shift 2
	program "$expected" ip netns exec "n$i" "$CONFIG_TAP" --config "$T/file$i" --run-dir "$RUN$i" "$@"
}

# start_frr I FILE: zebra and bgpd of that machine; $bgpd is the latter
start_frr()
{
	local i=$1

	sed "s/192\.0\.2\.11/192.0.2.$i/" "$examples/$2" >"$T/frr$i"
	mkdir -p "/run/frr/n$i"
	spawn "$T/zebra$i" ip netns exec "n$i" "$frr/zebra" -u root -g root -N "n$i" -f "$T/frr$i"
	retry 10 test -S "/run/frr/n$i/zserv.api" || fail "$(cat "$T/zebra$i")"
	spawn "$T/bgpd$i" ip netns exec "n$i" "$frr/bgpd" -u root -g root -N "n$i" -f "$T/frr$i"
	bgpd=$spawned
}

# knows I OTHER: broadcasts of that machine go to the other, which FRR has told
knows()
{
	on "$1" bridge fdb show dev segment | grep "^00:00:00:00:00:00 dst 192.0.2.$2 " >/dev/null
}

@test "machines meet without a list, and one that dies leaves" {
	local i k

	start_frr 1 reflector.conf
	for i in 11 12 13; do
		sed "s/^local = .*/local = 192.0.2.$i/; s/^address = .*/address = 10.20.0.$i\/24/" \
			"$examples/config_tap" >"$T/file$i"
		node 0 "$i" start
		start_frr "$i" frr.conf
	done
	for i in 11 12 13; do
		for k in 11 12 13; do
			[ "$i" -ne "$k" ] || continue
			retry 60 knows "$i" "$k" || fail "$i has not heard of $k: $(cat "$T/bgpd$i")"
			retry 10 on "$i" ping -q -c 1 -W 1 "10.20.0.$k"
		done
		# what another program has put into the table is no difference
		node 0 "$i" status
		node 0 "$i" start
		node 0 "$i" --dry-run start
		assert_equal "$out" ""
	done
	retry 10 on 11 ping -q -c 1 -W 1 10.20.0.12

	kill -9 "$bgpd"
	retry 60 eval '! knows 11 13 && ! knows 12 13' || fail "the dead one is still there"
	on 11 ping -q -c 1 -W 5 10.20.0.12
	for i in 11 12 13; do
		node 0 "$i" stop
	done
}
