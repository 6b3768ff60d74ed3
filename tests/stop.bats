# SPDX-License-Identifier: MIT
# stop: removes what config_tap made, and nothing else; names who still uses a NIC.

load lib

setup_test()
{
	requires root tun
}

@test "stop removes what start made, and only that" {
	config <<-'END'
		[a]
		[b]
	END
	ip tuntap add dev other mode tap
	tap 0 start
	assert_nics a b other
	tap 0 stop
	assert_equal "$out$err" ""
	assert_nics other
	tap 3 status
}

@test "stop twice, and stop where nothing ever ran" {
	config <<<'[a]'
	tap 0 stop
	tap 0 start
	tap 0 stop
	tap 0 stop
	assert_equal "$out$err" ""
	assert_nics ""
}

@test "only the NIC that is named is stopped" {
	config <<-'END'
		[a]
		[b]
		[c]
	END
	tap 0 start
	tap 0 stop b
	assert_nics a c
	tap 1 status
	tap 0 stop
	assert_nics ""
}

@test "a tap of the same name that somebody made is not ours" {
	config <<<'[a]'
	ip tuntap add dev a mode tap
	tap 0 stop
	tap 0 --force stop
	assert_nics a
}

@test "a tap that took the place of ours is not deleted" {
	config <<<'[a]'
	tap 0 start
	ip link del dev a
	ip tuntap add dev a mode tap
	tap 0 stop
	tap 0 --force stop
	assert_nics a
	# nor at a later time
	tap 0 stop
	assert_nics a
}

@test "a NIC that is gone already is no error" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	ip link del dev a
	tap 0 stop
	assert_nics ""
	assert_equal "$err" ""
}

@test "an adopted NIC is brought down, and never deleted" {
	local before

	config <<-'END'
		[a]
		address = 10.1.0.1/24
	END
	ip tuntap add dev a mode tap
	ip address add 10.7.0.1/24 dev a
	before=$(link a .ifindex)
	tap 0 start
	assert_equal "$(addresses a)" "10.1.0.1/24 10.7.0.1/24"
	tap 0 stop
	assert_link a .ifindex "$before"
	assert_no_flag a UP
	assert_equal "$(addresses a)" 10.7.0.1/24
	tap 0 --force stop
	assert_nics a
}

@test "on_stop = down keeps the NIC, down" {
	local before

	config <<-'END'
		[a]
		on_stop = down
		address = 10.1.0.1/24
	END
	tap 0 start
	before=$(link a .ifindex)
	tap 0 stop
	assert_no_flag a UP
	assert_equal "$(addresses a)" 10.1.0.1/24
	tap 3 status
	tap 0 start
	assert_link a .ifindex "$before"
	assert_flag a UP
	# it is still ours
	config <<<'[a]'
	tap 0 start
	tap 0 stop
	assert_nics ""
}

@test "on_stop = keep leaves the NIC as it is" {
	config <<-'END'
		[a]
		on_stop = keep
		[b]
	END
	tap 0 start
	tap 0 stop
	assert_nics a
	assert_flag a UP
}

@test "a NIC with a process attached stays, and the process is named" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	attach a
	tap 1 stop
	assert_equal "$err" \
		"config_tap: a: is in use by attach (pid $reader); --force removes it all the same"
	assert_nics a
	assert_flag a UP
	kill -0 "$reader"
	tap 1 status
	detach "$reader"
	tap 0 stop
	assert_nics ""
}

@test "two processes are both named, and one with two queues once" {
	local first

	requires multi_queue
	config <<-'END'
		[a]
		multi_queue = yes
	END
	tap 0 start
	attach a --multi-queue
	first=$reader
	attach a --multi-queue
	tap 1 stop
	assert_contains "$err" "attach (pid $first)"
	assert_contains "$err" "attach (pid $reader)"
	assert_equal "$(grep -o "pid" <<<"$err" | wc -l)" 2
}

@test "--force removes a NIC in use, and the process sees it go" {
	config <<<'[a]'
	tap 0 start
	attach a
	tap 0 --force stop
	assert_nics ""
	retry grep -q '^error read: ' "$heard"
}

@test "a port of somebody's bridge stays, and the bridge is named" {
	requires bridge
	config <<<'[a]'
	tap 0 start
	ip link add dev br9 type bridge
	ip link set dev a master br9
	tap 1 stop
	assert_equal "$err" \
		"config_tap: a: is in use by the bridge br9; --force removes it all the same"
	assert_nics a br9
	assert_link a .master br9
	tap 0 --force stop
	assert_nics br9
}

@test "a NIC that has left the file is stopped as well" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	config <<<'[b]'
	tap 0 stop
	assert_nics ""
}

@test "a NIC that has left the file can be stopped by name" {
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	config <<<'[b]'
	tap 0 stop a
	assert_nics b
	# now nobody knows it any more
	tap 2 stop a
}

@test "--dry-run says what stop would do, and does not" {
	config <<-'END'
		[a]
		[b]
		on_stop = down
	END
	tap 0 start
	tap 0 --dry-run stop
	# as it is done: what is deleted goes last, all at once
	assert_equal "$out" "b: bring it down
a: delete"
	assert_nics a b
	attach a
	tap 1 --dry-run stop
	assert_contains "$err" "config_tap: a: is in use by attach (pid $reader)"
}
