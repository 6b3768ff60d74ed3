# SPDX-License-Identifier: MIT
# The command line: help, mistakes in it, who may do what.

load lib

@test "--help and -h print the usage to stdout" {
	program 0 "$CONFIG_TAP" --help
	assert_matches "${out%%$'\n'*}" "Usage: config_tap \[OPTION\]\.\.\. COMMAND \[NIC\]\.\.\."
	assert_equal "$err" ""
	program 0 "$CONFIG_TAP" -h
	assert_contains "$out" "Usage: config_tap"
}

@test "--help has every command and option of the manual, and fits on a screen" {
	local word

	program 0 "$CONFIG_TAP" --help
	for word in start stop restart try-restart reload force-reload status check help \
		--config --dry-run --json --force --quiet --verbose --run-dir --help --version; do
		assert_contains "$out" " $word "
	done
	# the path of the file is as long as this build made it
	assert_equal "$(awk 'length > 80 && !/ listed in \//' <<<"$out")" "" \
		"lines that are too long"
}

@test "--version and -V print name and version" {
	program 0 "$CONFIG_TAP" --version
	assert_matches "$out" "config_tap [0-9]+\.[0-9]+\.[0-9]+"
	assert_equal "$err" ""
	program 0 "$CONFIG_TAP" -V
	assert_matches "$out" "config_tap [0-9.]+"
}

@test "--keys prints the names of the keys" {
	program 0 "$CONFIG_TAP" --keys
	assert_contains $'\n'"$out"$'\n' $'\naddress\n'
	assert_contains $'\n'"$out"$'\n' $'\non_stop\n'
	assert_equal "$(sort <<<"$out" | uniq -d)" "" "keys that stand twice"
	assert_equal "$(grep -vE '^[a-z0-9_]+$' <<<"$out")" "" "what is no key"
}

# slip MESSAGE ARGUMENT...: exit 2, with one line on stderr, and where to look
slip()
{
	local message=$1

	shift
	program 2 "$CONFIG_TAP" "$@"
	assert_equal "$out" ""
	assert_equal "$err" "config_tap: $message Try 'config_tap --help'."
}

@test "without a command: one line, exit 2" {
	slip "no command is given."
	slip "no command is given." --quiet
}

@test "a bad command: one line with the nearest, exit 2" {
	slip 'there is no command "begin".' begin
	slip 'there is no command "star"; did you mean "start"?' star
	slip 'there is no command "strat"; did you mean "start"?' strat
	slip 'there is no command "relaod"; did you mean "reload"?' relaod
	slip 'there is no command "".' ""
	slip 'there is no command "\x1b[2J".' $'\e[2J'
}

@test "a bad option: one line with the nearest, exit 2" {
	slip 'there is no option "--frobnicate".' --frobnicate start
	slip 'there is no option "--jsn"; did you mean "--json"?' --jsn start
	slip 'there is no option "--dry_run"; did you mean "--dry-run"?' --dry_run=1 start
	slip 'there is no option "-x".' -x start
	slip "--config needs FILE." start --config
	slip "--config needs FILE." start -c
	slip "--quiet takes no argument." --quiet=yes start
	slip "--color needs auto, always or never, not \"red\"." --color red status
	slip "start takes no --failed." start --failed
}

@test "what a command takes is told before anything else" {
	slip "check takes a NIC only with --for." check tap0
	slip "hold needs the name of a NIC." hold
	slip "release needs the name of a NIC." release
}

@test "options may stand behind the command" {
	config <<<'[t]'
	tap 0 check --quiet
	assert_equal "$out" ""
	tap 0 check
	assert_equal "$out" "$CONFIG: 1 NIC, no mistakes"
}

@test "a file that is not there is a configuration that is missing" {
	local command

	for command in start restart try-restart reload force-reload status check; do
		am_root || [[ $command == status || $command == check ]] || continue
		tap 6 "$command"
		assert_equal "$err" "$CONFIG: cannot be read: No such file or directory"
		assert_equal "$out" ""
	done
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "an ordinary user may not change anything: exit 4, and a sentence" {
	local command sentence="config_tap: only root may make, change or remove NICs; try it with sudo, or with --dry-run to see the steps"

	config <<<'[t]'
	for command in start stop restart try-restart condrestart reload force-reload; do
		as_user 1001 tap 4 "$command"
		assert_equal "$err" "$sentence"
		assert_equal "$out" ""
	done
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "an ordinary user may check a file, and ask for status and dry runs" {
	config <<<'[t]'
	as_user 1001 tap 0 check
	as_user 1001 program 0 "$CONFIG_TAP" --help
	as_user 1001 program 0 "$CONFIG_TAP" --version
	as_user 1001 program 0 "$CONFIG_TAP" --keys
	as_user 1001 tap 3 status
	assert_contains "$out" "missing"
	as_user 1001 tap 0 --dry-run start
	assert_contains "$out" "t: create tap"
	as_user 1001 tap 0 --dry-run stop
	assert_equal "$out$err" ""
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "an ordinary user sees the status of what runs" {
	requires root tun
	config <<<'[t]'
	tap 0 start
	as_user 1001 tap 0 status
	assert_contains "$out" "1 of 1 as configured"
	assert_equal "$err" ""
}

@test "a file that only root can read: an ordinary user is told" {
	requires root
	config <<<'[t]'
	chmod 600 "$CONFIG"
	as_user 1001 tap 6 status
	assert_equal "$err" "$CONFIG: cannot be read: Permission denied"
}

@test "root without CAP_NET_ADMIN: exit 4, and a sentence" {
	local as=(setpriv --bounding-set -net_admin --inh-caps -net_admin --)

	requires root
	config <<<'[t]'
	tap 4 start
	assert_equal "$err" \
		"config_tap: root lacks CAP_NET_ADMIN here (a container?), so it may not make, change or remove NICs"
	[ ! -e "$RUN" ] || fail "the run directory was made"
	tap 3 status
}

@test "a command on a NIC that nobody knows: exit 2, and the name; status cannot tell" {
	config <<<'[t]'
	tap 2 --dry-run start tt
	assert_equal "$err" "config_tap: tt: there is no such NIC in $CONFIG"
	tap 4 status tt
	assert_equal "$err" "config_tap: tt: there is no such NIC in $CONFIG"
	tap 4 status $'\e[31mred'
	assert_equal "$err" "config_tap: \\x1b[31mred: there is no such NIC in $CONFIG"
}

@test "words do not get into what is opened in the place of a closed standard descriptor" {
	requires root tun
	config <<-'END'
		[t]
		carrier = hold
	END
	program 0 bash -c 'exec "$@" <&- >&- 2>&-' bash \
		strace -q -o "$T/trace" "$CONFIG_TAP" -v -c "$CONFIG" --run-dir "$RUN" start
	assert_equal "$(grep -cE '^(write|sendto)\([012], "' "$T/trace" || true)" \
		"$(grep -cE '^write\(2, "config_tap: t: ' "$T/trace")" "writes to standard descriptors"
	assert_contains "$(cat "$T/trace")" '"/dev/null", O_RDWR'
	assert_equal "$(readlink "/proc/$(cat "$RUN/holder.pid")/fd/2")" /dev/null
	tap 0 stop
}

@test "output that cannot be written is an error" {
	local arguments line

	config <<<'[t]'
	for arguments in --help --keys --version check "--dry-run start" "--json check"; do
		read -r -a line <<<"$arguments"
		program 1 bash -c '"$@" >/dev/full' bash "$CONFIG_TAP" -c "$CONFIG" "${line[@]}"
	done
}

@test "a command that prints no JSON refuses --json" {
	local command

	for command in import help; do
		program 2 "$CONFIG_TAP" --json "$command"
		assert_equal "$err" "config_tap: $command takes no --json. Try 'config_tap --help'."
		assert_equal "$out" ""
	done
}
