# SPDX-License-Identifier: MIT
# reload and force-reload: what differs is changed, what left the file goes, and nobody
# else notices.

load lib

setup_test()
{
	requires root tun
}

@test "one MTU changes, with one call, and nothing else" {
	local a b

	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[b]
		address = 10.2.0.1/24
	END
	tap 0 start
	a=$(ip -details -json link show dev a; ip -json address show dev a)
	b=$(ip -details -json link show dev b; ip -json address show dev b)
	sed -i '/\[b\]/a mtu = 1400' "$CONFIG"
	traced 0 reload
	assert_equal "$(count_sets)" 1 "calls that set something"
	assert_equal "$(ip -details -json link show dev a; ip -json address show dev a)" "$a"
	assert_equal "$(ip -details -json link show dev b; ip -json address show dev b)" \
		"${b//\"mtu\":1500/\"mtu\":1400}"
	tap 0 status
}

# sends a broadcast frame out of the NIC, which is what a reader of it gets
send_frame()
{
	# a neighbour that nobody is: the kernel asks for it
	ip neighbour flush dev "$1"
	bash -c "echo x >/dev/udp/$2/9" 2>/dev/null || true
}

# frame_heard: has the reader got a frame since $frames were there?
frame_heard()
{
	send_frame a 10.1.0.9
	[ "$(grep -c ^frame "$heard")" -gt "$frames" ]
}

@test "a process on another NIC keeps its descriptor, its link and its traffic" {
	local changes frames=0

	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[b]
	END
	tap 0 start
	attach a
	retry frame_heard
	changes=$(cat /sys/class/net/a/carrier_changes)
	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[b]
		mtu = 1400
		owner = alice
		address = 10.2.0.1/24
	END
	tap 0 reload
	assert_equal "$(cat /sys/class/net/b/owner)" 1001
	config <<-'END'
		[a]
		address = 10.1.0.1/24
	END
	tap 0 reload
	assert_nics a
	kill -0 "$reader"
	assert_equal "$(cat /sys/class/net/a/carrier_changes)" "$changes" "carrier changes"
	frames=$(grep -c ^frame "$heard")
	retry frame_heard
	assert_lacks "$(cat "$heard")" error
}

@test "a NIC in use is adjusted under its user" {
	local changes frames

	config <<-'END'
		[a]
		address = 10.1.0.1/24
	END
	tap 0 start
	attach a
	changes=$(cat /sys/class/net/a/carrier_changes)
	config <<-'END'
		[a]
		address = 10.1.0.1/24, 10.3.0.1/24
		mtu = 1400
		promisc = yes
	END
	tap 0 reload
	tap 0 status
	assert_link a .mtu 1400
	assert_equal "$(cat /sys/class/net/a/carrier_changes)" "$changes" "carrier changes"
	frames=$(grep -c ^frame "$heard") || true
	retry frame_heard
	assert_lacks "$(cat "$heard")" error
}

@test "the owner of a NIC in use cannot be changed: the process is named" {
	config <<<'[a]'
	tap 0 start
	attach a
	config <<-'END'
		[a]
		owner = alice
	END
	tap 1 reload
	assert_matches "$err" "config_tap: a: cannot attach to set owner: attached by attach \(pid $reader\); end it first"
	detach "$reader"
	tap 0 reload
	assert_equal "$(cat /sys/class/net/a/owner)" 1001
}

@test "an owner change of an idle NIC does not make its link flap" {
	local before

	config <<-'END'
		[a]
		vnet_hdr = yes
	END
	tap 0 start
	before=$(cat /sys/class/net/a/carrier_changes)
	config <<-'END'
		[a]
		vnet_hdr = yes
		owner = alice
		group = vms
	END
	tap 0 reload
	assert_equal "$(cat /sys/class/net/a/carrier_changes)" "$before" "carrier changes"
	assert_link a .linkinfo.info_data.vnet_hdr true
	tap 0 status
}

@test "a section that was taken out is removed, one that was put in is made" {
	local before

	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	before=$(link b .ifindex)
	config <<-'END'
		[b]
		[c]
	END
	tap 0 reload
	assert_nics b c
	assert_link b .ifindex "$before"
	tap 0 status
}

@test "a bridge goes in the reload that takes its last port out, and not before" {
	requires bridge
	config <<-'END'
		[br0]
		mode = bridge
		address = 10.9.0.1/24
		[a]
		bridge = br0
	END
	tap 0 start
	config <<-'END'
		[a]
		address = 10.9.0.1/24
	END
	tap 0 --dry-run reload
	assert_contains "$out" "br0: delete"
	assert_nics a br0
	tap 0 reload
	assert_nics a
	assert_equal "$(addresses a)" 10.9.0.1/24
	tap 0 status
}

@test "a bridge without section stays with a port of others" {
	requires bridge veth
	config <<-'END'
		[br0]
		mode = bridge
		[a]
		bridge = br0
	END
	tap 0 start
	ip link add v0 type veth peer v1
	ip link set v0 master br0
	config <<<'[a]'
	tap 1 reload
	assert_contains "$err" "br0: is in use by its port v0"
	assert_nics a br0 v0 v1
	# a waits in the way that the file says
	assert_link a .master null
	ip link delete v0
	tap 0 reload
	assert_nics a
}

@test "a section that was taken out stays while a process is attached" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	attach a
	config <<-'END'
		[b]
		mtu = 1400
	END
	tap 1 reload
	assert_contains "$err" "config_tap: a: is in use by attach (pid $reader)"
	assert_nics a b
	assert_link b .mtu 1400
	detach "$reader"
	tap 0 reload
	assert_nics b
}

@test "reload of a NIC by name leaves the others" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	config <<-'END'
		[a]
		mtu = 1400
		[b]
		mtu = 1400
	END
	tap 0 reload b
	assert_link a .mtu 1500
	assert_link b .mtu 1400
}

@test "a file with a mistake changes nothing" {
	local before

	config <<<'[a]'
	tap 0 start
	before=$(ip -details link show dev a)
	config <<-'END'
		[a]
		mtu = 1400
		[b]
		colour = red
	END
	traced 6 reload
	assert_equal "$(count_sets)" 0
	assert_equal "$(ip -details link show dev a)" "$before"
	assert_nics a
}

@test "force-reload starts where nothing runs, and reloads where something does" {
	local before

	config <<<'[a]'
	tap 0 force-reload
	assert_nics a
	before=$(link a .ifindex)
	config <<-'END'
		[a]
		mtu = 1400
	END
	tap 0 force-reload
	assert_link a .ifindex "$before"
	assert_link a .mtu 1400
}

@test "reload of what matches does nothing" {
	config <<-'END'
		[a]
		address = 10.1.0.1/24
		owner = alice
	END
	tap 0 start
	traced 0 reload
	assert_equal "$(count_sets) $(count_writes)" "0 0"
}

@test "on_stop = keep counts for a section that was taken out as well" {
	config <<-'END'
		[a]
		on_stop = keep
		[b]
	END
	tap 0 start
	config <<<'[b]'
	tap 0 reload
	assert_nics a b
}

@test "what on_stop has left of a section that was taken out is kept, and status is content" {
	config <<-'END'
		[a]
		on_stop = down
		[b]
		on_stop = keep
		carrier = hold
		[c]
	END
	tap 0 start
	config <<<'[c]'
	tap 1 status
	assert_contains "$out" "1 of 1 as configured in $CONFIG, 2 left over"
	tap 0 reload
	tap 0 status
	assert_contains "$out" "1 of 1 as configured in $CONFIG, 2 kept"
	assert_matches "$(grep '^a' <<<"$out")" 'a +kept +.*'
	tap 0 --dry-run reload
	assert_equal "$out" ""
	tap 0 stop
	tap 3 status
	assert_nics a b
	ip link set dev a up
	tap 1 status
	assert_contains "$out" "1 left over, 1 kept"
}

@test "a network namespace that is not there: what is in the old one stays, and is found again" {
	requires root tun
	local command

	ip netns add one
	printf '%s\n' '[a]' 'netns = one' '[b]' | config
	tap 0 start
	for command in reload restart; do
		printf '%s\n' '[a]' 'netns = two' '[b]' | config
		tap 1 "$command"
		assert_contains "$err" "a: there is no network namespace \"two\"; ip netns add two makes one"
		ip -n one link show dev a
	done
	printf '%s\n' '[a]' 'netns = one' '[b]' | config
	tap 0 reload
	tap 0 status
	tap 0 stop
	program 1 ip -n one link show dev a
}

@test "a namespace under its own name, and under none, is the same" {
	requires root tun
	local index

	config <<<'[a]'
	tap 0 start
	index=$(link a .ifindex)
	mkdir -p /run/netns
	: >/run/netns/self
	mount --bind /proc/self/ns/net /run/netns/self
	printf '%s\n' '[a]' 'netns = self' | config
	tap 0 --dry-run reload
	assert_equal "$out" ""
	tap 0 reload
	tap 0 status
	assert_contains "$out" "1 of 1 as configured in $CONFIG"
	assert_lacks "$out" "left over"
	assert_link a .ifindex "$index"
}

@test "what is kept is no use and no reason to run: reload, stop and try-restart agree with status" {
	requires root tun bridge
	printf '%s\n' '[a]' 'on_stop = down' '[b]' 'on_stop = keep' '[c]' | config
	tap 0 start
	config <<<'[c]'
	tap 0 reload
	ip link add br7 type bridge
	ip link set dev a master br7
	tap 0 status
	tap 0 reload
	tap 0 --force reload
	assert_equal "$err" ""
	tap 0 stop
	tap 3 status
	tap 0 try-restart
	assert_nics a b br7
}
