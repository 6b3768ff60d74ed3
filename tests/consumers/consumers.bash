# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests with real programs share, beside ../lib.bash.

# needs PROGRAM...: these tests are asked for, so that a program that is missing is no
# reason to leave one out
needs()
{
	local program

	for program; do
		command -v "$program" >/dev/null ||
			fail "$program is missing: ./quickstart check-consumers installs it"
	done
}

# spawn LOG COMMAND...: starts it; its pid is $spawned
spawn()
{
	local log=$1

	shift
	printf '$ %s\n' "$*"
	"$@" >"$log" 2>&1 3>&- 4>&- </dev/null &
	spawned=$!
	background+=("$spawned")
}

# finish PID: ends it, and all that it has started
finish()
{
	local child

	for child in $(pgrep -P "$1"); do
		kill "$child" 2>/dev/null || true
	done
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
	retry eval "! kill -0 $1 2>/dev/null" || fail "$1 does not end"
}

# says LOG TEXT: waits for the program to say so
says()
{
	retry grep -qiF -- "$2" "$1" || both_sides "$1" "$2" "$(cat "$1")"
}

operstate()
{
	cat "/sys/class/net/$1/operstate"
}

is_operstate()
{
	[ "$(operstate "$1")" = "$2" ]
}

# The kernel tells of a new link state up to a second later, and of a hundred of them a second, the
# NICs of all name spaces together.
assert_operstate()
{
	retry is_operstate "$1" "$2" || assert_equal "$(operstate "$1")" "$2" "operstate of $1"
}

# with_carrier CARRIER: the same file with another carrier
with_carrier()
{
	sed -i "s/^carrier = .*/carrier = $1/" "$CONFIG"
	tap 0 reload
}

# assert_says_busy: why a program cannot attach, by the name of what would let it
assert_says_busy()
{
	tap 0 --verbose status
	assert_contains "$out" \
		"A held NIC is busy (EBUSY) for every other program; config_tap release NIC lets one attach."
}

# assert_judged yes|no CONSUMER NIC: what check --for says of the file, and status --for of the
# machine
assert_judged()
{
	local status=1

	[ "$1" = no ] || status=0
	tap "$status" --quiet check --for "$2" "$3"
	tap "$status" --quiet status --for "$2" "$3"
}
