# SPDX-License-Identifier: MIT
# A real Open vSwitch with its userspace datapath, and taps as ports of it.

load ../lib
load consumers
load switch

setup_test()
{
	requires root tun
	prepare_switch
	printf '%s\n' '[t]' 'ovs_bridge = sw' | config
}

# With what is in the database
start_database_again()
{
	rm -f /run/openvswitch/*.pid /run/openvswitch/db.sock
	start_server
	start_vswitchd
}

start_switch()
{
	start_database
	start_vswitchd
	ovs-vsctl --timeout=20 add-br sw -- set bridge sw datapath_type=netdev
}

ports()
{
	ovs-vsctl --timeout=10 list-ports "$1" | xargs
}

@test "the tap is a port while it is configured, and no other time" {
	local before

	start_switch
	tap 0 start
	assert_equal "$(ports sw)" t
	# the switch has really taken it
	retry has_no_error
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	before=$(link t .ifindex)

	ovs-vsctl --timeout=10 del-port sw t
	tap 1 status
	assert_contains "$out" "    ovs_bridge is none, configured: sw"
	tap 1 --json status
	assert_equal "$(jq -c '.nics[0].differences' <<<"$out")" \
		'[{"key":"ovs_bridge","is":null,"configured":"sw"}]'
	tap 0 --verbose start
	assert_equal "$err" "config_tap: t: set ovs_bridge sw"
	assert_equal "$(ports sw)" t

	echo '[t]' | config
	tap 0 reload
	assert_equal "$(ports sw)" ""
	assert_link t .ifindex "$before"
	tap 0 status
}

has_no_error()
{
	[ "$(ovs-vsctl --timeout=10 get interface t error ofport | xargs)" != "" ] &&
		[ "$(ovs-vsctl --timeout=10 get interface t error)" = "[]" ]
}

@test "stop takes the port out of the switch, with its NIC" {
	start_switch
	tap 0 start
	retry has_no_error
	tap 0 stop
	assert_equal "$(ports sw)" ""
	[ ! -e /sys/class/net/t ] || fail "the NIC is there"
}

@test "a NIC that stays at stop is a port again after restart" {
	start_switch
	echo 'on_stop = down' >>"$CONFIG"
	tap 0 start
	tap 0 restart
	assert_equal "$(ports sw)" t
	tap 0 status
	tap 0 stop
	assert_equal "$(ports sw)" ""
}

@test "a NIC that has vanished by itself: stop still takes the port out" {
	start_switch
	tap 0 start
	ip link del dev t
	assert_equal "$(ports sw)" t
	tap 0 stop
	assert_equal "$(ports sw)" ""
	# and it is forgotten
	tap 0 --dry-run stop
	assert_equal "$out" ""
}

@test "from one switch to another" {
	start_switch
	ovs-vsctl --timeout=20 add-br other -- set bridge other datapath_type=netdev
	tap 0 start
	printf '%s\n' '[t]' 'ovs_bridge = other' | config
	tap 0 reload
	assert_equal "$(ports sw) / $(ports other)" " / t"
	tap 0 status
}

@test "a port that somebody has moved to another bridge stays there" {
	start_switch
	ovs-vsctl --timeout=20 add-br other -- set bridge other datapath_type=netdev
	tap 0 start
	ovs-vsctl --timeout=10 del-port sw t -- add-port other t
	echo '[t]' | config
	tap 0 reload
	assert_equal "$(ports sw) / $(ports other)" " / t"
}

@test "a bridge that the switch does not have: what ovs-vsctl says, and no NIC" {
	start_switch
	printf '%s\n' '[t]' 'ovs_bridge = nowhere' | config
	tap 1 start
	assert_equal "$err" "config_tap: t: cannot set ovs_bridge nowhere: ovs-vsctl: no bridge named nowhere"
	[ ! -e /sys/class/net/t ] || fail "the NIC is there"
}

@test "no switch runs: the NIC is made, with one warning for all of them" {
	printf '%s\n' 'ovs_bridge = sw' '[t]' '[u]' '[v]' | config
	tap 0 start
	assert_equal "$(grep -c 'warning: t: Open vSwitch does not answer: .*db.sock' <<<"$err")" 1
	assert_equal "$(wc -l <<<"$err")" 1
	assert_nics t u v
	tap 1 status
	assert_contains "$out" "    ovs_bridge is none, configured: sw"

	# it comes later, as it does at boot; where udev runs, the last look expects no port either
	tap 0 stop
	mkdir -p /run/udev/data
	: >/run/udev/control
	meddle udev another 02:00:00:00:66:66
	tap 0 start
	assert_equal "$(wc -l <<<"$err")" 1
	start_switch
	tap 0 start
	assert_equal "$(ports sw)" "t u v"
	tap 0 status
	tap 0 stop
	assert_equal "$(ports sw)" ""
}

@test "the switch ends first, as it does at halt: its database keeps our ports" {
	start_switch
	tap 0 start
	kill "$(cat /run/openvswitch/ovs-vswitchd.pid)" "$(cat /run/openvswitch/ovsdb-server.pid)"
	wait "${background[@]}" || true
	background=()
	tap 0 --force stop
	assert_matches "$err" 'config_tap: warning: t: Open vSwitch does not answer: .*; if its database has the NIC as a port, it stays there'
	assert_nics ovs-netdev sw
	ip link del dev sw
	ip link del dev ovs-netdev

	# after the boot it is there before the switch is, and no warning is due once that runs
	tap 0 start
	start_database_again
	tap 0 start
	assert_equal "$err" ""
	tap 0 status
	tap 0 stop
	assert_equal "$(ports sw)" ""
}

@test "a database that hangs costs a start seconds, whatever number of NICs there is, and no NIC" {
	start_switch
	kill -STOP "$(cat /run/openvswitch/ovsdb-server.pid)"
	printf '%s\n' 'ovs_bridge = sw' '[t%d]' 'count = 20' | config
	LIMIT=40 tap 0 start
	assert_equal "$err" "config_tap: warning: t0: Open vSwitch does not answer: its database does not answer; the NIC is there without it, and the next start tries again"
	[ -e /sys/class/net/t19 ]
	LIMIT=40 tap 0 --force --quiet stop
	[ ! -e /sys/class/net/t0 ]
	kill -CONT "$(cat /run/openvswitch/ovsdb-server.pid)"
}

@test "a port that was in the database before keeps its record, its tag and its place" {
	start_switch
	ovs-vsctl --timeout=10 --no-wait add-port sw t tag=7
	tap 0 start
	retry has_no_error
	tap 0 status
	tap 0 restart
	assert_equal "$(ovs-vsctl --timeout=10 get port t tag)" 7
	tap 0 stop
	assert_nics ovs-netdev sw
	assert_equal "$(ports sw)" t

	# by its VLAN's name, as Open vSwitch calls a bridge within a bridge
	ovs-vsctl --timeout=10 --no-wait del-port sw t -- add-br vlan9 sw 9
	echo '[t]
	ovs_bridge = vlan9' | config
	tap 0 start
	assert_equal "$(ovs-vsctl --timeout=10 get port t tag)" 9
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 stop
	assert_equal "$(ports vlan9)" ""
}

@test "ovs-vsctl is not installed" {
	local path

	for path in /usr/bin/ovs-vsctl /usr/local/bin/ovs-vsctl /usr/sbin/ovs-vsctl; do
		[ ! -e "$path" ] || mount --bind /dev/null "$path"
	done
	tap 1 start
	assert_equal "$err" "config_tap: t: cannot set ovs_bridge sw: ovs-vsctl is not installed"
	assert_nics ""
}

# As devstack and kolla do it with their one NIC
move_to_switch()
{
	ovs-vsctl --timeout=10 add-port sw t
	ip address del 10.40.0.2/24 dev t
	ip address add 10.40.0.2/24 dev sw
	ip link set dev sw up
}

@test "taken into a switch, its address on the internal port: in place, and stop names the switch" {
	local before

	start_switch
	printf '%s\n' '[t]' 'address = 10.40.0.2/24' 'routes = 10.50.0.0/16 via 10.40.0.9' | config
	tap 0 start
	move_to_switch
	ip route add 10.50.0.0/16 via 10.40.0.9 dev sw
	before=$(ip -4 -o address; ports sw)
	tap 0 status
	assert_contains "$out" "    is in the Open vSwitch bridge sw, where somebody else has put it, and stays there"
	tap 0 start
	tap 0 reload
	assert_equal "$(ip -4 -o address; ports sw)" "$before"
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 1 stop
	assert_contains "$err" "is in use by the Open vSwitch bridge sw"
	[ -e /sys/class/net/t ]

	# a route that was lost on the way goes where the address went
	ip route del 10.50.0.0/16
	tap 0 start
	assert_contains "$(ip route show 10.50.0.0/16)" "dev sw"
	tap 0 status

	tap 0 --force stop
	assert_contains "$err" "was in use by the Open vSwitch bridge sw; restart what had put it there"
	assert_equal "$(ports sw)" t
}

@test "taken from one switch into another: it stays, whatever the file says" {
	start_switch
	ovs-vsctl --timeout=20 add-br other -- set bridge other datapath_type=netdev
	tap 0 start
	ovs-vsctl --timeout=10 del-port sw t -- add-port other t
	tap 0 status
	assert_contains "$out" "is in the Open vSwitch bridge other, where somebody else has put it, and stays there; configured: sw"
	tap 0 start
	tap 0 reload
	assert_equal "$(ports sw) / $(ports other)" " / t"
	tap 1 stop
}

@test "a port of ours whose NIC left the file while nobody was there goes with the next start" {
	start_switch
	tap 0 start
	ip link del dev t
	rm -rf "$RUN"
	echo '[t]' | config
	tap 0 start
	assert_equal "$(ports sw)" ""
	tap 0 --dry-run start
	assert_equal "$out" ""
}

@test "a user may not ask the switch: the record is believed, and a dry run refuses nothing" {
	start_switch
	tap 0 start
	chmod 750 /run/openvswitch/db.sock
	as_user 1001 tap 0 status
	as_user 1001 tap 0 --dry-run stop
	tap 0 stop
}

@test "a database that hangs: stop cannot tell, and --force does without" {
	start_switch
	echo '[t]' | config
	tap 0 start
	as=(strace -q -o /dev/null -e 'inject=clone,clone3,?fork,?vfork:error=EAGAIN')
	tap 1 stop
	as=()
	assert_contains "$err" "is in use by Open vSwitch, perhaps: it is running, and does not answer"
	kill -STOP "$(cat /run/openvswitch/ovsdb-server.pid)"
	printf '%s\n' '[t]' 'ovs_bridge = sw' | config
	tap 4 status
	assert_contains "$out" "cannot tell whether it is in the Open vSwitch bridge sw, which does not answer"
	echo '[t]' | config
	tap 1 stop
	assert_contains "$err" "is in use by Open vSwitch, perhaps: it is running, and does not answer"
	tap 0 --force stop
	[ ! -e /sys/class/net/t ] || fail "the NIC is there"
	kill -CONT "$(cat /run/openvswitch/ovsdb-server.pid)"
}

# sent NIC: how many frames the switch has given to that port
sent()
{
	ovs-vsctl --timeout=10 get interface "$1" statistics:tx_packets
}

has_no_mac()
{
	[ "$(ovs-vsctl --timeout=10 get interface "$1" mac_in_use)" = '"00:00:00:00:00:00"' ]
}

# What "ovs", "kolla-external", "devstack" and the like of --for rest on.
@test "a port without a link is sent nothing, a held one is; a tun is a port without a MAC" {
	start_switch
	printf '%s\n' 'ovs_bridge = sw' '[t]' 'carrier = hold' '[idle]' | config
	tap 0 start
	retry has_no_error
	# flooded to all ports
	ip address add 10.40.0.1/24 dev sw
	ip link set dev sw up
	retry eval 'ping -q -c 1 -W 1 10.40.0.2 >/dev/null; [ "$(sent t)" -gt 3 ]' ||
		fail "the held port is sent nothing"
	assert_equal "$(sent idle)" 0
	assert_judged yes ovs t
	assert_judged no ovs idle
	tap 0 stop

	printf '%s\n' '[tun0]' 'mode = tun' | config
	tap 0 start
	ovs-vsctl --timeout=10 add-port sw tun0
	retry has_no_mac tun0 || fail "$(ovs-vsctl --timeout=10 list interface tun0)"
	ovs-vsctl --timeout=10 del-port sw tun0
	assert_judged no ovs tun0
	tap 0 stop
}

@test "a bridge is a port" {
	requires bridge
	start_switch
	printf '%s\n' '[eth1]' 'mode = bridge' '[t]' 'bridge = eth1' 'carrier = hold' | config
	tap 0 start
	ovs-vsctl --timeout=20 add-port sw eth1
	retry eval '[ "$(ovs-vsctl --timeout=10 get interface eth1 error)" = "[]" ]'
	ip address add 10.40.0.1/24 dev sw
	ip link set dev sw up
	retry eval 'ping -q -c 1 -W 1 10.40.0.2 >/dev/null; [ "$(sent eth1)" -gt 3 ]' ||
		fail "the bridge is sent nothing"
	assert_judged yes ovs eth1
	ovs-vsctl --timeout=10 del-port sw eth1
	tap 0 stop
}
