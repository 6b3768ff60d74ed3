# SPDX-License-Identifier: MIT
# What a dry run says is what is done, step by step and in that order, bridges included.

load lib

setup_test()
{
	requires root tun bridge
}

# as_said COMMAND...: a dry run of it, then the command itself, which says what it does
as_said()
{
	local said

	tap 0 --dry-run "$@"
	said=$out
	tap 0 --verbose "$@"
	assert_equal "$(sed -n 's/^config_tap: \([a-z0-9.]*: \)/\1/p' <<<"$err")" "$said" "$*"
}

@test "start, and stop" {
	printf '%s\n' 'carrier = hold' 'bridge = br7' '[a]' '[b]' | config
	as_said start
	as_said stop
}

@test "a bridge goes with the last NIC that reload takes out of it" {
	printf '%s\n' 'bridge = br7' '[a]' '[b]' | config
	tap 0 start
	printf '%s\n' '[a]' 'bridge = br8' '[b]' | config
	as_said reload
	assert_nics a b br8
	assert_contains "$err" "br7: delete"
}

@test "a bridge stays for one NIC when another one leaves it" {
	printf '%s\n' 'bridge = br7' '[a]' '[b]' | config
	tap 0 start
	printf '%s\n' '[a]' '[b]' 'bridge = br7' | config
	as_said reload
	assert_nics a b br7
	printf '%s\n' '[a]' | config
	as_said reload
	assert_nics a
}

@test "restart: what stop takes is made anew" {
	printf '%s\n' '[a]' 'bridge = br7' 'address = fe80::5/64' '[b]' 'on_stop = keep' \
		'carrier = hold' '[c]' 'on_stop = down' '[br9]' 'mode = bridge' '[d]' \
		'bridge = br9' 'routes = 192.168.7.0/24' | config
	tap 0 start
	as_said restart
	as_said restart a
	as_said restart d
}

@test "restart: a bridge that goes with its last port, and has come into the file as a section" {
	printf '%s\n' '[a]' 'bridge = br7' | config
	tap 0 start
	printf '%s\n' '[br7]' 'mode = bridge' '[v]' | config
	as_said restart
	assert_contains "$out$err" "br7: create bridge"
}

@test "reload: a bridge that lost its last port, which comes back" {
	printf '%s\n' '[a]' 'bridge = br7' | config
	tap 0 start
	ip link del dev a
	as_said reload
	assert_lacks "$out$err" "br7: delete"
	assert_contains "$(ip -br link show master br7)" "a "
}

@test "restart: what is not ours is adopted again" {
	ip tuntap add dev a mode tap
	ip link add dev br7 type bridge
	printf '%s\n' '[a]' 'address = 10.1.0.1/24' 'routes = 192.168.7.0/24' 'bridge = br7' \
		'mtu = 1400' '[br7]' 'mode = bridge' 'address = 10.2.0.1/24' 'up = yes' | config
	tap 0 start
	as_said restart
	as_said stop
	as_said start
}

@test "restart: a vxlan in a bridge of its own" {
	requires vxlan
	printf '%s\n' '[x]' 'mode = vxlan' 'vni = 7' 'local = 10.9.0.1' 'peers = 10.9.0.2' \
		'bridge = br7' | config
	as_said start
	as_said restart
	printf '%s\n' '[x]' 'mode = vxlan' 'vni = 7' 'local = 10.9.0.1' 'peers = 10.9.0.3' | config
	as_said reload
	as_said stop
}

@test "restart: a section that has left, and a NIC of it that was renamed" {
	printf '%s\n' '[a]' '[b]' '[c]' | config
	tap 0 start
	ip link set dev b down
	ip link set dev b name b2
	printf '%s\n' '[b]' '[c]' | config
	as_said restart
	ip link set dev c down
	ip link set dev c name c2
	as_said reload
}

@test "a bridge whose last port somebody has taken out goes once, whatever comes after" {
	local command

	for command in start reload restart; do
		printf '%s\n' '[a]' 'bridge = br7' '[b]' | config
		tap 0 start
		ip link set dev a nomaster
		printf '%s\n' '[a]' '[b]' | config
		as_said "$command"
		assert_nics a b
	done
}
