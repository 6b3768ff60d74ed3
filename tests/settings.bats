# SPDX-License-Identifier: MIT
# Every key of the file: tests/settings.table says what the kernel shows of it, which
# change from outside status finds, which calls mend that, and what is left when the key
# goes. Each test takes the entry that has its name.

load lib

setup_test()
{
	requires root tun
}

# The tests here that are of a key, one a line.
keys_with_test()
{
	sed -n 's/^@test "\([a-z_]*\)" {$/\1/p' "$BATS_TEST_FILENAME"
}

# part NAME: of the entry with the name of this test
part()
{
	awk -v entry="=== $BATS_TEST_DESCRIPTION" -v part="--- $1" '
		/^=== / { inside = $0 == entry; here = 0; next }
		inside && /^--- / { here = $0 == part; next }
		inside && here' "$top_srcdir/tests/settings.table"
}

# run_part NAME: the commands of a part that changes something
run_part()
{
	local line

	while IFS= read -r line; do
		printf '+ %s\n' "$line"
		eval "$line"
	done < <(part "$1")
}

# check_part NAME: every line of it is "command => what it prints"; the link state of the
# kernel follows a little later
check_part()
{
	local line

	while IFS= read -r line; do
		retry prints "${line% => *}" "${line##* => }" ||
			both_sides "${line% => *}" "${line##* => }" "$printed"
	done < <(part "$1")
}

prints()
{
	printed=$(eval "$1" | xargs) && [ "$printed" = "$2" ]
}

# The calls of the trace that set something, in their order.
calls()
{
	grep -v resumed "$T/trace" |
		grep -oE 'ioctl\([^,]*, (SIOCS|TUNSET|TUNATTACH)[A-Z]*|send.*type=RTM_(NEW|DEL|SET)[A-Z]*' |
		sed -E 's/.*, |.*type=//' | xargs
}

# traced_alone STATUS ARGUMENT...: without what it leaves behind, which holds links
traced_alone()
{
	local as=(strace -q -o "$T/trace" -s 4096)

	tap "$@"
}

# What no change in place may touch.
identity()
{
	link t .ifindex
	[ -n "$(part 'link flaps')" ] || cat /sys/class/net/t/carrier_changes
}

# assert_nothing_to_do: for none of the commands, as text and as JSON
assert_nothing_to_do()
{
	local command

	for command in start reload; do
		tap 0 --dry-run "$command"
		assert_equal "$out$err" "" "steps of $command"
		tap 0 --dry-run --json "$command"
		assert_equal "$(jq -c . <<<"$out")" '{"version":1,"steps":[],"refused":[]}'
		traced_alone 0 "$command"
		assert_equal "$(calls)" "" "calls of $command"
	done
}

is_made()
{
	run_part before
	part file | config
	tap 0 start
	check_part kernel
	tap 0 status
	assert_nothing_to_do
}

# assert_differs: status names what differs, in both forms
assert_differs()
{
	tap 1 status
	assert_equal "$(grep '^    ' <<<"$out")" "$(part differs)" "differences"
	tap 1 --json status
	assert_equal "$(jq -c '.nics[] | select(.name == "t") | .differences[]' <<<"$out")" \
		"$(part json)" "differences in JSON"
}

is_mended()
{
	local before

	run_part change
	before=$(identity)
	assert_differs
	traced_alone 0 start
	assert_equal "$(calls)" "$(part calls)" "calls"
	check_part kernel
	assert_equal "$(identity)" "$before" "ifindex and carrier changes"
	tap 0 status
	traced_alone 0 start
	assert_equal "$(calls)" "" "calls when it is mended"
}

is_unset()
{
	local before

	before=$(identity)
	sed -i "/^$BATS_TEST_DESCRIPTION *=/d" "$CONFIG"
	tap 0 reload
	check_part unset
	assert_equal "$(identity)" "$before" "ifindex and carrier changes without the key"
	tap 0 status
	traced_alone 0 reload
	assert_equal "$(calls)" "" "calls when it is unset"
}

# setting: the life of one setting, as the entry of the table has it
setting()
{
	is_made
	is_mended
	is_unset
}

@test "every key has an entry in the table, and a test; nothing else has" {
	local keys key file test table=$top_srcdir/tests/settings.table
	# those that taps have not, and those that are no setting of a device
	local elsewhere=(ipv6 learning link_local local peers port stp vni)

	for key in "${elsewhere[@]}"; do
		grep -q -- "$key = " "$top_srcdir"/tests/*.bats || fail "no test has the key $key"
	done
	keys=$("$CONFIG_TAP" --keys | grep -vxF "$(printf '%s\n' "${elsewhere[@]}")" | sort)
	assert_equal "$(sed -n 's/^=== //p' "$table" | sort)" "$keys" "entries of the table"
	while IFS= read -r test; do
		file=${test%%: *} test=${test#*: }
		grep -qF "@test \"$test\" {" "$top_srcdir/tests/$file" ||
			fail "$file has no test \"$test\""
	done < <(sed -n '/^--- elsewhere$/{n;p}' "$table")
	assert_equal "$({ keys_with_test
		grep -B1 '^--- elsewhere$' "$table" | sed -n 's/^=== //p'; } | sort)" \
		"$keys" "keys with a test"
}

# The offloads of the NIC that the file can name, and that are on.
offloads()
{
	ethtool -k "$1" | sed -n 's/^\s*\(tx-\(checksum-ip-generic\|.*-segmentation\)\): on.*/\1/p' |
		grep -xE 'tx-(checksum-ip-generic|tcp6?-segmentation|tcp-ecn-segmentation|udp-segmentation)' ||
		true
}

# outsider OPTION...: a program attaches to t, and leaves something behind
outsider()
{
	"$top_builddir/tests/attach" --no-carrier "$@" t
}

holder_ended()
{
	! kill -0 "$holder" 2>/dev/null
}

kill_holder()
{
	holder=$(cat "$RUN/holder.pid")
	kill -9 "$holder"
	retry holder_ended
	retry grep -qx down /sys/class/net/t/operstate
}

@test "address" {
	requires ipv6
	setting
}

@test "alias" {
	setting
}

@test "allmulti" {
	setting
}

@test "arp" {
	setting
}

@test "bridge" {
	requires bridge
	setting
}

@test "broadcast" {
	setting
}

@test "carrier" {
	setting
}

@test "dad" {
	requires ipv6
	setting
}

@test "link_group" {
	setting
}

@test "mac" {
	setting
}

@test "mtu" {
	setting
}

@test "multicast" {
	setting
}

@test "offload" {
	setting
}

@test "owner" {
	setting
}

@test "packet_info" {
	setting
}

@test "peer" {
	setting
}

@test "promisc" {
	setting
}

@test "routes" {
	setting
}

@test "txqueuelen" {
	setting
}

@test "up" {
	setting
}

@test "vnet_hdr" {
	setting
}

@test "group" {
	local before

	is_made
	is_mended
	before=$(link t .ifindex)
	sed -i '/^group/d' "$CONFIG"
	tap 1 reload
	assert_equal "$err" "config_tap: t: has a group, and the file says none; the kernel cannot remove it; --force recreates the NIC"
	assert_link t .ifindex "$before"
	assert_equal "$(cat /sys/class/net/t/group)" 2001
	tap 1 status
	tap 0 --force reload
	assert_equal "$(cat /sys/class/net/t/group /sys/class/net/t/owner | xargs)" "-1 0"
	tap 0 status
}

# is_fixed KEY IS WANTED: neither in place, nor by what somebody else has put there
is_fixed()
{
	local key=$1 is=$2 wanted=$3 before words

	words="the file says $wanted; the kernel cannot change that"
	before=$(link t .ifindex)
	sed -i "/^$key/d" "$CONFIG"
	tap 1 status
	assert_equal "$(grep '^    ' <<<"$out")" "    $key is $is, configured: $wanted"
	tap 1 reload
	assert_contains "$err" "$words; --force recreates the NIC"
	assert_link t .ifindex "$before"
	tap 0 --force reload
	tap 0 status
	[ "$(link t .ifindex)" != "$before" ] || fail "it is the same device"
	ip link del dev t
}

@test "mode" {
	is_made
	is_fixed mode tun tap
	ip tuntap add dev t mode tun user root
	tap 1 --force start
	assert_equal "$err" "config_tap: t: is a tun, and the file says tap; the kernel cannot change that; config_tap did not make it; choose another name, or remove it"
	assert_link t .linkinfo.info_data.type tun
}

@test "multi_queue" {
	requires multi_queue
	is_made
	is_fixed multi_queue yes no
	sed -i '/^\[t\]/a multi_queue = no' "$CONFIG"
	ip tuntap add dev t mode tap user root multi_queue
	tap 1 --force start
	assert_equal "$err" "config_tap: t: has multi_queue = yes, and the file says no; the kernel cannot change that; config_tap did not make it; choose another name, or remove it"
	assert_link t .linkinfo.info_data.multi_queue true
}

@test "vnet_hdr_size" {
	local before

	is_made
	assert_equal "$(outsider --vnet-hdr --header-size)" 12
	# only we can be asked which size it has: the kernel tells nobody who is not attached
	before=$(identity)
	sed -i 's/size = 12/size = 10/' "$CONFIG"
	tap 1 status
	assert_contains "$out" "    vnet_hdr_size is 12, configured: 10"
	traced_alone 0 start
	assert_equal "$(calls)" "TUNSETIFF TUNSETVNETHDRSZ"
	assert_equal "$(outsider --vnet-hdr --header-size)" 10
	sed -i 's/size = 10/size = 12/' "$CONFIG"
	tap 0 start
	assert_equal "$(outsider --vnet-hdr --header-size)" 12
	sed -i '/^vnet_hdr/d' "$CONFIG"
	traced_alone 0 reload
	assert_equal "$(calls)" "TUNSETIFF TUNSETVNETHDRSZ"
	assert_equal "$(outsider --vnet-hdr --header-size)" 10
	assert_equal "$(identity)" "$before" "ifindex and carrier changes"
	outsider --end
	tap 0 status
	assert_nothing_to_do
}

@test "what the next reader sets waits until the one that is attached has left" {
	printf '%s\n' '[t]' 'vnet_hdr = yes' 'vnet_hdr_size = 12' 'packet_info = yes' | config
	tap 0 start
	attach t --vnet-hdr --packet-info
	echo '[t]' | config
	traced_alone 0 reload
	assert_equal "$(calls)" ""
	tap 0 status
	detach "$reader"
	tap 1 status
	assert_contains "$out" "    vnet_hdr is yes, configured: no"
	assert_contains "$out" "    vnet_hdr_size is 12, configured: 10"
	assert_contains "$out" "    packet_info is yes, configured: no"
	traced_alone 0 reload
	assert_equal "$(calls)" "TUNSETIFF TUNSETVNETHDRSZ"
	assert_link t '.linkinfo.info_data | [.vnet_hdr, .pi] | @json' '[false,false]'
	assert_equal "$(outsider --header-size)" 10
	tap 0 status
}

@test "count" {
	local before

	is_made
	before=$(link t0 .ifindex)
	ip link del dev t1
	tap 1 status
	assert_contains "$out" $'\nt1   missing'
	tap 0 start
	check_part kernel
	tap 0 status
	assert_link t0 .ifindex "$before"
	sed -i 's/count.*/count = 1/' "$CONFIG"
	tap 0 reload
	assert_nics t0
	assert_link t0 .ifindex "$before"
	sed -i '/^count/d' "$CONFIG"
	tap 6 reload
	assert_nics t0
}

@test "first" {
	local before

	is_made
	before=$(link t8 .ifindex)
	ip link del dev t7
	tap 1 status
	assert_contains "$out" $'\nt7   missing'
	tap 0 start
	check_part kernel
	sed -i 's/first.*/first = 8/' "$CONFIG"
	tap 0 reload
	assert_nics t8 t9
	assert_link t8 .ifindex "$before"
	sed -i '/^first/d' "$CONFIG"
	tap 0 reload
	assert_nics t0 t1
	tap 0 status
}

@test "netns" {
	is_made
	ip -n blue link del dev t
	tap 1 status
	assert_contains "$out" $'\nt    missing'
	tap 0 start
	check_part kernel
	tap 0 status
	sed -i '/^netns/d' "$CONFIG"
	tap 0 reload
	assert_nics t u
	assert_equal "$(ip -n blue -json link show type tun)" "[]"
	tap 0 status
}

# counted NAME MORE-THAN: of the statistics of t
counted()
{
	ip neighbour flush dev t
	bash -c 'echo x >/dev/udp/10.1.0.9/9' 2>/dev/null || true
	[ "$(cat "/sys/class/net/t/statistics/$1")" -gt "$2" ]
}

@test "sink" {
	local before sent

	is_made
	retry counted tx_dropped 0
	sent=$(cat /sys/class/net/t/statistics/tx_packets)
	before=$(identity)
	sed -i 's/^sink.*/sink = read/' "$CONFIG"
	tap 1 status
	assert_equal "$(grep '^    ' <<<"$out")" "    sink is drop, configured: read"
	traced_alone 0 start
	assert_equal "$(calls)" "" "calls: the holder makes them"
	tap 0 status
	retry counted tx_packets "$sent"
	sed -i 's/^sink.*/sink = drop/' "$CONFIG"
	tap 0 reload
	sed -i '/^sink/d' "$CONFIG"
	tap 0 reload
	sent=$(cat /sys/class/net/t/statistics/tx_packets)
	retry counted tx_packets "$sent"
	assert_equal "$(identity)" "$before" "ifindex and carrier changes"
	tap 0 status
	assert_nothing_to_do
	tap 0 stop
}

@test "the difference that comes of another one is mended with it" {
	requires ipv6
	config <<-'END'
		[t]
		mtu = 1400
		address = fd00:1::1/64
		routes = fd00:5::/64 via fd00:1::2
	END
	tap 0 start
	# below 1280 the kernel takes IPv6 off the interface
	ip link set dev t mtu 1000
	tap 1 status
	assert_contains "$out" "    mtu is 1000, configured: 1400"
	assert_contains "$out" "    address is none, configured: fd00:1::1/64"
	assert_contains "$out" "    routes is none, configured: fd00:5::/64 via fd00:1::2"
	tap 0 start
	tap 0 status
	assert_equal "$(addresses t)" fd00:1::1/64
	# and with the link it takes addresses and routes away
	ip link set dev t down
	tap 3 status
	tap 0 start
	tap 0 status
	assert_equal "$(addresses t)" fd00:1::1/64
}

@test "an address that was being checked can be used once dad has left the file" {
	requires ipv6
	printf '%s\n' '[t]' 'address = fd00:1::1/64' 'dad = yes' | config
	tap 0 start
	assert_equal "$(ip -json address show dev t tentative | jq 'length')" 1
	sed -i '/^dad/d' "$CONFIG"
	tap 0 reload
	assert_equal "$(ip -json address show dev t tentative | jq -c 'map(select(.ifname))')" "[]"
	tap 0 status
}

@test "a group alone for a NIC that has an owner: said, and made anew with --force" {
	local before

	printf '%s\n' '[t]' 'owner = alice' | config
	tap 0 start
	before=$(link t .ifindex)
	printf '%s\n' '[t]' 'group = vms' | config
	tap 1 status
	assert_contains "$out" "    owner is alice, configured: none"
	traced_alone 1 reload
	assert_equal "$err" "config_tap: t: has an owner, who would have to be in the group as well, and the file says a group only; the kernel cannot remove the owner; --force recreates the NIC"
	assert_equal "$(calls)" ""
	assert_link t .ifindex "$before"
	tap 0 --force reload
	assert_equal "$(cat /sys/class/net/t/owner /sys/class/net/t/group | xargs)" "-1 2001"
	tap 0 status
}

@test "owner = none is for a group, where the defaults have an owner" {
	printf '%s\n' 'owner = alice' '[t]' 'owner = none' 'group = vms' '[u]' | config
	tap 0 start
	assert_equal "$(cat /sys/class/net/t/owner /sys/class/net/t/group | xargs)" "-1 2001"
	assert_equal "$(cat /sys/class/net/u/owner)" 1001
	tap 0 status
}
