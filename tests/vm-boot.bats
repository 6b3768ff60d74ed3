# SPDX-License-Identifier: MIT
# Debian's own kernel in a virtual machine without KVM, where tun is a module and there is no
# /dev/net/tun: the one place where making that can be shown.

load lib

LIMIT=300

@test "boots, loads tun, has tap0, powers off" {
	vm=$top_builddir/tests/vm
	[ -e "$vm/initrd" ] || fail "there is no $vm/initrd: make check-vm makes it"
	begin=$SECONDS
	program 0 qemu-system-x86_64 -m 1024 -nographic -no-reboot -nic none \
		-kernel "$vm/vmlinuz" -initrd "$vm/initrd" \
		-append "console=ttyS0 quiet panic=-1 rdinit=/init"
	echo "# from power on to power off in $((SECONDS - begin)) s" >&3
	out=$(printf '%s\n' "$out" | tr -d '\r')
	assert_contains "$out" "TEST runlevel: N 2"
	assert_contains "$out" "TEST module: 1"
	assert_contains "$out" "TEST node: character special file a:c8"
	assert_contains "$out" "192.168.0.1/24"
	assert_contains "$out" "TEST status: 0"
	assert_contains "$out" "Stopping persistent TUN/TAP interfaces"
	assert_contains "$out" "Power down"
}
