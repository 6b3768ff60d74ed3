# SPDX-License-Identifier: MIT
# The completion of bash, zsh and fish, against what the program itself says that it takes.

load lib

setup_test()
{
	printf '[tap0]\n[ eth1 ]\nmtu = 1400\n[fc%%d]\ncount = 3\n' >nics
	mkdir bin
	ln -s "$CONFIG_TAP" bin/config_tap
	PATH=$PWD/bin:$PATH
}

# complete_line WORD...: what bash offers for the last word
complete_line()
{
	bash -c '. "$1" && shift && COMP_WORDS=("$@") && COMP_CWORD=$(($# - 1)) &&
		_config_tap && printf "%s\n" "${COMPREPLY[@]}"' - \
		"$top_srcdir/completion/config_tap" "$@" | sort | xargs
}

@test "every command of --help is offered, and no other" {
	tap 0 --help
	expected=$(printf '%s\n' "$out" |
		sed -n '/^Commands/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
	# another name of try-restart, which the help does not show
	assert_equal "$(complete_line config_tap '')" \
		"$(printf '%s\n' "$expected" condrestart | sort | xargs)"
}

@test "every option of --help is offered, and no other" {
	tap 0 --help
	expected=$(sed -n '/^Options/,/^$/p' <<<"$out" | cut -c1-22 |
		grep -oE -- '(^| )--?[a-zA-Z][a-z-]*' | tr -d ' ')
	assert_equal "$(complete_line config_tap -)" "$(printf '%s\n' "$expected" | sort | xargs)"
}

@test "behind a command only the options that mean something to it" {
	assert_contains " $(complete_line config_tap status -) " " --failed "
	assert_lacks " $(complete_line config_tap status -) " " --force "
	assert_contains " $(complete_line config_tap stop --) " " --all-files "
}

@test "keys are offered behind help, and nowhere else" {
	assert_contains " $(complete_line config_tap help on_) " " on_stop "
	assert_contains " $(complete_line config_tap help st) " " status "
	assert_lacks " $(complete_line config_tap '') " " on_stop "
}

@test "interfaces are those of the file, series and included files too" {
	assert_equal "$(complete_line config_tap -c nics start '')" "eth1 fc0 fc1 fc2 tap0"
	assert_equal "$(complete_line config_tap -c nics -v stop t)" tap0
	assert_equal "$(complete_line config_tap --config = nics stop tap0 e)" eth1
	assert_equal "$(complete_line config_tap --config=nics stop e)" eth1
	assert_equal "$(complete_line config_tap -c nics check '')" ""
	assert_equal "$(complete_line config_tap -c missing start '')" ""
	printf 'include = %s/nics\n[x]\n' "$PWD" >all
	assert_equal "$(complete_line config_tap -c all start '')" "eth1 fc0 fc1 fc2 tap0 x"
}

@test "what has left the file can be stopped, and is offered" {
	requires root tun
	config <<<'[gone]'
	tap 0 start
	config <<<'[t]'
	assert_equal "$(complete_line config_tap -c "$CONFIG" --run-dir "$RUN" stop '')" "gone t"
}

@test "a file with a mistake costs no more than what is wrong in it" {
	printf '[a]\nmtu = none\n[b]\n' >bad
	assert_equal "$(complete_line config_tap -c bad start '')" "a b"
}

@test "files and directories where the option wants one, and words where it wants one of them" {
	mkdir directory
	assert_equal "$(complete_line config_tap -c ni)" nics
	assert_equal "$(complete_line config_tap --config = ni)" nics
	assert_equal "$(complete_line config_tap --run-dir d)" directory
	assert_equal "$(complete_line config_tap --color '')" "always auto never"
}

@test "the beginning of a word narrows it" {
	assert_equal "$(complete_line config_tap sta)" "start status"
	assert_equal "$(complete_line config_tap --ver)" "--verbose --version"
}

@test "no command line that is completed changes anything or fails" {
	program 0 "$CONFIG_TAP" complete
	program 0 "$CONFIG_TAP" complete -- -c
	program 0 "$CONFIG_TAP" complete -- --nonsense start --force ''
	assert_lacks "$("$CONFIG_TAP" --help)" complete
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "zsh offers the same" {
	command -v zsh >/dev/null || fail "zsh is missing: ./quickstart check installs it"
	program 0 zsh -fc 'compdef() { :; }; _describe() { print -l -- "${(P@)2}"; }
		words=(config_tap -c nics start ""); CURRENT=5; . "$1"' - \
		"$top_srcdir/completion/_config_tap"
	assert_equal "$(sed 's/:.*//' <<<"$out" | sort | xargs)" "eth1 fc0 fc1 fc2 tap0"
}

@test "fish offers the same" {
	command -v fish >/dev/null || fail "fish is missing: ./quickstart check installs it"
	program 0 fish -c 'source $argv[1]; complete -C "config_tap -c nics start "' \
		"$top_srcdir/completion/config_tap.fish"
	assert_equal "$(cut -f 1 <<<"$out" | sort | xargs)" "eth1 fc0 fc1 fc2 tap0"
}
