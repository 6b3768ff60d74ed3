# SPDX-License-Identifier: MIT
# The source files: what .editorconfig and .clang-format say, and what the checkers of
# shell scripts find.

load lib

# scripts_for SHELL: the scripts in the tree that SHELL runs; automake's own, in build-aux, are not ours
scripts_for()
{
	find autogen.sh quickstart .ci ansible bench build-aux debian fuzz initscripts tests -type f \
		! -name '*.bats' ! -path 'tests/roots/*' ! -path 'tests/vm/*' -print0 2>/dev/null |
		xargs -0 awk -v shell="$1" '
			FNR == 1 { found = $0 ~ "^#!.*[/ ]" shell "$" }
			FNR == 2 && found && (FILENAME !~ /^build-aux/ || /SPDX-License-Identifier: MIT/) {
				print FILENAME
			}
			FNR == 2 { nextfile }' | sort
}

# checkers take what they take, on a busy machine too
LIMIT=600

setup_test()
{
	cd "$top_srcdir"
	sources=(src/*.[ch] src/*/*.[ch] tests/*.[ch] fuzz/*.[ch] bench/*.c)
	tests=(tests/*.bats tests/*/*.bats tests/lib.bash tests/*/*.bash)
	mapfile -t posix < <(scripts_for sh)
	mapfile -t bash < <(scripts_for bash)
	mapfile -t python < <(scripts_for python3)
	[ "${#posix[@]}" -gt 5 ] && [ "${#bash[@]}" -gt 2 ] && [ "${#python[@]}" -gt 1 ] ||
		fail "the scripts were not found"
	texts=("${sources[@]}" "${posix[@]}" "${bash[@]}" "${python[@]}" "${tests[@]}" Makefile.am
		configure.ac man/*.[578] initscripts/*.in sysconfig/config_tap README NEWS CONTRIBUTING)
}

# tool NAME: without it nothing would have been checked
tool()
{
	command -v "$1" >/dev/null || fail "$1 is missing: ./quickstart check installs it"
}

# finds_nothing RELEASE CHECKER [ARGUMENT]...: each release has rules of its own, and those that
# count are of RELEASE; what another one finds is printed
finds_nothing()
{
	local release=$1

	shift
	tool "$1"
	if "$1" --version | grep -qE "version:? $release([^0-9]|\$)"; then
		program 0 "$@"
	else
		"$@" || echo "this $1 is not of release $release, so nothing of it counts"
	fi
}

@test "no blanks at the end of a line, no CR, a newline at the end of a file" {
	local file

	assert_equal "$(grep -nE '[[:blank:]]$' "${texts[@]}" |
		grep -vE '^tests/[a-z/-]+\.bats:')" "" "blanks at the end"
	assert_equal "$(grep -lU $'\r' "${texts[@]}")" "" "files with CR"
	for file in "${texts[@]}"; do
		[ -z "$(tail -c 1 "$file")" ] || fail "$file has no newline at the end"
	done
}

@test "tabs, not blanks, at the beginning of a line of C" {
	assert_equal "$(grep -nE '^ +[^ *]' "${sources[@]}")" ""
}

@test "an SPDX line and a sentence of purpose at the head of each file" {
	local file

	for file in "${sources[@]}"; do
		assert_equal "$(head -n 1 "$file")" "/* SPDX-License-Identifier: MIT */" "$file"
		[[ $(sed -n 2p "$file") == '/*'* ]] || fail "$file says not what it is for"
	done
	for file in "${posix[@]}" "${bash[@]}" "${python[@]}" "${tests[@]}"; do
		head -n 2 "$file" | grep -qF '# SPDX-License-Identifier: MIT' ||
			fail "$file has no SPDX line"
	done
}

@test "config.h is what every .c file includes first" {
	local file

	for file in src/*.c src/*/*.c tests/*.c fuzz/*.c bench/*.c; do
		assert_equal "$(grep -m 1 '^#include' "$file")" '#include "config.h"' "$file"
	done
}

@test "no word that says that something is left to do" {
	# this file has to write them in another way
	assert_equal "$(grep -nE "TO""DO|FIX""ME|X""XX([^X]|$)" "${texts[@]}" |
		grep -v 'mktemp\|X''XXXXX')" ""
}

@test "the C code is as clang-format makes it" {
	finds_nothing 14 clang-format --dry-run -Werror "${sources[@]}"
}

@test "no line of C is longer than .clang-format allows" {
	local limit file long=''

	limit=$(sed -n 's/^ColumnLimit: //p' .clang-format)
	[ "$limit" -gt 0 ]
	for file in "${sources[@]}"; do
		long+=$(expand -t 8 "$file" | awk -v limit="$limit" -v file="$file" \
			'length > limit { printf "%s:%d: %d columns; ", file, NR, length }')
	done
	assert_equal "$long" ""
}

@test "shellcheck finds nothing in the scripts" {
	finds_nothing 0.9 shellcheck "${posix[@]}" "${bash[@]}"
}

@test "Python takes its scripts as they are" {
	local file

	tool python3
	for file in "${python[@]}"; do
		program 0 python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file"
	done
}

@test "shellcheck finds nothing in the tests" {
	# bats and lib.bash set what the tests read, and each test is a subshell of its own;
	# [ ... ] || a && b and words in single quotes are meant as they stand
	finds_nothing 0.9 shellcheck --shell=bash \
		--exclude=SC1003,SC2001,SC2010,SC2011,SC2012,SC2015,SC2016,SC2030,SC2031,SC2034,SC2119,SC2120,SC2153,SC2154,SC2164 \
		"${tests[@]}"
}

@test "the scripts for all systems are POSIX sh" {
	local script shell

	for script in "${posix[@]}"; do
		for shell in dash "busybox ash" "bash --posix"; do
			tool "${shell%% *}"
			# shellcheck disable=SC2086
			program 0 $shell -n "$script"
		done
	done
	# not every system has a package of it
	if command -v checkbashisms >/dev/null; then
		program 0 checkbashisms --force "${posix[@]}"
	fi
}

@test "every test file is in Makefile.am, and all that it loads" {
	local file

	for file in tests/*.bats tests/*/*.bats; do
		grep -qE "^	$file( \\\\)?$" Makefile.am || fail "$file would never run"
	done
	for file in tests/*.bash tests/*/*.bash tests/*.table; do
		grep -qE "^	$file( \\\\)?$" Makefile.am || fail "$file would not be in a release"
	done
}

@test "what skips a test is in lib.bash, which knows what a kernel without the thing answers" {
	local found

	found=$(grep -nE '(^|[;&|{[:space:]])skip[[:space:]]+["'"'"']' "${tests[@]}" || :)
	assert_contains "$found" "tests/lib.bash:"
	assert_equal "$(grep -v '^tests/lib\.bash:' <<<"$found")" ""
}

@test "no two tests of a file have one name" {
	local file

	for file in tests/*.bats tests/*/*.bats; do
		assert_equal "$(grep '^@test' "$file" | sort | uniq -d)" "" "$file"
	done
}
