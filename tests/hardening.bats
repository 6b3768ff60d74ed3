# SPDX-License-Identifier: MIT
# How the programs are built: what makes the use of a mistake in them harder.

load lib

setup_test()
{
	command -v readelf >/dev/null || fail "readelf is missing: install binutils"
	programs=("$CONFIG_TAP" "${CONFIG_TAP}_holder")
	# flags of the user's own have the last word
	cflags=$(sed -n 's/^CFLAGS = //p' "$top_builddir/Makefile")
}

@test "what is relocated is read-only from the start (RELRO, BIND_NOW)" {
	local program

	for program in "${programs[@]}"; do
		assert_contains "$(readelf -lW "$program")" GNU_RELRO
		assert_matches "$(readelf -dW "$program" | grep -cE 'BIND_NOW|FLAGS_1.*NOW')" '[12]'
	done
}

@test "the address is another one at each start (PIE)" {
	local program

	for program in "${programs[@]}"; do
		assert_contains "$(readelf -hW "$program")" "DYN "
		assert_contains "$(readelf -dW "$program")" "Flags: NOW PIE"
	done
}

@test "the stack is not executable, and guarded" {
	local program

	for program in "${programs[@]}"; do
		assert_matches "$(readelf -lW "$program" | awk '/GNU_STACK/ { print $7 }')" RW
		readelf -sW "$program" | grep -q __stack_chk_fail ||
			fail "$program: no stack protector"
	done
}

@test "functions of the C library check their bounds (FORTIFY)" {
	local checked

	# our own objects: the archives of the libraries have been built by others
	checked=$(readelf -sW "$top_builddir"/src/*/*.o | grep -cE '__(sn|s|f|vsn|d)printf_chk' || true)
	# without optimisation they cannot, and a sanitizer looks at what they would hide
	case $cflags in
	*-fsanitize*address*|*-O0*) assert_equal "$checked" 0 ;;
	*-O*) assert_matches "$checked" '[1-9][0-9]*' ;;
	*) assert_equal "$checked" 0 ;;
	esac
}

@test "no library is loaded from the build directory, or from where it was built" {
	local program

	for program in "${programs[@]}"; do
		assert_lacks "$(readelf -dW "$program")" RPATH
		assert_lacks "$(readelf -dW "$program")" RUNPATH
	done
}
