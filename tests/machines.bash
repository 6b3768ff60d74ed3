# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Several machines in a test: network namespaces n1, n2 ... on one wire, each with its NIC u0 and
# a config_tap of its own, which reads the file $T/fileN.

# machines NETWORK I...: those machines; u0 has the address NETWORK.I/24
machines()
{
	local network=$1 i

	shift
	requires root veth bridge vxlan
	ip link add dev wire type bridge
	ip link set dev wire up
	for i; do
		ip netns add "n$i"
		ip link add dev "p$i" type veth peer name u0 netns "n$i"
		ip link set dev "p$i" master wire up
		ip -n "n$i" link set dev lo up
		ip -n "n$i" address add "$network.$i/24" dev u0
		ip -n "n$i" link set dev u0 up
	done
}

# on I COMMAND...
on()
{
	local i=$1

	shift
	ip netns exec "n$i" "$@"
}

# machine STATUS I ARGUMENT...: that machine's config_tap
machine()
{
	local expected=$1 i=$2

	shift 2
	program "$expected" ip netns exec "n$i" "$CONFIG_TAP" --config "$T/file$i" \
		--run-dir "$RUN$i" "$@"
}
