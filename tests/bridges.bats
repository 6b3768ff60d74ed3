# SPDX-License-Identifier: MIT
# Bridges that NICs only name: made for them, and gone with the last of them, unless somebody
# uses them.

load lib

setup_test()
{
	requires root tun bridge
	config <<-'END'
		[a]
		bridge = br7
		[b]
		bridge = br7
	END
}

# in_use TEXT: stop leaves the bridge alone, and says who uses it; by force it goes
in_use()
{
	tap 1 stop
	assert_equal "$err" "config_tap: br7: is in use by $1; --force removes it all the same"
	assert_contains "$(nics)" br7
	# and so does the next one
	tap 1 stop
	assert_contains "$err" "br7: is in use by $1"
}

@test "it goes with its last port" {
	tap 0 start
	tap 0 stop a
	assert_nics b br7
	tap 0 stop b
	assert_nics ""
}

@test "an address that somebody gave it keeps it" {
	tap 0 start
	ip address add 192.168.100.50/24 dev br7
	in_use "somebody who has given it the address 192.168.100.50/24"
	tap 0 --force stop
	assert_nics ""
}

@test "a restart does not touch it, nor what others gave it" {
	local index

	tap 0 start
	index=$(link br7 .ifindex)
	ip address add 192.168.100.50/24 dev br7
	tap 0 restart
	assert_link br7 .ifindex "$index"
	assert_equal "$(addresses br7)" 192.168.100.50/24
	assert_link a .master br7
	# reload takes out what has left the file, and the bridge stays for the other
	config <<-'END'
		[b]
		bridge = br7
	END
	tap 0 reload
	assert_nics b br7
	config <<<'[b]'
	tap 0 status || tap 1 status
	tap 0 reload
	assert_nics b br7
}

@test "a port of somebody else's keeps it" {
	requires veth
	tap 0 start
	ip link add dev lan type veth peer name lan-1
	ip link set dev lan master br7
	in_use "its port lan"
	ip link del dev lan
	tap 0 stop
	assert_nics ""
}

@test "an interface that stands on it keeps it" {
	requires macvlan
	tap 0 start
	ip link add dev up0 link br7 type macvlan
	in_use "the interface up0 (macvlan), which is on top of it"
	ip link del dev up0
	tap 0 stop
	assert_nics ""
}

@test "down, it lets nothing through: status says so, and start brings it up" {
	tap 0 start
	ip link set dev br7 down
	tap 1 status
	assert_contains "$out" "br7"
	tap 0 --dry-run start
	assert_equal "$out" "br7: set up yes"
	tap 0 start
	assert_flag br7 UP
	tap 0 status
	assert_lacks "$out" "br7  "
	tap 0 stop
	assert_nics ""
}

@test "renamed it is ours as well" {
	tap 0 start
	ip link set dev br7 name other
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 start
	assert_nics a b other
	# who is to join it is told
	printf '[c]\nbridge = br7\n' >>"$CONFIG"
	tap 1 start
	assert_contains "$err" "c: its bridge br7 is now called other"
	assert_nics a b other
	tap 0 stop
	assert_nics ""
}

@test "deleted, it is made anew, and goes as before" {
	tap 0 start
	ip link del dev br7
	tap 0 start
	assert_nics a b br7
	assert_link a .master br7
	tap 0 stop
	assert_nics ""
}

@test "two files share one: it goes with the last of both" {
	local CONFIG=$CONFIG

	tap 0 start
	CONFIG=$T/other
	printf '[c]\nbridge = br7\n' >"$CONFIG"
	tap 0 start
	assert_link c .master br7
	CONFIG=$T/config
	tap 0 stop
	assert_nics br7 c
	CONFIG=$T/other
	tap 0 stop
	assert_nics ""
}
