# SPDX-License-Identifier: MIT
# "Cannot tell" is never "no": what fails for another reason than absence is no answer.

load lib

setup_test()
{
	requires root tun
	mkdir -p /run/netns
}

# failing CALL ERROR PATH [STATUS COMMAND...]: the program, these calls about that path failing
failing()
{
	local as=(strace -q -o /dev/null -P "$3" -e "trace=$1" -e "inject=$1:error=$2")

	shift 3
	tap "$@"
}

@test "/proc is not ours: a NIC of another namespace has not gone with it" {
	local inside

	ip netns add lab
	printf '[a]\nnetns = lab\n' | config
	tap 0 start
	unshare --mount --pid --fork --kill-child --mount-proc sleep 60 >/dev/null 2>&1 3>&- 4>&- \
		</dev/null &
	background+=("$!")
	retry eval 'inside=$(pgrep -P "$!")'
	retry eval '[ -d "/proc/$inside/root/proc/1" ] && [ ! -e "/proc/$inside/root/proc/$!" ]'
	as=(nsenter --mount="/proc/$inside/ns/mnt" --root="/proc/$inside/root")
	tap 1 stop
	as=()
	assert_contains "$err" "config_tap: a: cannot reach its network namespace lab: No such process"
	grep -q '^a ' "$RUN/nics"
	tap 0 stop
	program 1 ip -n lab link show dev a
}

@test "a directory of files to include that cannot be read: nothing has left the file" {
	mkdir more.d
	printf '[a]\n' >more.d/a.conf
	config <<<'include = more.d/*.conf'
	tap 0 start
	failing openat,open EIO "$T/more.d" 6 reload
	assert_equal "$err" "$CONFIG:1: include: cannot look for $T/more.d/*.conf: Input/output error"
	assert_nics a
	chmod 700 more.d
	config <<<'include = more.d/a.conf'
	as_user 1001 tap 6 check
	assert_contains "$err" "include: cannot look for $T/more.d/a.conf: Permission denied"
}

@test "a holder whose socket is gone is no holder that is gone" {
	local before

	printf '%s\n' '[h]' 'carrier = hold' | config
	tap 0 start
	before=$(cat /sys/class/net/h/carrier_changes)
	rm "$RUN/holder.sock"
	tap 4 status
	assert_contains "$err" "does not answer: Connection refused"
	tap 1 release h
	assert_contains "$err" "does not answer: Connection refused"
	assert_equal "$(cat /sys/class/net/h/carrier_changes)" "$before"
	[[ $err =~ process\ ([0-9]+) ]]
	kill -9 "${BASH_REMATCH[1]}"
	tap 0 start
	tap 0 status
	assert_contains "$out" held
	tap 0 stop
	assert_nics ""
}

@test "what has left the file and cannot be reached may still be there" {
	ip netns add lab
	printf '%s\n' '[a]' '[b]' 'netns = lab' | config
	tap 0 start
	echo '[a]' | config
	tap 1 status
	as=(strace -q -o /dev/null -e trace=setns -e inject=setns:error=EPERM)
	tap 4 status
	as=()
	assert_contains "$err" "config_tap: b: cannot reach its network namespace lab: Operation not permitted"
	tap 0 reload
	program 1 ip -n lab link show dev b
}

@test "a NIC that may have been moved to where nobody can look" {
	local sleeper

	echo '[a]' | config
	tap 0 start
	unshare --net sleep 60 >/dev/null 2>&1 3>&- 4>&- </dev/null &
	sleeper=$!
	background+=("$sleeper")
	retry eval '[ "$(readlink "/proc/$sleeper/ns/net")" != "$(readlink /proc/self/ns/net)" ]'
	ip link set dev a netns "$sleeper"
	tap 1 status
	as=(strace -q -o /dev/null -e trace=setns -e inject=setns:error=EPERM)
	tap 4 status
	assert_contains "$out" "may have been moved to the network namespace of process $sleeper"
	tap 1 try-restart
	as=()
	assert_contains "$err" "may have been moved to"
}

@test "the file is a link to one that is gone: stop knows its NICs all the same" {
	mkdir real
	printf '[a]\n' >real/file
	ln -sfn hop "$CONFIG.link"
	ln -sfn real/file hop
	CONFIG=$CONFIG.link tap 0 start
	rm real/file
	CONFIG=$CONFIG.link tap 0 stop
	assert_nics ""
}

@test "a file that grows while it is read is not believed" {
	local as=(strace -q -o "$T/trace" -P "$CONFIG" -e trace=read -e inject=read:delay_exit=3000000)

	printf '[a]\n' | config
	(
		retry test -s "$T/trace"
		printf '[b]\n' >>"$CONFIG"
	) &
	tap 6 start
	wait "$!"
	assert_equal "$err" "$CONFIG: was changed while it was read; try again"
	as=()
	tap 0 start
	assert_nics a b
	tap 0 stop
}

@test "a NIC that somebody unseen is attached to is not free" {
	printf '[a]\nowner = nobody\n' | config
	tap 0 start
	attach a
	as=(unshare --mount --pid --fork --mount-proc --)
	tap 1 --json status --for qemu
	as=()
	assert_equal "$(jq -r '.nics[0].failed[].requirement' <<<"$out")" free
	detach "$reader"
	tap 0 stop
}

@test "a user who cannot be looked up is not one that there is not" {
	printf '[a]\nowner = alice\n' | config
	tap 0 check
	failing openat,open EIO /etc/passwd 6 check
	assert_contains "$err" "owner: the user \"alice\" cannot be looked up: Input/output error"
}
