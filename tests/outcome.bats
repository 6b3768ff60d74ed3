# SPDX-License-Identifier: MIT
# What a command that changes something tells of what it did: JSON, and a line on a terminal.

load lib

# on_terminal ARGUMENT...: what the program prints to a terminal, on both of its outputs
on_terminal()
{
	program 0 env TERM=xterm script -qec \
		"$CONFIG_TAP -c $CONFIG --run-dir $RUN $*" /dev/null
	out=${out//$'\r'/}
}

@test "JSON of what was done: the members of a dry run, and what failed" {
	requires root tun veth
	config <<-'END'
		[a]
		mtu = 1400
		[b]
		[d]
	END
	ip link add name d type veth peer name d-1
	tap 1 --dry-run --json start
	jq -c '[.steps, .refused]' <<<"$out" >dry
	tap 1 --json start
	assert_equal "$(jq -c '[.steps, .refused]' <<<"$out")" "$(cat dry)"
	assert_equal "$(jq -c 'keys' <<<"$out")" '["failed","refused","steps","version"]'
	assert_equal "$(jq -c '.failed' <<<"$out")" '[]'
	assert_equal "$(jq -r '.refused[0].nic' <<<"$out")" d
	sed -i '/^\[d\]/d' "$CONFIG"
	tap 0 --json start
	assert_equal "$(jq -c '[.steps, .refused, .failed]' <<<"$out")" '[[],[],[]]'
	ip link set dev a mtu 1300
	tap 0 --json reload
	assert_equal "$(jq -c '.steps' <<<"$out")" '[{"nic":"a","operation":"set","text":"set mtu 1400"}]'
	tap 0 --json restart
	assert_equal "$(jq -c '[.steps[] | select(.operation == "delete") | .nic]' <<<"$out")" '["a","b"]'
	tap 0 --json hold a
	assert_equal "$(jq -r '.steps[-1].operation' <<<"$out")" hold
	tap 0 --json stop
	assert_equal "$(jq -c '[.steps[] | select(.operation == "delete") | .nic]' <<<"$out")" '["a","b"]'
}

@test "JSON names the NIC that is in use, and why it stays" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	attach a
	tap 1 --json stop
	assert_equal "$(jq -r '.refused[0].nic' <<<"$out")" a
	assert_contains "$(jq -r '.refused[0].text' <<<"$out")" "attach (pid $reader)"
	detach "$reader"
	tap 0 stop
}

@test "a line on a terminal, and nothing in a pipe or with --quiet" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	assert_equal "$out" ""
	tap 0 stop
	assert_equal "$out" ""
	on_terminal start
	assert_equal "$out" "start: 2 NICs made"
	ip link set dev a mtu 1300
	echo '[c]' >>"$CONFIG"
	sed -i 's/^\[a\]$/&\nmtu = 1400/' "$CONFIG"
	on_terminal start
	assert_equal "$out" "start: 1 NIC made, 1 changed, 1 unchanged"
	on_terminal --quiet start
	assert_equal "$out" ""
	sed -i '/^\[b\]/d' "$CONFIG"
	on_terminal reload
	assert_equal "$out" "reload: 1 NIC removed, 2 unchanged"
	on_terminal restart
	assert_equal "$out" "restart: 2 NICs removed, 2 made"
	on_terminal stop
	assert_equal "$out" "stop: 2 NICs removed"
	on_terminal stop
	assert_equal "$out" "stop: nothing to do"
}
