# SPDX-License-Identifier: MIT
# What the program says of itself, from its tables.

load lib

# every command that --help lists
commands()
{
	"$CONFIG_TAP" --help | sed -n '/^Commands/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'
}

@test "help without a word is --help" {
	local usage

	program 0 "$CONFIG_TAP" --help
	usage=$out
	program 0 "$CONFIG_TAP" help
	assert_equal "$out" "$usage"
}

@test "each command has a line, options, exit statuses and an example, and fits on a screen" {
	local command help

	for command in $(commands) condrestart; do
		program 0 "$CONFIG_TAP" help "$command"
		assert_matches "${out%%$'\n'*}" "Usage: config_tap \[OPTION\]\.\.\. $command.*"
		assert_contains "$out" "Options:"
		assert_contains "$out" "Exit status:"
		assert_contains "$out" "Example:"
		assert_lacks "$out" "null"
		[ "$(wc -l <<<"$out")" -le 40 ] || fail "longer than a screen"
		help=$out
		program 0 "$CONFIG_TAP" "$command" --help
		assert_equal "$out" "$help"
	done
}

@test "an example of the help is a command line that is taken" {
	local command example line

	config </dev/null
	for command in $(commands); do
		example=$("$CONFIG_TAP" help "$command" | sed -n '/^Example/,$s/^  config_tap//p')
		read -r -a line <<<"${example//\'/}"
		# nothing of this machine is looked at: the file has no NIC
		"$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" --dry-run "${line[@]}" >"$T/.out" 2>"$T/.err" || true
		assert_lacks "$(cat "$T/.err")" "Try 'config_tap --help'"
	done
}

@test "each key of the file has help, with its default" {
	local key

	for key in $("$CONFIG_TAP" --keys) include desc options; do
		program 0 "$CONFIG_TAP" help "$key"
		assert_contains "${out%%$'\n'*}" "$key"
		assert_contains "$out" "default"
	done
}

@test "a word that is neither command nor key: the nearest of both" {
	program 2 "$CONFIG_TAP" help stopp
	assert_equal "$err" \
		"config_tap: there is no command or key \"stopp\"; did you mean \"stop\"? Try 'config_tap --help'."
	program 2 "$CONFIG_TAP" help onstop
	assert_contains "$err" 'did you mean "on_stop"?'
}
