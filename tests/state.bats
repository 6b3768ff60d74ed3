# SPDX-License-Identifier: MIT
# The run directory: what it says is believed only where root alone can have said it,
# and what it cannot say is never done.

load lib

setup_test()
{
	requires root tun
	config <<-'END'
		[t]
		address = 10.1.0.1/24
	END
}

@test "directory and records are root's, and for all to read" {
	tap 0 start
	assert_equal "$(stat -c '%a %u' "$RUN")" "755 0"
	assert_equal "$(stat -c '%a %u' "$RUN/nics")" "644 0"
	assert_equal "$(stat -c '%a %u' "$RUN/lock")" "600 0"
	assert_equal "$(ls "$RUN" | xargs)" "lock nics"
}

@test "a strict or a loose umask changes nothing in that" {
	umask 000
	tap 0 start
	assert_equal "$(stat -c %a "$RUN" "$RUN/nics" | xargs)" "755 644"
	tap 0 stop
	rm -r "$RUN"
	umask 077
	tap 0 start
	assert_equal "$(stat -c %a "$RUN" "$RUN/nics" | xargs)" "755 644"
	umask 022
}

@test "the records have the boot id, the namespace, and each NIC's ifindex" {
	tap 0 start
	assert_matches "$(head -n 1 "$RUN/nics")" \
		"config_tap-state-2 $(cat /proc/sys/kernel/random/boot_id)"
	assert_matches "$(tail -n 1 "$RUN/nics")" \
		"t netid=[a-z]+:[0-9]+ ifindex=$(link t .ifindex) adopted=0 .*"
}

@test "a service with a /proc of its own sees the boot id that its container has" {
	# which the container's own processes see, and nobody whose /proc is a new one
	echo 01234567-89ab-cdef-0123-456789abcdef >boot_id
	mount --bind boot_id /proc/sys/kernel/random/boot_id
	tap 0 start
	as=(unshare --mount sh -c 'mount -t proc proc /proc && exec "$@"' sh)
	tap 0 status
	tap 0 stop
	assert_nics ""
}

# cannot_tell TEXT: every command says so, does nothing, and leaves the records as they are
cannot_tell()
{
	local before command

	before=$(tr '\0' '@' <"$RUN/nics")
	for command in stop start reload restart "--force stop" "hold t"; do
		# shellcheck disable=SC2086
		tap 1 $command
		assert_contains "$err" "$RUN/nics: $1"
		assert_nics t
	done
	tap 4 status
	assert_contains "$err" "$RUN/nics: $1"
	assert_equal "$(tr '\0' '@' <"$RUN/nics")" "$before"
}

@test "garbage in the records: nobody can say what is ours" {
	tap 0 start
	(echo; head -c 1000 /dev/urandom) >"$RUN/nics"
	cannot_tell "is not a file of records, so there is no telling what is ours; move it away if its NICs may count as somebody else's"
}

@test "records that are cut short: nobody can say what is ours" {
	tap 0 start
	cp "$RUN/nics" whole
	# within the last line, up to what ends the ifindex
	head -c $(($(stat -c %s whole) - $(tail -n 1 whole | wc -c) + 5)) whole >"$RUN/nics"
	cannot_tell "line 2 is cut short, so there is no telling"
	: >"$RUN/nics"
	cannot_tell "is empty, so there is no telling"
}

@test "one line of nonsense among good ones: nobody can say what is ours" {
	local line

	tap 0 start
	cp "$RUN/nics" whole
	for line in "u netid=cookie:1 ifindex=x" "../../etc netid=cookie:1 ifindex=3" v "" \
		"w netid=cookie:1 ifindex=5 colour=red" "w netid=cookie:1 ifindex=5 mode=ring" \
		"w netid=cookie:1 ifindex=5 netns=a%zz" "w netid=cookie:1 ifindex=5 netns=a%00"; do
		(cat whole; echo "$line") >"$RUN/nics"
		cannot_tell "line 3 makes no sense, so there is no telling"
	done
	cp whole "$RUN/nics"
	tap 0 stop
	assert_nics ""
}

@test "records of a version that is not known: nobody can say what is ours" {
	local version

	tap 0 start
	cp "$RUN/nics" whole
	for version in 0 3 999 x ""; do
		sed "1s/state-2/state-$version/" whole >"$RUN/nics"
		cannot_tell "has version $version, and this program knows those up to 2, so there is no telling"
	done
	# of an earlier boot as well: whether it is, only its own version can say
	sed '1s/.*/config_tap-state-3 boot/' whole >"$RUN/nics"
	cannot_tell "has version 3, "
	cp whole "$RUN/nics"
	tap 0 stop
	assert_nics ""
}

# as_version_1: the records as the first release wrote them
as_version_1()
{
	sed -e '1s/state-2/state-1/' -e '2,$s/ on_stop=[0-9]//' \
		-e '2,$s/ mode=[a-z]*//; 2,$s/ \(file\|section\|raised\|sink\)=[^ ]*//g' \
		-e '2,$s/ adopted=\([01]\)/ adopted=\1 on_stop=0/' \
		-e 's/ implicit=1 mac=/ made_bridge=/' "$RUN/nics" >v1
	assert_equal "$(head -c 18 v1)" config_tap-state-1
	assert_lacks "$(cat v1)" mode=
	cp v1 "$RUN/nics"
}

@test "records of version 1 are read, and become version 2" {
	requires bridge ipv6
	ip tuntap add dev old mode tap
	config <<-'END'
		[t]
		address = 10.1.0.1/24, fd00::1/64
		routes = 10.9.0.0/16 via 10.1.0.2 metric 7
		mtu = 1400
		carrier = hold
		[u]
		bridge = br0
		[old]
		address = 10.2.0.1/24
	END
	tap 0 start
	as_version_1
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	# what the file sets no more still goes
	sed -i '/^routes/d; /^mtu/d' "$CONFIG"
	tap 0 start
	assert_link t .mtu 1500
	assert_equal "$(ip route show 10.9.0.0/16)" ""
	assert_matches "$(head -n 1 "$RUN/nics")" 'config_tap-state-2 .*'
	as_version_1
	tap 0 stop
	assert_nics old
	assert_equal "$(addresses old)" ""
	assert_no_flag old UP
}

@test "records of an earlier boot are nobody's" {
	tap 0 start
	sed -i '1s/ .*/ 00000000-0000-0000-0000-000000000000/' "$RUN/nics"
	tap 0 stop
	assert_equal "$err" ""
	assert_nics t
	# it is a tap like any other then: adopted
	tap 0 start
	tap 0 stop
	assert_nics t
}

@test "records of another network namespace are nobody's" {
	tap 0 start
	sed -i 's/netid=[^ ]*/netid=cookie:1/' "$RUN/nics"
	tap 0 stop
	assert_nics t
}

@test "an ifindex that is another's now: never deleted" {
	tap 0 start
	ip link del dev t
	ip tuntap add dev t mode tap
	tap 0 stop
	tap 0 --force stop
	assert_nics t
}

@test "an ifindex that is a NIC's of another kind now: never deleted" {
	local index

	requires bridge
	tap 0 start
	index=$(link t .ifindex)
	ip link del dev t
	ip link add dev t index "$index" type bridge
	tap 0 --force stop
	assert_nics t
}

# made_anew: the NIC of that name and index is somebody else's now
made_anew()
{
	local index

	index=$(link t .ifindex)
	ip link del dev t
	program 0 "$top_builddir/tests/attach" t --index "$index"
	assert_equal "$(link t .ifindex)" "$index"
}

@test "a NIC that was made anew with the same name and index: never deleted" {
	tap 0 start
	assert_contains "$(tail -n 1 "$RUN/nics")" " serial="
	made_anew
	tap 0 --force stop
	assert_nics t
	# it is a tap like any other, to be adopted and let go
	tap 0 start
	tap 0 status
	assert_equal "$(addresses t)" 10.1.0.1/24
	tap 0 stop
	assert_nics t
	assert_equal "$(addresses t)" ""
}

@test "the same where /sys is missing, or shows another namespace" {
	tap 0 start
	umount /sys
	tap 0 start
	tap 0 stop
	mount -t sysfs sysfs /sys
	assert_nics ""
	unshare --net mount -t sysfs sysfs /sys
	tap 0 start
	index=$(ip -json link show dev t | jq '.[0].ifindex')
	ip link del dev t
	program 0 "$top_builddir/tests/attach" t --index "$index"
	tap 0 --force stop
	ip link show dev t
}

@test "the same where /sys shows another namespace that has such a NIC, too" {
	local index

	ip netns add lab
	ip -netns lab tuntap add dev t mode tap
	nsenter --net=/run/netns/lab mount -t sysfs sysfs /sys
	tap 0 start
	# our own NIC is known as ours
	tap 0 stop
	assert_equal "$(ip -json link show | jq -r '.[].ifname' | grep -cx t)" 0
	tap 0 start
	index=$(ip -json link show dev t | jq '.[0].ifindex')
	ip link del dev t
	program 0 "$top_builddir/tests/attach" t --index "$index"
	tap 0 --force stop
	ip link show dev t
	ip -netns lab link show dev t
	ip netns del lab
}

@test "the same in a named namespace" {
	ip netns add lab
	config <<-'END'
		[t]
		netns = lab
	END
	tap 0 start
	assert_contains "$(tail -n 1 "$RUN/nics")" " serial="
	index=$(ip -netns lab -json link show dev t | jq '.[0].ifindex')
	tap 0 start
	ip -netns lab link del dev t
	program 0 ip netns exec lab "$top_builddir/tests/attach" t --index "$index"
	tap 0 --force stop
	ip -netns lab link show dev t
	ip netns del lab
}

@test "records that are cut short say nothing, least of all that a NIC is ours" {
	local line

	ip tuntap add dev t mode tap
	tap 0 start
	line=$(tail -n 1 "$RUN/nics")
	assert_contains "$line" "adopted=1"
	# all that tells that it was adopted is behind the cut
	printf '%s\n%s' "$(head -n 1 "$RUN/nics")" "${line%% adopted=*}" >"$RUN/nics.cut"
	mv "$RUN/nics.cut" "$RUN/nics"
	cannot_tell "line 2 is cut short, so there is no telling"
}

@test "a NUL byte in a record says nothing, least of all that a NIC is ours" {
	ip tuntap add dev t mode tap
	tap 0 start
	sed -i 's/ adopted=1/\x00adopted=1/' "$RUN/nics"
	cannot_tell "line 2 is cut short, so there is no telling"
}

@test "a word that stands twice, or too many of them: nonsense, and no crash" {
	local many

	tap 0 start
	many=$(seq -s, -f '10.%g.0.1/24' 1 40)
	sed -i "2s|\$| address=$many address=$many|" "$RUN/nics"
	cannot_tell "line 2 makes no sense, so there is no telling"
}

@test "records that cannot be read just now: nothing is done, and they stay" {
	local before as

	tap 0 start
	before=$(cat "$RUN/nics")
	as=(strace -f -q -o /dev/null -P "$RUN/nics" -P nics -e inject=openat:error=EIO:when=1)
	tap 1 stop
	as=()
	assert_equal "$err" "config_tap: $RUN: cannot read the records in it: Input/output error"
	assert_equal "$(cat "$RUN/nics")" "$before"
	assert_nics t
	tap 0 stop
	assert_nics ""
}

@test "records that others may write are not believed" {
	tap 0 start
	chmod 664 "$RUN/nics"
	cannot_tell "is not a file that only root may write, so there is no telling"
	chmod 644 "$RUN/nics"
	chown 1001 "$RUN/nics"
	cannot_tell "is not a file that only root may write, so there is no telling"
}

@test "records that are a link are not followed, neither to read nor to write" {
	tap 0 start
	mv "$RUN/nics" elsewhere
	cp elsewhere before
	ln -s "$T/elsewhere" "$RUN/nics"
	cannot_tell "is not a file that only root may write, so there is no telling"
	mv elsewhere "$RUN/nics"
	cp "$RUN/nics" elsewhere
	ln -s "$T/elsewhere" "$RUN/nics.new"
	ip link del dev t
	tap 0 start
	cmp elsewhere before
	[ ! -L "$RUN/nics" ] || fail "the link is still there"
	tap 0 stop
	assert_nics ""
}

@test "a directory in the place of the records, or of the lock" {
	mkdir -p "$RUN/nics"
	tap 1 start
	assert_contains "$err" "$RUN/nics: "
	assert_nics ""
	rm -rf "$RUN"
	mkdir -p "$RUN/lock"
	tap 1 start
	assert_equal "$err" "config_tap: $RUN: cannot take the lock: Is a directory"
	assert_nics ""
}

@test "a lock that is a link is not followed" {
	mkdir "$RUN"
	ln -s "$T/elsewhere" "$RUN/lock"
	tap 1 start
	assert_contains "$err" "$RUN: cannot take the lock: "
	[ ! -e elsewhere ] || fail "the link was followed"
	assert_nics ""
}

@test "a run directory that others may write: refused" {
	local command

	mkdir "$RUN"
	chmod 775 "$RUN"
	for command in start stop reload; do
		tap 1 "$command"
		assert_equal "$err" "config_tap: $RUN: users other than root may write to this directory (owner 0, mode 0775), so nothing in it can be trusted; remove it, or make it root's, mode 0755"
	done
	chmod 755 "$RUN"
	chown 1001 "$RUN"
	tap 1 start
	assert_contains "$err" "(owner 1001, mode 0755)"
	assert_nics ""
}

@test "a run directory that is a link or a file: refused" {
	mkdir elsewhere
	ln -s elsewhere "$RUN"
	tap 1 start
	assert_equal "$err" "config_tap: $RUN: cannot open: is a link or a file, not a directory"
	rm "$RUN"
	: >"$RUN"
	tap 1 start
	assert_equal "$err" "config_tap: $RUN: cannot open: is a link or a file, not a directory"
	assert_nics ""
	assert_equal "$(ls elsewhere)" ""
}

@test "a run directory that cannot be made: a sentence" {
	RUN=$T/no/such/place
	tap 1 start
	assert_equal "$err" "config_tap: $RUN: cannot make the run directory: No such file or directory"
	assert_nics ""
}

@test "a run directory that is read-only: nothing is made" {
	mkdir "$RUN"
	: >"$RUN/lock"
	mount -t tmpfs -o mode=755 tmpfs "$RUN"
	mount -o remount,ro "$RUN"
	tap 1 start
	assert_equal "$err" "config_tap: $RUN: cannot take the lock: Read-only file system"
	assert_nics ""
	mount -o remount,rw "$RUN"
	: >"$RUN/lock"
	mount -o remount,ro "$RUN"
	tap 1 start
	assert_contains "$err" "Read-only file system"
	assert_nics ""
}

@test "a run directory that is full: nothing is made, and nothing stays" {
	mkdir "$RUN"
	mount -t tmpfs -o mode=755,size=4k tmpfs "$RUN"
	head -c 4096 /dev/zero >"$RUN/ballast"
	tap 1 start
	assert_contains "$err" "config_tap: t: cannot record it as ours, so it is left as it was: $RUN/nics: No space left on device"
	assert_nics ""
	[ ! -e "$RUN/nics.new" ] || fail "half a file is left"
	rm "$RUN/ballast"
	tap 0 start
	tap 0 status
}

@test "a full run directory does not keep stop from its work" {
	mkdir "$RUN"
	mount -t tmpfs -o mode=755,size=8k tmpfs "$RUN"
	tap 0 start
	head -c 8192 /dev/zero >"$RUN/ballast" 2>/dev/null || true
	tap 0 stop
	assert_contains "$err" "warning: $RUN/nics: cannot be written: No space left on device; what was removed is still recorded there, which does no harm"
	assert_nics ""
	tap 3 status
	rm "$RUN/ballast"
	tap 0 start
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "a lost run directory: nothing is deleted, and start adopts" {
	tap 0 start
	rm -r "$RUN"
	tap 0 stop
	assert_nics t
	tap 0 start
	tap 0 status
}

# no_machine_id [OPTION]: what is written to $STATE from now on does not get onto the machine
no_machine_id()
{
	local there

	rm /etc/machine-id
	# the directory may be missing, and some of those above it
	there=${STATE%/*}
	until [ -d "$there" ]; do
		there=${there%/*}
	done
	mkdir /run/upper /run/work
	probe overlay 'unknown filesystem type' mount -t overlay -o \
		"lowerdir=$there,upperdir=/run/upper,workdir=/run/work" overlay "$there"
	mkdir -p "${STATE%/*}"
	rm -rf "$STATE"
	[ -z "${1-}" ] || mount -o "remount,bind,$1" "$there"
	# dbus has one as well, on some systems
	[ ! -e /var/lib/dbus ] || mount -t tmpfs tmpfs /var/lib/dbus
}

@test "without a machine id, one is made and kept" {
	local before

	no_machine_id
	tap 0 start
	# with the machine that it is bound to
	assert_matches "$(cat "$STATE/machine-id")" '[0-9a-f]{32} .+'
	assert_equal "$(stat -c %a "$STATE/machine-id")" 444
	before=$(link t .address)
	tap 0 restart
	assert_link t .address "$before"
	assert_equal "$(ls "$STATE")" machine-id
}

@test "a name that nobody knows makes no machine id" {
	no_machine_id
	tap 2 start t nosuch
	assert_equal "$(ls "$STATE")" ""
}

@test "a machine id that cannot be kept: a warning, and a random MAC" {
	no_machine_id ro
	tap 0 start
	assert_equal "$err" "config_tap: warning: this machine has no id (/etc/machine-id), and none could be stored in $STATE: Read-only file system; MAC addresses are random"
	assert_nics t
}

# become_machine UUID: has the test's machine that one, or none
become_machine()
{
	if [ ! -d class ]; then
		mkdir -p class/net class/dmi/id
		mount --rbind /sys/class/net class/net
		mount --rbind class /sys/class
	fi
	rm -f class/dmi/id/product_uuid
	[ -z "$1" ] || echo "$1" >class/dmi/id/product_uuid
}

@test "a machine id whose mark cannot be checked, or that is none, is not replaced" {
	local mac id

	no_machine_id
	become_machine 3f2b8a52-0c55-4d6a-9a39-5b1d6f0e7a10
	tap 0 start
	mac=$(link t .address)
	id=$(cat "$STATE/machine-id")
	tap 0 stop
	as=(strace -q -o /dev/null -P /sys/class/dmi/id/product_uuid
		-e 'inject=openat,open:error=EIO')
	tap 1 start
	as=()
	assert_equal "$err" "config_tap: cannot tell this machine's id, which the MAC addresses are derived from: Input/output error"
	assert_equal "$(cat "$STATE/machine-id")" "$id"
	rm -f "$STATE/machine-id"
	echo "${id:0:20}" >"$STATE/machine-id"
	tap 1 start
	assert_contains "$err" "$STATE/machine-id is damaged; remove it, and a new one is made, with other addresses"
	echo "$id" >"$STATE/machine-id"
	tap 0 start
	assert_link t .address "$mac"
}

@test "what is no NIC is no mark of the machine, nor one of another (bonding_masters)" {
	local id

	no_machine_id
	become_machine ""
	as=(strace -q -o "$T/trace" -P /sys/class/net/lo/device -e 'inject=?access,faccessat:error=ENOTDIR')
	tap 0 start
	grep -q INJECTED "$T/trace"
	id=$(cat "$STATE/machine-id")
	tap 0 restart
	assert_equal "$(cat "$STATE/machine-id")" "$id"
	# emptied, as an image builder does: there is none yet
	rm -f "$STATE/machine-id"
	: >"$STATE/machine-id"
	tap 0 restart
	assert_matches "$(cat "$STATE/machine-id")" '[0-9a-f]{32} .+'
}

@test "each copy of an image makes an id of its own, and keeps it" {
	local uuid=3f2b8a52-0c55-4d6a-9a39-5b1d6f0e7a10 image origin macs

	no_machine_id
	for origin in "" "$uuid"; do
		become_machine "$origin"
		tap 0 start
		macs=$(link t .address)
		image=$(cat "$STATE/machine-id")
		for copy in 1 2; do
			tap 0 stop
			rm -f "$STATE/machine-id"
			echo "$image" >"$STATE/machine-id"
			become_machine "${uuid%?}$copy"
			tap 0 start
			macs+=$'\n'$(link t .address)
			tap 0 restart
			assert_link t .address "${macs##*$'\n'}"
		done
		assert_equal "$(sort -u <<<"$macs" | wc -l)" 3 "different MACs"
		tap 0 stop
		rm -f "$STATE/machine-id"
	done
}

@test "a system without /run has the records under /var/run" {
	requires tun
	mkdir -p root/var/run root/var/lib
	for directory in bin dev etc lib lib64 proc sbin sys usr; do
		if [ -L "/$directory" ]; then
			cp -a "/$directory" root/
		elif [ -d "/$directory" ]; then
			mkdir "root/$directory"
			mount --rbind "/$directory" "root/$directory"
		fi
	done
	cp "$CONFIG_TAP" root/config_tap
	printf '[t]\n' >root/config
	program 3 chroot root /config_tap -c /config status
	program 0 chroot root /config_tap -c /config stop
	program 0 chroot root /config_tap -c /config start
	assert_nics t
	[ -d root/var/run/config_tap ] || fail "there are no records"
	program 0 chroot root /config_tap -c /config status
	program 0 chroot root /config_tap -c /config stop
	assert_nics ""
	[ ! -e root/run ] || fail "a /run has been made"
}
