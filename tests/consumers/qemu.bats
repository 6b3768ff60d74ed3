# SPDX-License-Identifier: MIT
# QEMU, run by the NIC's owner, who is not root. The machine has no processor that
# runs: what counts is that its NIC is attached.

load ../lib
load consumers

# qemu LOG NIC [OPTION]: as alice; with further options of the network device
start_qemu()
{
	spawn "$1" setpriv --reuid=1001 --regid=1001 --clear-groups -- qemu-system-x86_64 \
		-machine none -nodefaults -nographic -S -monitor none -serial none \
		-netdev "tap,id=n0,ifname=$2,script=no,downscript=no${3-}"
}

# users_of NIC: their names, by status
users_of()
{
	tap 0 --json status >/dev/null
	jq -r --arg nic "$1" '[.nics[] | select(.name == $nic) | .users[].comm] | unique | join(" ")' \
		<<<"$out"
}

is_used_by()
{
	[ "$(users_of "$1")" = "$2" ]
}

assert_used_by()
{
	retry is_used_by "$1" "$2" || assert_equal "$(users_of "$1")" "$2" "who uses $1"
}

@test "attaches to an idle NIC, not to a held one, and again after release" {
	requires root tun
	needs qemu-system-x86_64
	config <<-'END'
		[vm0]
		owner = alice
		carrier = none
	END
	tap 0 start
	assert_judged yes qemu vm0
	start_qemu "$T/log" vm0
	assert_used_by vm0 qemu-system-x86
	assert_operstate vm0 up
	tap 1 status --for qemu
	tap 1 stop
	assert_contains "$err" "vm0: is in use by qemu-system-x86 (pid $spawned)"
	finish "$spawned"
	assert_operstate vm0 down

	with_carrier hold
	assert_operstate vm0 up
	start_qemu "$T/log" vm0
	says "$T/log" "Device or resource busy"
	assert_judged no qemu vm0
	finish "$spawned"
	assert_says_busy

	tap 0 release vm0
	start_qemu "$T/log" vm0
	assert_used_by vm0 qemu-system-x86
	tap 1 hold vm0
	assert_contains "$err" "attached by qemu-system-x86 (pid $spawned)"
	finish "$spawned"
	tap 0 hold vm0
	assert_operstate vm0 up
	assert_says_busy
	tap 0 stop
}

@test "what is down stays down, and a tun is not taken for a tap" {
	requires root tun
	needs qemu-system-x86_64
	printf '%s\n' 'owner = alice' '[vm0]' 'up = no' '[tun0]' 'mode = tun' | config
	tap 0 start
	start_qemu "$T/log" vm0
	assert_used_by vm0 qemu-system-x86
	assert_no_flag vm0 UP
	finish "$spawned"
	assert_judged no qemu vm0

	start_qemu "$T/log" tun0
	says "$T/log" "Invalid argument"
	assert_judged no qemu tun0
	finish "$spawned"
	tap 0 stop
}

@test "two queues on a shared NIC: it attaches and leaves, and the link does not notice" {
	requires multi_queue
	needs qemu-system-x86_64
	config <<-'END'
		[vm0]
		owner = alice
		multi_queue = yes
		vnet_hdr = yes
		carrier = shared
	END
	tap 0 start
	assert_operstate vm0 up
	assert_judged yes qemu vm0
	changes=$(cat /sys/class/net/vm0/carrier_changes)
	for turn in 1 2; do
		start_qemu "$T/log.$turn" vm0 ,queues=2
		assert_used_by vm0 qemu-system-x86
		tap 0 status
		assert_matches "$(grep '^vm0' <<<"$out")" 'vm0 +up +shared .*'
		finish "$spawned"
		assert_used_by vm0 ""
	done
	assert_operstate vm0 up
	assert_equal "$(cat /sys/class/net/vm0/carrier_changes)" "$changes" "carrier changes"
	# one queue is another kind of device to the kernel
	start_qemu "$T/log" vm0
	says "$T/log" "Invalid argument"
	finish "$spawned"
	tap 0 stop
}

@test "notices nothing of what start and reload do to another NIC" {
	local before change

	requires root tun
	needs qemu-system-x86_64
	printf '%s\n' '[vm0]' 'owner = alice' | config
	tap 0 start
	start_qemu "$T/log" vm0
	assert_used_by vm0 qemu-system-x86
	assert_operstate vm0 up
	before="$(link vm0 .ifindex) $(cat /sys/class/net/vm0/carrier_changes)"
	for change in 'mtu = 1400' 'owner = bob' 'carrier = hold' 'group = vms'; do
		printf '%s\n' '[vm0]' 'owner = alice' '[vm1]' "$change" | config
		tap 0 --force reload
		tap 0 start
		tap 0 status
	done
	tap 0 stop vm1
	assert_equal "$(link vm0 .ifindex) $(cat /sys/class/net/vm0/carrier_changes)" "$before" \
		"ifindex and carrier changes"
	assert_used_by vm0 qemu-system-x86
	kill -0 "$spawned"
	finish "$spawned"
	tap 0 stop
}
