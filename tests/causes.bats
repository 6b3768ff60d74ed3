# SPDX-License-Identifier: MIT
# What the kernel refuses, and which cause is told: each is provoked for real.

load lib

setup_test()
{
	requires root tun
}

# says STATUS SENTENCE COMMAND...: that sentence on standard error, and no other
says()
{
	local status=$1 sentence=$2

	shift 2
	tap "$status" "$@"
	assert_equal "$err" "config_tap: $sentence"
}

# slowly WHAT: what follows is run with each system call of that kind taking 0.7 s, an age to a busy machine
slowly()
{
	as=(strace -q -o "$T/trace" -e "inject=$1:delay_exit=700000")
}

# meanwhile FILE COMMAND...: once the trace has that text, somebody else does this
meanwhile()
{
	local text=$1

	shift
	(
		retry grep -qs "$text" "$T/trace" && "$@"
	) >"$T/meanwhile" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
}

# ------------------------------------------------------------------------------
# EBUSY
# ------------------------------------------------------------------------------

@test "EBUSY: the name is another interface's alternative name" {
	requires veth
	ip link add name other type veth peer name other-1
	ip link property add dev other altname t
	echo '[t]' | config
	says 1 "t: cannot create tap: t is taken: another interface has it as its alternative name (ip link show t)" start
}

@test "EBUSY: somebody makes a tap of that name meanwhile" {
	echo '[t]' | config
	# it looks for the NIC, does not find it, and opens the driver
	slowly openat
	meanwhile NLMSG_ERROR ip tuntap add dev t mode tap
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: t: cannot create tap: t exists already (a tun or tap that somebody made meanwhile)"
	assert_link t .linkinfo.info_data.persist true
}

@test "EBUSY: somebody makes a bridge of that name meanwhile" {
	requires bridge
	echo '[t]' | config
	slowly openat
	meanwhile NLMSG_ERROR ip link add name t type bridge
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: t: cannot create tap: t exists already (a bridge that somebody made meanwhile)"
}

@test "EBUSY: a process is attached, and is named" {
	echo '[t]' | config
	tap 0 start
	attach t
	printf '%s\n' '[t]' 'owner = alice' | config
	says 1 "t: cannot attach to set owner: attached by attach (pid $reader); end it first" reload
	printf '%s\n' '[t]' 'carrier = hold' | config
	says 1 "t: cannot attach to set carrier: attached by attach (pid $reader); end it first" reload
}

@test "EBUSY: a process is attached that cannot be seen from here" {
	echo '[t]' | config
	tap 0 start
	attach t
	printf '%s\n' '[t]' 'owner = alice' | config
	as=(unshare --mount --pid --fork --mount-proc --)
	tap 1 reload
	as=()
	assert_equal "$err" "config_tap: t: cannot attach to set owner: attached by a process that cannot be seen from here; end it first"
}

# strangers: a user who attaches to t as soon as he can, again and again; $stranger is the pid
strangers()
{
	cp "$top_builddir/tests/attach" "$T/attach"
	chmod 755 "$T"
	setpriv --reuid=1002 --regid=1002 --clear-groups -- sh -c '
		trap "kill \$!; exit" TERM
		while :; do
			"$@" &
			wait $!
		done' sh "$T/attach" t --multi-queue --insist "$@" \
		>"$T/stranger" 2>&1 3>&- 4>&- </dev/null &
	stranger=$!
	background+=("$stranger")
}

@test "EBUSY: strangers attach to each new multi_queue NIC before it has an owner" {
	requires multi_queue
	strangers
	printf '%s\n' '[t]' 'multi_queue = yes' | config
	slowly ioctl
	tap 1 start
	as=()
	detach "$stranger"
	assert_matches "$err" "config_tap: t: cannot create tap with multi_queue: attach \(pid [0-9]+\) attached to each of 3 new devices before it had an owner; none is kept"
	grep -q '^ready$' "$T/stranger"
	assert_nics ""
}

@test "EBUSY: one that was attached to a new multi_queue NIC is out, and the NIC is made anew" {
	requires multi_queue
	cp "$top_builddir/tests/attach" "$T/attach"
	chmod 755 "$T"
	setpriv --reuid=1002 --regid=1002 --clear-groups -- "$T/attach" t --multi-queue --insist \
		>"$T/stranger" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	printf '%s\n' '[t]' 'multi_queue = yes' | config
	slowly ioctl
	tap 0 start
	as=()
	assert_equal "$err" ""
	retry grep -q '^error' "$T/stranger"
	assert_link t .linkinfo.info_data.numqueues 0
}

@test "EBUSY: something else receives what comes in on the NIC, so it can be no port" {
	requires bridge macvlan
	echo '[t]' | config
	tap 0 start
	ip link add link t name mv type macvlan mode bridge
	printf '%s\n' '[t]' 'bridge = br0' | config
	says 1 "t: cannot set bridge br0: it is a port of another bridge, bond or switch, or has a macvlan" reload
	ip link del dev mv
	tap 0 reload
}

# ------------------------------------------------------------------------------
# EINVAL
# ------------------------------------------------------------------------------

@test "EINVAL: the device was replaced by one of another kind meanwhile" {
	echo '[t]' | config
	tap 0 start
	printf '%s\n' '[t]' 'owner = alice' | config
	# opening the driver takes long, and so nothing has been attached to yet
	as=(strace -q -o "$T/trace" -P /dev/net/tun -e "inject=openat:delay_exit=3000000")
	meanwhile '/dev/net/tun' eval 'ip link del dev t && ip tuntap add dev t mode tun'
	tap 1 start
	as=()
	assert_contains "$err" "config_tap: t: cannot attach to set owner: the device was replaced by one of another kind meanwhile"
	assert_link t .linkinfo.info_data.type tun
}

# failing ERROR CALLS TEXT: start once, to see which of those calls has the text, and then
# once more with an error in the place of its answer. For what no kernel here lacks.
failing()
{
	local error=$1 calls=$2 text=$3 n

	as=(strace -q -o "$T/trace" -s 4096 -e "trace=$calls")
	tap 0 start
	as=()
	n=$(grep -n -m 1 "$text" "$T/trace" | cut -d: -f1)
	tap 0 stop
	rm -rf "$RUN"
	as=(strace -q -o "$T/trace" -s 4096 -e "trace=$calls" -e "inject=$calls:error=$error:when=$n")
	tap 1 start
	as=()
	grep -q "$text.*INJECTED" "$T/trace"
	assert_nics ""
}

@test "EINVAL: a driver that lacks what is asked for" {
	echo '[t]' | config
	failing EINVAL ioctl TUNSETIFF
	assert_equal "$err" "config_tap: t: cannot create tap: the kernel's tun driver lacks this mode, multi_queue or vnet_hdr, or rejects the name"
}

@test "EOPNOTSUPP: a kernel without bridges" {
	requires bridge
	printf '%s\n' '[t]' 'bridge = br0' | config
	failing EOPNOTSUPP sendto RTM_NEWLINK
	assert_equal "$err" "config_tap: t: cannot create bridge br0: this kernel has no bridges (module bridge)"
}

@test "EOPNOTSUPP: a kernel without IPv6" {
	requires ipv6
	printf '%s\n' '[t]' 'address = fd00:1::1/64' | config
	failing EOPNOTSUPP sendto RTM_NEWADDR
	assert_equal "$err" "config_tap: t: cannot add address fd00:1::1/64: this kernel has no IPv6"
}

@test "ENETDOWN: somebody brings the NIC down meanwhile" {
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' | config
	tap 0 start
	echo 'routes = 10.5.0.0/16' >>"$CONFIG"
	slowly sendto
	meanwhile RTM_NEWLINK ip link set dev t down
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: t: cannot add route 10.5.0.0/16: the NIC is down"
}

@test "EINVAL: the gateway is an address of the machine itself, so nothing is reached through it" {
	requires ipv6
	ip address add fd00:1::9/128 dev lo
	printf '%s\n' '[t]' 'address = fd00:1::1/64' 'overlap = allow' 'routes = fd00:5::/64 via fd00:1::9' | config
	says 1 "t: cannot add route fd00:5::/64 via fd00:1::9: the gateway fd00:1::9 cannot be reached through this NIC" start
	assert_nics ""
}

@test "EINVAL: what the NIC is to join is not a bridge" {
	requires veth
	ip link add name br0 type veth peer name other
	printf '%s\n' '[t]' 'bridge = br0' | config
	says 1 "t: cannot set bridge br0: br0 is not a bridge, or cannot take a NIC of this kind" start
	assert_nics br0 other
}

@test "the bridge vanishes meanwhile" {
	requires bridge
	ip link add name br0 type bridge
	printf '%s\n' '[t]' 'bridge = br0' | config
	slowly ioctl
	meanwhile TUNSETIFF ip link del dev br0
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: t: cannot set bridge br0: there is no bridge br0 any more"
}

# ------------------------------------------------------------------------------
# EPERM, EACCES and others
# ------------------------------------------------------------------------------

@test "EPERM: an ordinary user" {
	echo '[t]' | config
	as_user 1001 tap 4 start
	assert_equal "$err" "config_tap: only root may make, change or remove NICs; try it with sudo, or with --dry-run to see the steps"
}

@test "EPERM: root without CAP_NET_ADMIN" {
	echo '[t]' | config
	as=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin --)
	tap 4 start
	as=()
	assert_equal "$err" "config_tap: root lacks CAP_NET_ADMIN here (a container?), so it may not make, change or remove NICs"
}

@test "EPERM: root of a user namespace, in a network that is not his" {
	echo '[t]' | config
	requires user_namespaces
	as=(unshare --user --map-root-user --)
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: t: cannot create tap: not permitted: CAP_NET_ADMIN is missing here (a container, or a user namespace?)"
}

@test "EACCES: IPv6 is disabled" {
	requires ipv6
	sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	printf '%s\n' '[t]' 'address = fd00:1::1/64' | config
	says 1 "t: cannot add address fd00:1::1/64: IPv6 is disabled on this interface (sysctl net.ipv6.conf.default.disable_ipv6)" start
	assert_nics ""
}

@test "EEXIST: there is such a route already" {
	requires veth
	ip link add name lan type veth peer name lan-1
	ip link set dev lan up
	ip address add 10.9.0.1/24 dev lan
	ip route add 10.5.0.0/16 via 10.9.0.2
	printf '%s\n' '[t]' 'address = 10.1.0.1/24' 'routes = 10.5.0.0/16 via 10.1.0.2' | config
	says 1 "t: cannot add route 10.5.0.0/16 via 10.1.0.2: there is a route to this network already; a metric of its own would let both be" start
	assert_equal "$(ip -json route show 10.5.0.0/16 | jq -r '.[0].dev')" lan
	sed -i 's/^routes.*/& metric 7/' "$CONFIG"
	tap 0 start
	tap 0 status
}

@test "ENODEV: somebody removes the NIC while it is configured" {
	echo '[t]' | config
	tap 0 start
	printf '%s\n' '[t]' 'mtu = 1400' 'txqueuelen = 77' 'promisc = yes' | config
	slowly ioctl
	meanwhile SIOCSIFMTU ip link del dev t
	tap 1 start
	as=()
	assert_matches "$err" "config_tap: t: cannot set .*: it was removed meanwhile"
	assert_nics ""
}

@test "EMFILE: too few descriptors" {
	printf '%s\n' '[t]' | config
	as=(prlimit --nofile=8:8 --)
	tap 1 start
	as=()
	assert_matches "$err" ".*(too many open files|Too many open files).*"
	assert_nics ""
}

# injected ERROR: start fails where the kernel answers so to the opening of the driver
injected()
{
	as=(strace -q -o "$T/trace" -P /dev/net/tun -e "trace=openat,open" -e "inject=openat,open:error=$1")
	tap 1 start
	as=()
	assert_nics ""
}

@test "ENODEV, EACCES, EMFILE: /dev/net/tun cannot be opened" {
	echo '[t]' | config
	injected EACCES
	assert_equal "$err" "config_tap: t: cannot create tap: /dev/net/tun may not be opened here; a container needs it allowed (device 10:200)"
	injected EMFILE
	assert_equal "$err" "config_tap: t: cannot create tap: too many open files (ulimit -n)"
	injected EIO
	assert_equal "$err" "config_tap: t: cannot create tap: /dev/net/tun cannot be opened: Input/output error"
}

@test "EROFS, ENOENT: /proc/sys cannot be written, or is not there" {
	requires ipv6
	printf '%s\n' '[t]' 'ipv6 = no' | config
	mount --bind /proc/sys/net /proc/sys/net
	mount -o remount,bind,ro /proc/sys/net
	tap 1 start
	assert_contains "$err" "/proc/sys is read-only here (a container?)"
	assert_nics ""
	umount /proc/sys/net
	mount -t tmpfs tmpfs /proc/sys/net
	tap 1 start
	assert_contains "$err" "there is no /proc/sys/net/ipv6 for the NIC: /proc is not mounted or not writ"
	assert_nics ""
}

@test "EADDRINUSE: the UDP port of a vxlan is another program's" {
	requires vxlan
	python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4790))
open("bound", "w").close()
time.sleep(60)' 3>&- 4>&- &
	background+=("$!")
	retry test -e bound
	printf '%s\n' '[eth1]' 'mode = vxlan' 'vni = 7' 'local = 10.0.0.1' 'peers = 10.0.0.2' | config
	tap 1 start
	assert_contains "$err" "another program is using UDP port 4790"
	assert_nics ""
}

@test "every cause of the source has a test that provokes it" {
	local sentence missing='' n=0
	# what kernels answer that cannot change a vxlan, or have no IPv6: this one can, and has
	local other_kernels=("this kernel cannot change it in place; config_tap stop it, then start it"
		"the kernel has no IPv6, and local is an IPv6 address")

	for sentence in "${other_kernels[@]}"; do
		grep -qrF -- "$sentence" "$top_srcdir/src/change" || fail "no cause any more: $sentence"
	done
	# the beginning of each sentence, up to what is filled in; the holder has tests of its own
	while IFS= read -r sentence; do
		n=$((n + 1))
		grep -qrF -- "$sentence" "$top_srcdir/tests" || missing+="$sentence; "
	done < <(cat "$top_srcdir"/src/change/steps*.c | sed '/holder_causes\[\]/,/^};/d' |
		tr '\n\t' '  ' | grep -o '\({ E[A-Z0-9]*,\|strcpy(buf,\|snprintf(buf, CAUSE_TEXT,\) *"[^%"]\{12,\}' |
		sed 's/^[^"]*"//; s/ *$//')
	assert_equal "$missing" "" "causes without a test"
	[ "$n" -ge 12 ] || fail "only $n causes were found in the source"
}
