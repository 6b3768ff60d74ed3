# SPDX-License-Identifier: MIT
# examples/wireguard: a segment whose nodes are WireGuard's. Where the kernel has none, wg-quick
# takes the one in user space.

load ../lib
load ../machines
load consumers

setup_test()
{
	requires tun
	needs wg wg-quick ping
	ip link add name wg0 type wireguard || needs wireguard-go
	machines 192.0.2 11 12
}

# write_files I OTHER: the example's, for that machine, whose only other one is OTHER
write_files()
{
	sed "s/^local = .*/local = 10.99.0.$1/; s/^address = .*/address = 10.20.0.$1\/24/" \
		"$top_srcdir/examples/wireguard/config_tap" >"$T/file$1"
	# of two names, which the interfaces get, since the machines share /run
	sed "s/^Address = .*/Address = 10.99.0.$1\/24/
		s|^PrivateKey = .*|PrivateKey = $(cat "$T/key$1")|
		s|^PublicKey = .*|PublicKey = $(wg pubkey <"$T/key$2")|
		s/^AllowedIPs = .*/AllowedIPs = 10.99.0.$2\/32/
		s/^Endpoint = .*/Endpoint = 192.0.2.$2:51820/" \
		"$top_srcdir/examples/wireguard/wg0.conf" >"$T/wg$1.conf"
	chmod 600 "$T/wg$1.conf"
}

@test "a segment in WireGuard, which comes up later" {
	local i

	for i in 11 12; do
		wg genkey >"$T/key$i"
	done
	write_files 11 12
	write_files 12 11
	for i in 11 12; do
		machine 0 "$i" start
	done
	machine 1 11 status
	assert_contains "$out" "local 10.99.0.11 is not an address of this machine"
	for i in 11 12; do
		program 0 ip netns exec "n$i" wg-quick up "$T/wg$i.conf" 3>&- 4>&-
		machine 0 "$i" status
	done
	retry on 11 ping -q -c 1 -W 1 10.20.0.12 >/dev/null || fail "10.20.0.12 does not answer"
	program 0 ip netns exec n11 ping -q -c 2 -i 0.2 -W 2 -M "do" -s 1342 10.20.0.12
	# the MTU that the file gives is what fits
	machine 0 11 restart
	assert_equal "$err" ""

	# there is no other way between them
	for i in 11 12; do
		program 0 ip netns exec "n$i" wg-quick down "$T/wg$i.conf"
	done
	program 1 ip netns exec n11 ping -q -c 1 -W 1 10.20.0.12
}
