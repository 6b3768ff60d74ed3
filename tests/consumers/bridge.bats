# SPDX-License-Identifier: MIT
# The link state of a bridge, and of routes.

load ../lib
load consumers

@test "a bridge with the NIC as its only port is down when idle, up when held" {
	requires root tun bridge
	config <<-'END'
		[eth1]
		bridge = br1
		carrier = none
	END
	tap 0 start
	ip address add 10.20.0.1/24 dev br1
	assert_operstate eth1 down
	assert_operstate br1 down
	assert_flag br1 NO-CARRIER
	assert_contains "$(ip route show dev br1)" linkdown

	with_carrier hold
	assert_operstate br1 up
	assert_flag br1 LOWER_UP
	assert_lacks "$(ip route show dev br1)" linkdown
	# forwarding, not only up
	LIMIT=40 retry eval '[ "$(cat /sys/class/net/br1/brif/eth1/state)" = 3 ]'

	with_carrier none
	assert_operstate br1 down
	# which would keep the bridge
	ip address del 10.20.0.1/24 dev br1
	tap 0 stop
}

@test "a route over an idle NIC is linkdown, over a held one it is used" {
	requires root tun
	config <<-'END'
		[eth1]
		address = 10.20.0.1/24
		routes = 10.77.0.0/16 via 10.20.0.2
		carrier = none
	END
	echo 1 >/proc/sys/net/ipv4/conf/all/ignore_routes_with_linkdown
	tap 0 start
	assert_operstate eth1 down
	assert_equal "$(ip route show dev eth1 | grep -c linkdown)" 2
	program 2 ip route get 10.77.0.1

	with_carrier hold
	assert_equal "$(ip route show dev eth1 | grep -c linkdown || true)" 0
	program 0 ip route get 10.77.0.1
	assert_contains "$out" "via 10.20.0.2 dev eth1"
	tap 0 stop
}

@test "taken into a bridge of somebody else's: it stays there, and stop names it" {
	requires root tun bridge
	config <<-'END'
		[t]
		bridge = br1
		carrier = hold
	END
	tap 0 start
	# as an agent of Neutron does it
	ip link add dev brq1 type bridge
	ip link set dev t master brq1
	tap 0 status
	assert_contains "$out" "is in the bridge brq1, where somebody else has put it, and stays there; configured: br1"
	tap 0 start
	tap 0 reload
	assert_link t .master brq1
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 1 restart
	assert_contains "$err" "brq1"
	assert_link t .master brq1
	tap 0 --force restart
	assert_contains "$err" "warning: t: was in use by the bridge brq1; restart what had put it there"
	assert_link t .master br1
	tap 0 stop
}

# What "no-bridge" of --for rests on, with "a bridge is a port" of ovs.bats.
@test "a bridge cannot be a port of a bridge, as Neutron's linuxbridge agent would have it" {
	requires root tun bridge
	config <<-'END'
		[eth1]
		mode = bridge
		[t]
		bridge = eth1
		carrier = hold
	END
	tap 0 start
	ip link add dev brq1 type bridge
	program 2 ip link set dev eth1 master brq1
	assert_contains "$err" "Can not enslave a bridge to a bridge"
	tap 0 --json check --for neutron-provider eth1
	assert_equal "$(jq -r '.nics[].failed[].requirement' <<<"$out")" no-bridge
	tap 0 stop
}
