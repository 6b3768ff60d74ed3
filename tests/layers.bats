# SPDX-License-Identifier: MIT
# The layers of src/: which folder may include whose headers, and that no units include
# one another in a circle. docs/architecture has the picture.

load lib

# folder: the folders below it whose headers it may include, beside its own
declare -gA below=(
	[.]="cli base"
	[cli]="change config holder kernel nic base"
	[change]="config holder kernel nic base"
	[config]="nic base"
	[holder]="kernel nic base"
	[kernel]="nic base"
	[nic]="base"
	[base]=""
)

# includes: a line "FROM TO" for each header of ours that a file in src/ includes, both without
# their endings
includes()
{
	(cd "$top_srcdir/src" && find . -name '*.[ch]' -exec awk -F'"' '/^#include "/ {
			from = FILENAME; to = $2
			sub(/^\.\//, "", from); sub(/\.[ch]$/, "", from); sub(/\.h$/, "", to)
			if (to != "config" && to != from)
				print from, to
		}' '{}' +) | sort -u
}

@test "every folder includes its own headers, and those of the folders below it" {
	local from to wrong='' from_folder to_folder

	includes >all
	[ "$(wc -l <all)" -gt 100 ]
	while read -r from to; do
		[ -f "$top_srcdir/src/$to.h" ] || fail "src/$from.* includes $to.h, which is not in src/"
		from_folder=${from%/*} to_folder=${to%/*}
		[ "$from_folder" != "$from" ] || from_folder=.
		[[ " $from_folder ${below[$from_folder]} " == *" $to_folder "* ]] ||
			wrong+="$from includes $to; "
	done <all
	assert_equal "$wrong" ""
}

@test "no units include one another in a circle" {
	includes >all
	# tsort names the members of a circle on its standard error, and exits with 1
	program 0 tsort all
	assert_equal "$err" ""
}

@test "nothing has a name that is taken in an archive of iniparser, 3.1 to 4.2" {
	command -v nm >/dev/null || fail "nm is missing: install binutils"
	find "$top_builddir/src" -name '*.o' -exec nm -g --defined-only '{}' + | awk 'NF == 3 { print $3 }' >names
	[ "$(wc -l <names)" -gt 100 ]
	assert_equal "$(grep -E '^(dictionary_|iniparser_|strlwc$|strcrop$|strstrip$|xstrdup$)' names)" ""
}
