# SPDX-License-Identifier: MIT
# The manual: every command, option and key is in it, and it is one that man can show.

load lib

# tags FILE: the tag of each tagged paragraph of a page, as it is read
tags()
{
	sed -nE '/^\.T[PQ]/{n;s/^\.[A-Z]+ +//;s/\\-/-/g;s/\\f.//g;s/"//g;p}' "$1"
}

# all_described FILE: every word of standard input is in one of its tags
all_described()
{
	local word missing='' n=0

	tags "$1" | tr -s ' ,=' '\n' | sort -u >words
	while read -r word; do
		n=$((n + 1))
		grep -qixFe "$word" words || missing+="$word "
	done
	assert_equal "$missing" "" "not described in ${1##*/}"
	[ "$n" -ge 5 ] || both_sides "words looked for" "5 or more" "$n"
}

@test "every command of --help is in config_tap(8)" {
	program 0 "$CONFIG_TAP" --help
	sed -n '/^Commands/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$out" |
		all_described "$top_srcdir/man/config_tap.8"
}

@test "every option of --help is in config_tap(8)" {
	program 0 "$CONFIG_TAP" --help
	grep -oE -- '--[a-z-]+' <<<"$out" | sort -u |
		all_described "$top_srcdir/man/config_tap.8"
	grep -oE -- '^  -[a-zA-Z],' <<<"$out" | tr -d ' ,' |
		all_described "$top_srcdir/man/config_tap.8"
}

# section NAME: the words of the tags of a section of config_tap(8), one a line
section()
{
	awk -v name="$1" '/^\.SH/ { inside = $2 == name } inside' \
		"$top_srcdir/man/config_tap.8" >section
	tags section | tr -s ' ,=' '\n'
}

@test "config_tap(8) has no command and no option that there is not" {
	local word n=0

	for word in $(section COMMANDS | grep -xE '[a-z-]{4,}' | grep -vxE 'command|key'); do
		program 0 "$CONFIG_TAP" help "$word"
		n=$((n + 1))
	done
	[ "$n" -ge 10 ] || both_sides "commands looked for" "10 or more" "$n"
	program 0 "$CONFIG_TAP" --help
	grep -oE -- '--?[a-zA-Z][a-z-]*' <<<"$out" | sort -u >known
	section OPTIONS | grep -E '^-' | sort -u >told
	assert_equal "$(comm -13 known told)" "" "options that are none"
	[ "$(wc -l <told)" -ge 10 ] || both_sides "options looked for" "10 or more" "$(cat told)"
}

@test "every key is in config_tap(5)" {
	program 0 "$CONFIG_TAP" --keys
	all_described "$top_srcdir/man/config_tap.5" <<<"$out"
}

@test "the file's own keys, and the original script's, are in config_tap(5)" {
	printf '%s\n' include DESC OPTIONS USER TAP_NETWORK TAP_DEV_NUM NETMASK |
		all_described "$top_srcdir/man/config_tap.5"
}

@test "config_tap(5) has no key that there is not" {
	program 0 "$CONFIG_TAP" --keys
	printf '%s\n' "$out" include desc options | sort >known
	tags "$top_srcdir/man/config_tap.5" | sed -nE 's/^([A-Za-z_]+) *=.*/\1/p' | sort -u >told
	[ -s told ] || fail "config_tap(5) has no tag that is a key"
	assert_equal "$(comm -23 told known)" "" "tags that are no key"
}

# json STATUS ARGUMENT...: prints what the program prints
json()
{
	local expected=$1

	shift
	tap "$expected" --json "$@" >log
	cat "$T/.out"
}

@test "every name in the JSON is in config_tap-json(7)" {
	local name missing=''

	config <<-'END'
		[t]
		mtu = 1400
		address = 10.1.0.1/24
	END
	{
		json 3 status
		json 0 check
		json 0 --dry-run start
	} | jq -r '.. | objects | keys[]' | sort -u >names
	[ "$(wc -l <names)" -ge 20 ] || both_sides "names" "20 or more" "$(cat names)"
	while read -r name; do
		grep -qE "(^|[^a-z_])$name([^a-z_]|\$)" "$top_srcdir/man/config_tap-json.7" ||
			missing+="$name "
	done <names
	assert_equal "$missing" "" "names that are not described"
}

@test "every exit status is in config_tap(8)" {
	local status

	for status in 0 1 2 3 4 6; do
		tags "$top_srcdir/man/config_tap.8" | grep -qx "$status" ||
			fail "exit status $status is not described"
	done
}

@test "the pages have no mistake that groff finds" {
	local page

	command -v groff >/dev/null || fail "groff is missing: ./quickstart check installs it"
	# it is in /etc, which a test has not got
	: >man.local
	for page in "$top_srcdir"/man/*.[578]; do
		assert_equal "$(groff -M "$T" -man -Tutf8 -ww -z "$page" 2>&1)" "" "${page##*/}"
	done
}

# needs_po4a: the translation is made, and can be held to the English page
needs_po4a()
{
	command -v po4a-updatepo >/dev/null || fail "po4a is missing: ./quickstart check installs it"
}

# untranslated PAGE: what of the page the catalogue does not have, as gettext counts it
untranslated()
{
	cp "$top_srcdir/man/po/zh_CN.po" po
	po4a-updatepo -f man -M UTF-8 --porefs none -m "$1" -p po >po4a 2>&1
	msgfmt --statistics -c -o /dev/null po 2>&1
}

@test "every paragraph of config_tap(5) is translated, and no translation is out of date" {
	needs_po4a
	assert_matches "$(untranslated "$top_srcdir/man/config_tap.5")" '[0-9]+ translated messages\.'

	# and a change of the English page is seen
	sed 's/A tap carries Ethernet frames/A tap carries frames/' "$top_srcdir/man/config_tap.5" >page
	assert_matches "$(untranslated page)" '[0-9]+ translated messages, 1 fuzzy translation\.'
	sed 's/^\.SH SEE ALSO/A paragraph that nobody has translated.\n&/' "$top_srcdir/man/config_tap.5" >page
	assert_matches "$(untranslated page)" '[0-9]+ translated messages, .*1 untranslated message\.'
}

@test "the translated page has every key, and no mistake that groff finds" {
	local page=zh.5

	needs_po4a
	"$top_srcdir/build-aux/translate" "$top_srcdir/man/config_tap.5" \
		"$top_srcdir/man/po/zh_CN.po" "$page"
	tap 0 --keys
	all_described "$page" <<<"$out"
	: >man.local
	# a line without blanks cannot be adjusted
	assert_equal "$(groff -M "$T" -K utf8 -man -Tutf8 -ww -Wbreak -z "$page" 2>&1)" ""
	# the configuration in the examples is the same in both
	examples() { sed -n '/^\.EX/,/^\.EE/p' "$1" | sed 's/\\-/-/g'; }
	assert_equal "$(examples "$page")" "$(examples "$top_srcdir/man/config_tap.5")"
}

# configure does not decide it: ./quickstart check brings po4a into a machine that was configured
@test "without po4a the translated page is left as it is, or said to be missing" {
	local translate=("$top_srcdir/build-aux/translate" page po page.zh)

	mkdir bin
	ln -s "$(command -v sh)" bin/
	program 1 env PATH="$PWD/bin" "${translate[@]}"
	assert_equal "$err" "translate: po4a is missing, which makes page.zh"
	echo ready >page.zh
	program 0 env PATH="$PWD/bin" "${translate[@]}"
	assert_equal "$(cat page.zh)" ready
}

@test "names, sections and SPDX lines of the pages" {
	local page name

	for page in "$top_srcdir"/man/*.[578]; do
		name=${page##*/}
		grep -qF 'SPDX-License-Identifier: MIT' "$page"
		grep -qiE "^\.TH +\"?${name%.*}\"? +\"?${name##*.}" "$page" ||
			fail "$name has no .TH line of its own name and section"
		grep -q '^\.SH NAME' "$page"
	done
}

@test "README, NEWS and the manual name the same files" {
	grep -q 'sudo ./quickstart' "$top_srcdir/README"
	grep -q './quickstart check' "$top_srcdir/README"
	program 0 "$CONFIG_TAP" --version
	grep -qF "${out#config_tap }" "$top_srcdir/NEWS"
}

# paths FILE: the files of the tree that a page names: as links, or between backquotes
paths()
{
	{
		grep -oE '\]\([^):#]+\)' "$1" | sed -E 's/^..(.*).$/\1/' | while read -r link; do
			echo "$(dirname "$1")/$link"
		done
		grep -oE '`(src|docs|tests|man|examples|initscripts|ansible)/[^` *]*`' "$1" | tr -d '`'
		grep -oE '(^|[ (])(docs|examples|bench|ansible)/[a-z_./-]*' "$1" | tr -d ' ('
	} | sed 's/[.,]*$//' | sort -u
}

@test "every file that the README and docs/ name is in the tree" {
	local file path missing='' n=0

	cd "$top_srcdir"
	for file in README CONTRIBUTING SECURITY docs/*.md; do
		while read -r path; do
			n=$((n + 1))
			# src/change/record stands for both record.c and record.h
			[ -e "$path" ] || [ -e "$path.c" ] || missing+="$file: $path; "
		done < <(paths "$file")
	done
	[ "$n" -gt 40 ]
	assert_equal "$missing" ""
}

@test "every test that SECURITY names is there, and every promise names one" {
	local file name missing='' n=0

	cd "$top_srcdir"
	while read -r file name; do
		n=$((n + 1))
		grep -qxF "@test \"$name\" {" "tests/$file" || missing+="$file: $name; "
	done < <(grep -E '^    [a-z-]+\.bats ' SECURITY)
	[ "$n" -gt 60 ]
	assert_equal "$missing" ""
	# a section is a line above a line of dashes
	assert_equal "$(awk '/^---+$/ { section = last } { last = $0 }
		/^Promise\./ { open[section] = 1 } /^Tests:$/ { delete open[section] }
		END { for (section in open) print section }' SECURITY)" ""
}

@test "the picture of the layers has every folder of src, and docs/architecture.md describes it" {
	local folder

	cd "$top_srcdir"
	for folder in src/*/; do
		folder=$(basename "$folder")
		grep -qF ">$folder<" docs/layers.svg || fail "docs/layers.svg lacks $folder: make pictures"
		grep -qF "| \`$folder\` |" docs/architecture.md || fail "docs/architecture.md lacks $folder"
	done
}

@test "every word of the glossary is used where the code or the manual speaks" {
	local word missing='' n=0

	cd "$top_srcdir"
	while read -r word; do
		n=$((n + 1))
		grep -rqiwF -- "$word" src man || missing+="$word; "
	done < <(sed -nE 's/^\* \*\*([^*,]+).*/\1/p' docs/glossary.md)
	[ "$n" -gt 20 ]
	assert_equal "$missing" ""
}
