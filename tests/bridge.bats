# SPDX-License-Identifier: MIT
# Bridges that have a section of their own.

load lib

setup_test()
{
	requires root tun bridge
}

is_gone()
{
	[ ! -e "/sys/class/net/$1" ]
}

addresses()
{
	ip -json address show dev "$1" | jq -r '[.[0].addr_info[] | select(.scope == "global") | .local] | join(" ")'
}

@test "made before its ports, with all that a section sets, and removed with them" {
	config <<-'END'
		[a]
		bridge = br0
		[br0]
		mode = bridge
		address = 10.7.0.1/24, fd00::1/64
		mtu = 1400
		stp = yes
		[b]
		bridge = br0
		mtu = 1400
	END
	tap 0 --dry-run start
	assert_contains "${out%%$'\n'*}" "br0: create bridge"
	tap 0 start
	assert_equal "$err" ""
	assert_equal "$(link a .master) $(link b .master)" "br0 br0"
	assert_equal "$(addresses br0)" "10.7.0.1 fd00::1"
	assert_equal "$(link br0 '[.mtu, .linkinfo.info_data.stp_state] | @csv')" "1400,1"
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "it stays when its last port goes" {
	config <<-'END'
		[br0]
		mode = bridge
		[a]
		bridge = br0
	END
	tap 0 start
	tap 0 stop a
	assert_nics "br0"
	tap 0 stop
	assert_nics ""
}

@test "with a port that stays it is in use" {
	config <<-'END'
		[br0]
		mode = bridge
		[a]
		bridge = br0
	END
	tap 0 start
	tap 1 stop br0
	assert_contains "$err" "br0: is in use by its port a; --force removes it all the same"
	assert_nics "a br0"
	ip link add name other type veth peer name otherp
	ip link set other master br0
	tap 1 stop
	assert_contains "$err" "br0: is in use by its port other"
	is_gone a
	tap 0 --force stop
	is_gone br0
}

@test "with an address that others gave it it is in use" {
	config <<-'END'
		[br0]
		mode = bridge
		address = 10.7.0.1/24
	END
	tap 0 start
	ip address add 10.8.0.1/24 dev br0
	tap 1 stop
	assert_contains "$err" "somebody who has given it the address 10.8.0.1/24"
	ip address del 10.8.0.1/24 dev br0
	tap 0 stop
	assert_nics ""
}

@test "a section that goes, and comes back, changes it in place" {
	local index

	config <<-'END'
		[br0]
		mode = bridge
		address = 10.7.0.1/24
		[a]
		bridge = br0
	END
	tap 0 start
	index=$(link br0 .ifindex)
	config <<-'END'
		[a]
		bridge = br0
	END
	tap 0 --dry-run reload
	assert_equal "$out" "br0: remove address 10.7.0.1/24"
	tap 0 reload
	assert_equal "$(link br0 .ifindex) $(addresses br0)" "$index "
	tap 0 status
	config <<-'END'
		[br0]
		mode = bridge
		address = 10.7.0.2/24
		[a]
		bridge = br0
	END
	tap 0 reload
	assert_equal "$(link br0 .ifindex) $(addresses br0)" "$index 10.7.0.2"
	tap 0 stop a
	assert_nics "br0"
	tap 0 stop
	assert_nics ""
}

@test "one that on_stop has kept stays as it was when a port names it, whatever the command" {
	local index on_stop command

	for on_stop in keep down; do
		for command in start reload restart; do
			echo "on_stop = $on_stop, $command"
			config <<-END
				[br0]
				mode = bridge
				address = 10.7.0.1/24, fd00::1/64
				stp = yes
				on_stop = $on_stop
				[a]
			END
			tap 0 start
			index=$(link br0 .ifindex)
			config <<<'[a]'
			tap 0 reload
			tap 0 status
			assert_contains "$out" "1 kept"
			printf '%s\n' '[a]' 'bridge = br0' | config
			tap 0 "$command"
			assert_equal "$(link a .master) $(link br0 .ifindex) $(link br0 .linkinfo.info_data.stp_state)" "br0 $index 1"
			assert_flag br0 UP
			assert_equal "$(addresses br0)" "10.7.0.1 fd00::1"
			tap 0 status
			tap 0 --dry-run "$command"
			assert_lacks "$out" br0:
			config <<<'[b]'
			tap 0 reload
			tap 0 status
			assert_contains "$out" "1 kept"
			tap 0 stop
			assert_nics br0
			assert_contains "$(addresses br0)" 10.7.0.1
			ip link del dev br0
			tap 0 stop
		done
	done
}

@test "a port of one that was renamed: no second one takes its record" {
	config <<-'END'
		[br0]
		mode = bridge
		on_stop = keep
	END
	tap 0 start
	ip link set dev br0 name br1
	printf '%s\n' '[a]' 'bridge = br0' | config
	tap 1 start
	assert_contains "$err" "a: its bridge br0 is now called br1; rename it back"
	assert_nics br1
	tap 0 stop
	ip link set dev br1 name br0
	tap 0 start
	assert_equal "$(link a .master)" br0
}

@test "one without a section goes with its last port, as ever" {
	config <<-'END'
		[a]
		bridge = br0
	END
	tap 0 start
	tap 0 stop
	assert_nics ""
}

@test "what becomes a bridge by force is one before its ports come" {
	local held

	for held in none hold; do
		printf '%s\n' '[x]' "carrier = $held" '[a]' | config
		tap 0 start
		printf '%s\n' '[a]' 'bridge = x' '[x]' 'mode = bridge' '[b]' 'bridge = x' | config
		tap 1 start
		assert_contains "$err" "x: is a tap, and the file says bridge"
		tap 0 --force --dry-run start
		assert_equal "${out%%$'\n'*}" "x: delete"
		tap 0 --force start
		assert_equal "$err" ""
		assert_equal "$(link a .master) $(link b .master)" "x x"
		tap 0 --force --dry-run start
		assert_equal "$out" ""
		tap 0 stop
		assert_nics ""
	done
}

@test "a foreign bridge is adopted, and not deleted" {
	ip link add br0 type bridge
	config <<-'END'
		[br0]
		mode = bridge
		address = 10.7.0.1/24
	END
	tap 0 start
	assert_equal "$(addresses br0)" "10.7.0.1"
	tap 0 stop
	assert_equal "$(addresses br0)" ""
	assert_nics "br0"
}

@test "what is no bridge is not taken for one" {
	ip link add name br0 type veth peer name brp
	config <<-'END'
		[br0]
		mode = bridge
	END
	tap 1 start
	assert_contains "$err" "br0: exists already and is a veth, not a bridge"
}

@test "a port with a larger MTU than that of a vxlan beside it is warned of" {
	config <<-'END'
		[br0]
		mode = bridge
		mtu = 1500
		[seg]
		mode = vxlan
		vni = 7
		local = 10.0.0.1
		peers = 10.0.0.1, 10.0.0.2
		bridge = br0
		[a]
		bridge = br0
		[b]
		bridge = br0
		mtu = 1450
	END
	tap 0 check
	assert_equal "$(grep -c warning <<<"$err")" 2
	assert_contains "$err" "[br0] mtu: 1500 bytes is more than the 1450 of its port seg"
	assert_contains "$err" "[a] mtu: 1500 bytes is more than the 1450 of seg in the same bridge, br0"
}

@test "ipv6 = no and link_local = no, and back" {
	config <<-'END'
		ipv6 = no
		[a]
		[br0]
		mode = bridge
		ipv6 = yes
		link_local = no
		[c]
		address = fd00::1/64
	END
	tap 0 start
	assert_equal "$(cat /proc/sys/net/ipv6/conf/{a,br0,c}/disable_ipv6 | xargs)" "1 0 0"
	tap 0 --dry-run start
	assert_equal "$out" ""
	echo 0 >/proc/sys/net/ipv6/conf/a/disable_ipv6
	tap 1 status
	assert_contains "$out" "ipv6 is yes, configured: no"
	config <<-'END'
		[a]
		[br0]
		mode = bridge
		[c]
		ipv6 = no
	END
	ip address add fd00::9/64 dev c
	tap 1 reload
	assert_contains "$err" "c: has the IPv6 address fd00::9/64, which somebody else gave it and ipv6 = no would remove"
	tap 0 --force reload
	assert_equal "$(cat /proc/sys/net/ipv6/conf/{a,br0,c}/disable_ipv6 | xargs)" "0 0 1"
}

@test "a port without its bridge, which has a section: half a bridge is none" {
	requires root tun bridge
	printf '%s\n' '[br0]' 'mode = bridge' 'address = 10.1.0.1/24' '[p]' 'bridge = br0' | config
	tap 1 start p
	assert_equal "$err" "config_tap: p: its bridge br0 has a section of its own, and is not there; config_tap start br0 p makes both"
	assert_nics ""
	tap 3 status p
	tap 0 start br0 p
	tap 0 stop
	# the bridge is the first for which there are no sockets
	as=(strace -q -o /dev/null -e trace=bind -e inject=bind:error=ENOMEM:when=1)
	tap 1 start
	as=()
	assert_contains "$err" "p: its bridge br0 has a section of its own"
	assert_nics ""
	# what makes no bridge needs none
	tap 0 start
	ip link del dev br0
	tap 0 hold p
	tap 0 release p
	ip link add other type bridge
	ip link set dev p master other
	tap 0 start p
	tap 0 --force stop
}

@test "what a kill leaves goes at the next stop, with the addresses that it has by then" {
	local call

	requires root bridge
	printf '%s\n' '[br0]' 'mode = bridge' 'address = 10.1.0.1/24, fd00:1::1/64' \
		'routes = 10.9.0.0/16 via 10.1.0.2' | config
	for call in sendto:{2..7} rename:1 ioctl:1; do
		strace -f -o /dev/null -e trace="${call%:*}" \
			-e inject="${call%:*}:signal=KILL:when=${call#*:}" \
			"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start >/dev/null 2>&1 || true
		echo "--- $call: $(nics)"
		tap 0 stop
		assert_nics ""
		# and a start after it knows all of it as ours
		strace -f -o /dev/null -e trace="${call%:*}" \
			-e inject="${call%:*}:signal=KILL:when=${call#*:}" \
			"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start >/dev/null 2>&1 || true
		tap 0 start
		tap 0 stop
		assert_nics ""
	done
}

@test "an adopted NIC that was in the bridge already stays in it, and keeps what it had" {
	requires root tun bridge
	ip link add br7 type bridge
	ip tuntap add dev x mode tap user root
	ip link set dev x master br7 mtu 1400 up
	printf '%s\n' '[x]' 'bridge = br7' 'mtu = 1400' | config
	tap 0 start
	config <<<'[x]'
	tap 0 --dry-run start
	assert_equal "$out" ""
	printf '%s\n' '[x]' 'bridge = br7' | config
	tap 0 reload
	tap 0 stop
	assert_link x .master br7
	assert_link x .mtu 1400
	# and what we have put there goes
	ip link set dev x nomaster
	tap 0 start
	assert_link x .master br7
	tap 0 stop
	assert_link x .master null
}
