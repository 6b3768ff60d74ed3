# SPDX-License-Identifier: MIT
# One at a time: a command that changes something waits for the other, and those that
# look do not.

load lib

setup_test()
{
	requires root tun
	config <<<'[t]'
	mkdir "$RUN"
}

# hold_lock: as another config_tap would, until release_lock
hold_lock()
{
	mkfifo release
	flock "$RUN/lock" bash -c 'echo held >held; read -r _ <release' 3>&- &
	holder=$!
	background+=("$holder")
	retry test -s held
}

release_lock()
{
	echo >release
	wait "$holder"
}

# in_background ARGUMENT...: the program; $running is its pid, its words go to words
in_background()
{
	"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" --verbose "$@" \
		>words 2>&1 3>&- </dev/null &
	running=$!
	background+=("$running")
}

@test "a second command waits for the first, says so, and does its work then" {
	local command

	for command in start reload restart stop; do
		hold_lock
		in_background "$command"
		retry grep -q "waiting for another config_tap to finish" words
		kill -0 "$running"
		[ "$command" != start ] || assert_nics ""
		release_lock
		wait "$running"
		rm held release
	done
	assert_nics ""
}

@test "status, check and dry runs do not wait" {
	hold_lock
	tap 3 status
	tap 0 check
	tap 0 --dry-run start
	tap 0 --dry-run stop
	release_lock
}

@test "the lock of a killed command is free" {
	hold_lock
	kill -9 "$holder"
	wait "$holder" || true
	# what flock has started has the lock as well
	echo >release
	tap 0 start
	assert_nics t
}

@test "many at once: each has its turn, and the last state is one of theirs" {
	local i pids=()

	config <<-'END'
		[a]
		[b]
		[c]
	END
	for i in 1 2 3 4 5 6 7 8; do
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start >>words 2>&1 3>&- &
		pids+=("$!")
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" restart >>words 2>&1 3>&- &
		pids+=("$!")
	done
	background+=("${pids[@]}")
	for i in "${pids[@]}"; do
		wait "$i"
	done
	assert_equal "$(cat words)" ""
	assert_nics a b c
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "no lock and no record is made for those who only look" {
	rmdir "$RUN"
	tap 3 status
	tap 0 check
	tap 0 --dry-run start
	[ ! -e "$RUN" ] || fail "the run directory was made"
}
