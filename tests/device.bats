# SPDX-License-Identifier: MIT
# /dev/net/tun is missing: made, waited for, or a sentence that says what to do.

load lib

setup_test()
{
	requires root tun
	config <<<'[t]'
}

# a /dev with the plainest devices only
private_dev()
{
	mount -t tmpfs -o mode=755 tmpfs /dev
	mknod -m 666 /dev/null c 1 3
	mknod -m 666 /dev/zero c 1 5
	mknod -m 666 /dev/full c 1 7
	mknod -m 666 /dev/urandom c 1 9
	ln -s /proc/self/fd /dev/fd
}

@test "the node is made, with the mode that udev gives it" {
	private_dev
	tap 0 start
	assert_nics t
	assert_equal "$(stat -c '%F %t:%T %a' /dev/net/tun)" "character special file a:c8 666"
	assert_equal "$(stat -c '%a %u' /dev/net)" "755 0"
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "stop, status, check and dry runs do without the node" {
	tap 0 start
	private_dev
	tap 0 status
	tap 0 check
	tap 0 --dry-run restart
	tap 0 stop
	assert_nics ""
	[ ! -e /dev/net ] || fail "the node was made"
}

@test "where udev runs, its node is waited for" {
	private_dev
	mkdir -p /run/udev
	: >/run/udev/control
	# the node comes when the program has asked for it in vain
	traced_in_background start
	retry grep -q '/dev/net/tun.*ENOENT' "$T/trace"
	mkdir /dev/net
	mknod -m 600 /dev/net/tun c 10 200
	wait "$tracing"
	assert_nics t
	assert_equal "$(stat -c %a /dev/net/tun)" 600 "mode of udev's node"
}

traced_in_background()
{
	strace -q -o "$T/trace" "$CONFIG_TAP" --config "$CONFIG" --run-dir "$RUN" "$@" \
		>"$T/log" 2>&1 3>&- </dev/null &
	tracing=$!
	background+=("$tracing")
	retry test -e "$T/trace"
}

@test "a /dev that cannot be written: what to do" {
	private_dev
	mount -o remount,ro /dev
	tap 1 start
	assert_equal "$err" "config_tap: t: cannot create tap: there is no /dev/net/tun, and none could be made; mknod /dev/net/tun c 10 200, or give it to this container"
	assert_nics ""
}

@test "a node that may not be opened: what to do" {
	private_dev
	mkdir /dev/net
	mount -t tmpfs -o mode=755,nodev tmpfs /dev/net
	mknod /dev/net/tun c 10 200
	tap 1 start
	assert_equal "$err" "config_tap: t: cannot create tap: /dev/net/tun may not be opened here; a container needs it allowed (device 10:200)"
	assert_nics ""
}

@test "a node without a driver behind it: what to do" {
	private_dev
	mkdir /dev/net
	# the number of no driver: block 240 to 254 of characters is for experiments
	mknod /dev/net/tun c 250 77
	tap 1 start
	assert_matches "$err" "config_tap: t: cannot create tap: the running kernel $(uname -r) has no tun driver, and its modules? .*"
	assert_contains "$err" "/lib/modules/$(uname -r)"
	assert_nics ""
}

@test "a file in the node's place: a sentence" {
	private_dev
	mkdir /dev/net
	echo "no device" >/dev/net/tun
	tap 1 start
	assert_contains "$err" "config_tap: t: cannot create tap: "
	assert_nics ""
}
