# SPDX-License-Identifier: MIT
# What people who may not try all the same; SECURITY says what each promise is.

load lib

setup_test()
{
	requires root tun
	cp "$top_builddir/tests/intrude" "$top_builddir/tests/attach" /run/
}

# stranger NAME COMMAND...: runs it as an ordinary user, in the background, with its words in
# the file NAME
stranger()
{
	local name=$1

	shift
	setpriv --reuid=1002 --regid=1002 --clear-groups -- "$@" \
		>"$T/$name" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
}

holder()
{
	cat "$RUN/holder.pid"
}

count_descriptors()
{
	find "/proc/$(holder)/fd" -type l | wc -l
}

wrapper()
{
	local expected=$1

	shift
	sed -e "s|^helper=.*|helper=$CONFIG_TAP|" -e "s|^config=.*|config=$CONFIG|" \
		-e "s|^lock=.*|lock=$LOCK|" "$WRAPPER" >"$T/wrapper"
	program "$expected" sh "$T/wrapper" "$@"
}

# ------------------------------------------------------------------------------
# The init script's lock, below a directory that is everybody's
# ------------------------------------------------------------------------------

lock_of_all()
{
	config <<<'[t]'
	mkdir -m 1777 /run/everybody
	LOCK=/run/everybody/subsys/config_tap
	echo secret >"$T/victim"
}

@test "a link in the place of the init script's lock is not followed" {
	lock_of_all
	setpriv --reuid=1002 --regid=1002 --clear-groups mkdir /run/everybody/subsys
	ln -s "$T/victim" "$LOCK"
	wrapper 0 start
	assert_equal "$(cat "$T/victim")" secret "what the link leads to"
	ln -sf "$T/new" "$LOCK"
	wrapper 0 restart
	[ ! -e "$T/new" ] || fail "a file was made where the link leads to"
	wrapper 0 stop
	[ -L "$LOCK" ] || fail "a file of somebody else's was removed"
}

@test "a link in the place of the directory of the init script's lock is not followed" {
	lock_of_all
	mkdir "$T/directory"
	ln -s "$T/directory" /run/everybody/subsys
	wrapper 0 start
	assert_equal "$(ls "$T/directory")" "" "what was made where the link leads to"
	echo mine >"$T/directory/config_tap"
	wrapper 0 stop
	assert_equal "$(ls "$T/directory")" config_tap "what is left where the link leads to"
}

@test "where nobody has been, the init script's lock is made and removed" {
	lock_of_all
	wrapper 0 start
	[ -f "$LOCK" ] || fail "there is no lock"
	wrapper 0 stop
	[ ! -e "$LOCK" ] || fail "the lock is still there"
}

# ------------------------------------------------------------------------------
# New NICs with several queues, which are nobody's for a moment
# ------------------------------------------------------------------------------

# as strace slows it down, so that a stranger comes between TUNSETIFF and TUNSETOWNER
slowly()
{
	as=(strace -q -o "$T/trace" -e inject=ioctl:delay_exit=100000)
}

@test "a stranger who makes a new NIC persistent and his own does not keep it" {
	requires multi_queue
	stranger thief /run/attach t --multi-queue --insist --take
	retry grep -q '^insists$' "$T/thief"
	printf '%s\n' '[t]' 'multi_queue = yes' | config
	slowly
	tap 0 start
	as=()
	grep -q '^ready$' "$T/thief"
	kill "${background[@]}" || true
	wait "${background[@]}" || true
	assert_link t '.linkinfo.info_data.user // "-"' root
	tap 0 stop
}

@test "a stranger who leaves a group behind, and goes, does not keep the owner out" {
	requires multi_queue
	stranger thief /run/attach t --multi-queue --insist --group 1002
	retry grep -q '^insists$' "$T/thief"
	printf '%s\n' '[t]' 'multi_queue = yes' | config
	slowly
	tap 0 start
	as=()
	assert_equal "$(cat /sys/class/net/t/group)" -1
	tap 0 stop
}

@test "what a stranger leaves in a new NIC, and goes, is put back" {
	requires multi_queue
	stranger thief /run/attach t --multi-queue --insist --mark --end
	retry grep -q '^insists$' "$T/thief"
	printf '%s\n' '[t]' 'multi_queue = yes' | config
	slowly
	tap 0 start
	as=()
	grep -q '^marked$' "$T/thief"
	assert_link t .link_type ether
	assert_equal "$("$top_builddir/tests/attach" t --multi-queue --header-size)" 10
	tap 0 stop
}

# ------------------------------------------------------------------------------
# The holder
# ------------------------------------------------------------------------------

held()
{
	config <<-'END'
		[a]
		carrier = hold
		address = 10.1.0.1/24
		[b]
		carrier = hold
	END
	tap 0 start
}

@test "a lock of somebody else's on the holder's pid file is not the holder" {
	held
	chmod 755 "$T"
	stranger lock /run/intrude lock "$RUN/holder.pid"
	retry grep -qx waits "$T/lock"
	kill -KILL "$(holder)"
	retry grep -qx ready "$T/lock"
	tap 1 status
	assert_contains "$out" "no carrier"
	tap 0 start
	tap 0 status
	tap 0 stop
	assert_nics ""
	[ ! -e "$RUN/holder.pid" ]
}

@test "nobody can lock the holder's pid file before the holder does" {
	held
	assert_equal "$(stat -c '%a %U' "$RUN/holder.pid")" "644 root"
	tap 0 stop
	# as it is until the holder has its lock
	config <<<'[a]'
	echo 'carrier = hold' >>"$CONFIG"
	strace -I 2 -f -q -o "$T/trace" -e trace=openat,fcntl,fchmod \
		"$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" start \
		>/dev/null 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry grep -q 'fchmod(.*0644) *= 0' "$T/trace"
	assert_contains "$(grep 'holder.pid.*O_CREAT' "$T/trace")" "O_EXCL|O_CLOEXEC, 0600"
	assert_matches "$(grep -E 'F_SETLK,|fchmod' "$T/trace" | sed 's/.*\(F_SETLK\|fchmod\).*/\1/' | xargs)" \
		"F_SETLK fchmod"
	tap 0 stop
	wait
}

@test "who reads no answers does not stop the holder for others" {
	held
	/run/intrude deaf "$RUN/holder.sock" >"$T/deaf" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry grep -qx ready "$T/deaf"
	LIMIT=8
	tap 0 status
	tap 0 release b
	tap 0 hold b
	tap 0 stop
	assert_nics ""
}

@test "an empty message that brings descriptors along leaves none behind" {
	local before

	held
	before=$(count_descriptors)
	/run/intrude empty "$RUN/holder.sock" >"$T/empty" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry grep -qx ready "$T/empty"
	retry eval "[ \$(count_descriptors) = $before ]" ||
		assert_equal "$(count_descriptors)" "$before" "descriptors"
	tap 0 status
	tap 0 stop
}

# traffic while config_tap has a copy of the descriptor that the holder has let go
@test "frames for a NIC that is lent out and let go do not disturb the holder" {
	local pid used

	held
	pid=$(holder)
	config <<-'END'
		[a]
		owner = alice
		address = 10.1.0.1/24
		[b]
		carrier = hold
	END
	as=(strace -q -o "$T/trace" -e inject=ioctl:delay_enter=300000)
	tap 0 start &
	retry grep -qE 'TUNSETOWNER' "$T/trace"
	"$top_builddir/tests/send" a 100 || true
	# of the 20 ticks that it would take if it went round in a circle
	used=$(ticks "$pid")
	sleep 0.2
	[ "$(($(ticks "$pid") - used))" -lt 10 ] || fail "the holder does not rest"
	wait "$!"
	as=()
	kill -0 "$pid"
	tap 0 status
	tap 0 stop
	assert_nics ""
}
