# SPDX-License-Identifier: MIT
# The completion of bash, against what the program itself says that it takes.

load lib

setup_test()
{
	printf '[tap0]\n[ eth1 ]\nmtu = 1400\n' >nics
}

# complete_line WORD...: what is offered for the last word
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

@test "every command that is offered is one" {
	for command in $(complete_line config_tap ''); do
		run "$CONFIG_TAP" -c "$T/none" --run-dir "$RUN" -n "$command"
		assert_lacks "$output" "there is no command"
	done
}

@test "every option of --help is offered, and no other" {
	tap 0 --help
	expected=$(printf '%s\n' "$out" | sed -n '/^Options/,/^$/s/^  *\(-.*[^ ]\)  .*/\1/p' |
		tr -s ', ' '\n' | grep '^-')
	assert_equal "$(complete_line config_tap -)" "$(printf '%s\n' "$expected" | sort | xargs)"
}

@test "the keys of the configuration are no words of the command line" {
	tap 0 --keys
	for key in $out; do
		assert_lacks " $(complete_line config_tap '') " " $key "
	done
}

@test "interfaces are those of the file" {
	assert_equal "$(complete_line config_tap -c nics start '')" "eth1 tap0"
	assert_equal "$(complete_line config_tap -c nics -v stop t)" tap0
	assert_equal "$(complete_line config_tap --config = nics stop tap0 e)" eth1
	assert_equal "$(complete_line config_tap -c nics check '')" ""
	assert_equal "$(complete_line config_tap -c missing start '')" ""
}

@test "files and directories where the option wants one" {
	mkdir directory
	assert_equal "$(complete_line config_tap -c ni)" nics
	assert_equal "$(complete_line config_tap --config = ni)" nics
	assert_equal "$(complete_line config_tap --run-dir d)" directory
}

@test "the beginning of a word narrows it" {
	assert_equal "$(complete_line config_tap sta)" "start status"
	assert_equal "$(complete_line config_tap --ver)" "--verbose --version"
}
