# SPDX-License-Identifier: MIT
# FRR's BGP EVPN in the place of a list of peers: three machines with the files of examples/evpn
# and their reflector, each a network namespace on one wire.

load ../lib
load ../machines
load consumers

examples=$top_srcdir/examples/evpn

setup_test()
{
	requires root
	frr=/usr/lib/frr
	[ -d "$frr" ] || frr=/usr/libexec/frr
	needs "$frr/zebra" "$frr/bgpd"
	# it looks for that group even as root
	grep -q ^frrvty: /etc/group || echo frrvty:x:1090:root >>/etc/group
	machines 192.0.2 1 11 12 13
}

# start_frr I FILE: zebra and bgpd of that machine; $bgpd is the latter
start_frr()
{
	local i=$1

	sed "s/192\.0\.2\.11/192.0.2.$i/" "$examples/$2" >"$T/frr$i"
	mkdir -p "/run/frr/n$i"
	spawn "$T/zebra$i" ip netns exec "n$i" "$frr/zebra" -u root -g root -N "n$i" -f "$T/frr$i"
	retry test -S "/run/frr/n$i/zserv.api" || fail "$(cat "$T/zebra$i")"
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
		machine 0 "$i" start
		start_frr "$i" frr.conf
	done
	for i in 11 12 13; do
		for k in 11 12 13; do
			[ "$i" -ne "$k" ] || continue
			LIMIT=60 retry knows "$i" "$k" || fail "$i has not heard of $k: $(cat "$T/bgpd$i")"
			retry on "$i" ping -q -c 1 -W 1 "10.20.0.$k"
		done
		# what another program has put into the table is no difference
		machine 0 "$i" status
		machine 0 "$i" start
		machine 0 "$i" --dry-run start
		assert_equal "$out" ""
	done
	retry on 11 ping -q -c 1 -W 1 10.20.0.12

	kill -9 "$bgpd"
	LIMIT=60 retry eval '! knows 11 13 && ! knows 12 13' || fail "the dead one is still there"
	on 11 ping -q -c 1 -W 5 10.20.0.12
	for i in 11 12 13; do
		machine 0 "$i" stop
	done
}
