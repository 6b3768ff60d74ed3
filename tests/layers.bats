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
	local file from to

	while read -r file; do
		from=${file#"$top_srcdir/src/"}
		while read -r to; do
			[ "$to" = config ] || [ "$to" = "${from%.[ch]}" ] || echo "${from%.[ch]} $to"
		done < <(sed -nE 's/^#include "(.*)\.h"$/\1/p' "$file")
	done < <(find "$top_srcdir/src" -name '*.[ch]') | sort -u
}

@test "every folder includes its own headers, and those of the folders below it" {
	local from to wrong=''

	includes >all
	[ "$(wc -l <all)" -gt 100 ]
	while read -r from to; do
		[ -f "$top_srcdir/src/$to.h" ] || fail "src/$from.* includes $to.h, which is not in src/"
		[[ " $(dirname "$from") ${below[$(dirname "$from")]} " == *" $(dirname "$to") "* ]] ||
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
