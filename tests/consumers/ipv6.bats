# SPDX-License-Identifier: MIT
# IPv6: addresses that can be used, and dnsmasq, which listens on those that can.

load ../lib
load consumers

# address_flags NIC ADDRESS: those that keep it from being used
address_flags()
{
	ip -json -6 address show dev "$1" | jq -r --arg a "$2" \
		'.[0].addr_info[] | select(.local == $a) | [.tentative, .dadfailed] | map(. == true) | @csv'
}

link_local()
{
	ip -json -6 address show dev "$1" |
		jq -r '.[0].addr_info[] | select(.scope == "link" and .tentative != true) | .local'
}

has_link_local()
{
	[ -n "$(link_local "$1")" ]
}

is_usable()
{
	[ "$(address_flags "$1" "$2")" = "false,false" ]
}

# listens ADDRESS
listens()
{
	ss -H -l -u -n "sport = :53" | grep -qF "[$1]:53"
}

run_dnsmasq()
{
	spawn "$T/log" dnsmasq --no-daemon --conf-file=/dev/null --pid-file="$T/dnsmasq.pid" \
		--user=root --no-resolv --no-hosts --bind-interfaces --interface=eth1
}

start_dnsmasq()
{
	run_dnsmasq
	says "$T/log" "started"
}

@test "dad = yes: tentative for ever when idle, usable when held" {
	requires root tun ipv6
	config <<-'END'
		[eth1]
		address = fd00:20::1/64
		dad = yes
		carrier = none
	END
	tap 0 start
	assert_operstate eth1 down
	sleep 2
	assert_equal "$(address_flags eth1 fd00:20::1)" "true,false"
	assert_equal "$(link_local eth1)" ""

	with_carrier hold
	retry is_usable eth1 fd00:20::1 || fail "still $(address_flags eth1 fd00:20::1)"
	retry has_link_local eth1
	tap 0 stop
}

@test "dad = no: usable at once, but only a held NIC has a link-local address" {
	requires root tun ipv6
	config <<-'END'
		[eth1]
		address = fd00:20::1/64
		carrier = none
	END
	tap 0 start
	assert_operstate eth1 down
	assert_equal "$(address_flags eth1 fd00:20::1)" "false,false"
	assert_equal "$(link_local eth1)" ""

	with_carrier hold
	assert_equal "$(address_flags eth1 fd00:20::1)" "false,false"
	retry has_link_local eth1
	tap 0 stop
}

@test "dnsmasq: no listener on an idle NIC with dad = yes, one on a held NIC" {
	requires root tun ipv6
	needs dnsmasq ss
	config <<-'END'
		[eth1]
		address = 10.20.0.1/24, fd00:20::1/64
		dad = yes
		carrier = none
	END
	tap 0 start
	assert_operstate eth1 down
	start_dnsmasq
	retry eval 'ss -H -l -u -n "sport = :53" | grep -qF 10.20.0.1:53'
	! listens fd00:20::1 || fail "dnsmasq listens on an address that is tentative"
	assert_judged no dnsmasq eth1
	finish "$spawned"

	with_carrier hold
	retry is_usable eth1 fd00:20::1
	start_dnsmasq
	retry listens fd00:20::1 || fail "$(ss -l -u -n)"
	assert_judged yes dnsmasq eth1
	finish "$spawned"
	tap 0 stop
}

@test "dnsmasq: an IPv4 address will do, on a NIC that is idle and down; none will not" {
	requires root tun
	needs dnsmasq ss
	printf '%s\n' '[eth1]' 'address = 10.20.0.1/24' 'up = no' | config
	tap 0 start
	start_dnsmasq
	retry eval 'ss -H -l -u -n "sport = :53" | grep -qF 10.20.0.1:53'
	assert_judged yes dnsmasq eth1
	finish "$spawned"

	echo '[eth1]' | config
	tap 0 reload
	run_dnsmasq
	says "$T/log" "unknown interface eth1"
	assert_judged no dnsmasq eth1
	finish "$spawned"
	tap 0 stop
}
