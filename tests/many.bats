# SPDX-License-Identifier: MIT
# Many at once, in random order: each has its turn, and what is there in the end is what
# some order of them gives. MANY=200 is the full measure; SEED repeats a run.

load lib

LIMIT=120
NICS=(a b c d)

setup_test()
{
	requires root tun
	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[b]
		carrier = hold
		mtu = 1400
		[c]
		mode = tun
		[d]
		carrier = hold
		sink = drop
	END
}

# Prints a command and a choice of NICs; none are all of them.
random_command()
{
	local commands=(start start stop reload restart status hold release "--force stop")
	local command=${commands[RANDOM % ${#commands[@]}]} nic words=()

	for nic in "${NICS[@]}"; do
		[ $((RANDOM % 3)) != 0 ] || words+=("$nic")
	done
	case $command in
	hold|release) [ "${#words[@]}" != 0 ] || words=(b) ;;
	esac
	echo "$command ${words[*]-}"
}

# One of them, whose words and exit status go to a file of its own.
one_of_many()
{
	local number=$1 status=0

	shift
	timeout --kill-after=5 "$LIMIT" "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "$@" \
		>"out.$number" 2>&1 3>&- 4>&- </dev/null || status=$?
	echo "$status $*" >"end.$number"
}

# What is there agrees with itself: device, record, holder.
is_consistent()
{
	local nic state held

	"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" --json status >now.json || true
	for nic in "${NICS[@]}"; do
		state=$(jq -r ".nics[] | select(.name == \"$nic\") | .state + \" \" + (.ours // \"-\") +
			\" \" + ([.differences[].key] - [\"carrier\", \"sink\"] | join(\",\"))" now.json)
		case $state in
		"missing - ") ! ip link show dev "$nic" >/dev/null 2>&1 ;;
		"up made "|"differs made ") ip link show dev "$nic" >/dev/null ;;
		*) fail "$nic: $state" "$(cat "$RUN/nics")" ;;
		esac
	done
	held=$(jq '[.nics[] | select(.link == "held")] | length' now.json)
	if [ "$held" = 0 ]; then
		retry no_holder || fail "the holder holds nothing, and is there"
	fi
}

no_holder()
{
	! pgrep -x config_tap_hold >/dev/null
}

@test "many at once, in random order" {
	local many=${MANY:-40} i command pids=() bad

	RANDOM=${SEED:-$((SRANDOM % 32768))}
	echo "SEED=$RANDOM MANY=$many"
	for ((i = 0; i < many; i++)); do
		read -r -a command < <(random_command)
		one_of_many "$i" "${command[@]}" &
		pids+=("$!")
	done
	background+=("${pids[@]}")
	for i in "${pids[@]}"; do
		wait "$i"
	done
	cat end.* | sort | uniq -c | sort -rn
	# a NIC that is not there cannot be held; status has three answers; nothing hangs
	bad=$(grep -hvE '^(0 |1 (hold|release)|[013] status)' end.* || true)
	if [ -n "$bad" ]; then
		grep -h . out.*
	fi
	assert_equal "$bad" "" "commands that failed"
	bad=$(grep -hE '^config_tap: ' out.* | grep -vE \
		'^config_tap: [abcd]: is not there; config_tap start creates it$' || true)
	assert_equal "$bad" "" "words"
	is_consistent
	tap 0 reload
	tap 0 start
	for i in "${NICS[@]}"; do
		ip link show dev "$i" >/dev/null
	done
	tap 0 stop
	assert_nics ""
	retry no_holder
}

@test "many at once, some of them killed" {
	local i command pids=()

	RANDOM=${SEED:-$((SRANDOM % 32768))}
	echo "SEED=$RANDOM"
	for ((i = 0; i < ${MANY:-40}; i++)); do
		read -r -a command < <(random_command)
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "${command[@]}" \
			>/dev/null 2>&1 3>&- 4>&- </dev/null &
		pids+=("$!")
	done
	background+=("${pids[@]}")
	# whoever has the lock, and whoever waits for it
	for ((i = 0; i < ${#pids[@]}; i += 3)); do
		kill -KILL "${pids[i]}" 2>/dev/null || true
		sleep 0.01
	done
	for i in "${pids[@]}"; do
		wait "$i" || true
	done
	tap 0 reload
	tap 0 start
	tap 0 stop
	assert_nics ""
	retry no_holder
}
