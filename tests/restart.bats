# SPDX-License-Identifier: MIT
# restart, try-restart and its other name.

load lib

setup_test()
{
	requires root tun
}

@test "restart makes the NIC anew, with the same MAC" {
	local ifindex mac

	config <<-'END'
		[t]
		address = 10.1.0.1/24
	END
	tap 0 start
	ifindex=$(link t .ifindex) mac=$(link t .address)
	tap 0 restart
	[ "$(link t .ifindex)" != "$ifindex" ] ||
		both_sides ifindex "not $ifindex" "$(link t .ifindex)"
	assert_link t .address "$mac"
	assert_equal "$(addresses t)" 10.1.0.1/24
	tap 0 status
}

@test "restart starts what does not run" {
	config <<<'[t]'
	tap 0 restart
	assert_nics t
}

@test "restart of one NIC leaves the others" {
	local before

	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	before=$(link b .ifindex)
	tap 0 restart a
	assert_link b .ifindex "$before"
}

@test "restart leaves a NIC in use, and exits with 1" {
	local before

	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	attach a
	before=$(link a .ifindex)
	tap 1 restart
	assert_contains "$err" "config_tap: a: is in use by attach (pid $reader)"
	assert_link a .ifindex "$before"
	assert_flag a UP
	tap 0 status
	kill -0 "$reader"
}

@test "restart takes a new file into account" {
	config <<<'[a]'
	tap 0 start
	config <<-'END'
		[b]
		mtu = 1400
	END
	tap 0 restart
	assert_nics b
	assert_link b .mtu 1400
}

@test "try-restart does nothing where nothing runs" {
	local command

	config <<<'[t]'
	for command in try-restart condrestart; do
		tap 0 "$command"
		assert_equal "$out$err" ""
		assert_nics ""
	done
}

@test "try-restart restarts what runs" {
	local before command

	config <<<'[t]'
	tap 0 start
	for command in try-restart condrestart; do
		before=$(link t .ifindex)
		tap 0 "$command"
		[ "$(link t .ifindex)" != "$before" ] ||
			both_sides ifindex "not $before" "$(link t .ifindex)"
	done
}

@test "a dry run of restart shows both halves" {
	config <<<'[t]'
	tap 0 start
	tap 0 --dry-run restart
	assert_equal "${out%%$'\n'*}" "t: delete"
	assert_contains "$out" "t: create tap"
	assert_contains "$out" "t: make it persistent"
	tap 0 --dry-run --json restart
	assert_equal "$(jq -c '[.version, .steps[0]]' <<<"$out")" \
		'[1,{"nic":"t","operation":"delete","text":"delete"}]'
	assert_equal "$(jq -r '.steps[-1].operation' <<<"$out")" persist
}
