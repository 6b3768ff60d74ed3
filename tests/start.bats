# SPDX-License-Identifier: MIT
# start: what the kernel has afterwards, for each key; and that a NIC that matches is
# left alone.

load lib

setup_test()
{
	requires root tun
}

@test "the shipped file makes tap0 as the original script did" {
	cp "$top_srcdir/sysconfig/config_tap" "$CONFIG"
	tap 0 start
	assert_equal "$out$err" ""
	assert_nics tap0
	assert_link tap0 .linkinfo.info_kind tun
	assert_link tap0 .linkinfo.info_data.type tap
	assert_link tap0 .linkinfo.info_data.persist true
	assert_link tap0 .linkinfo.info_data.user root
	assert_link tap0 .linkinfo.info_data.multi_queue false
	assert_link tap0 .promiscuity 1
	assert_flag tap0 UP
	assert_flag tap0 PROMISC
	assert_equal "$(addresses tap0)" 192.168.0.1/24
	assert_equal "$(ip -json address show dev tap0 | jq -r '.[0].addr_info[0].broadcast')" \
		192.168.0.255
	tap 0 status
}

@test "a second start touches nothing" {
	local before

	cp "$top_srcdir/sysconfig/config_tap" "$CONFIG"
	tap 0 start
	before=$(link tap0 .ifindex)
	stat -c '%i %y' "$RUN/nics" >before
	traced 0 start
	assert_equal "$(link tap0 .ifindex)" "$before" ifindex
	assert_equal "$(count_sets)" 0 "calls that set something"
	assert_equal "$(count_writes)" 0 "writes to the run directory"
	assert_equal "$(stat -c '%i %y' "$RUN/nics")" "$(cat before)" "the records"
	assert_equal "$out$err" ""
}

@test "the first start does set things, as strace sees it" {
	cp "$top_srcdir/sysconfig/config_tap" "$CONFIG"
	traced 0 start
	[ "$(count_sets)" -ge 5 ] || both_sides "calls that set something" "5 or more" \
		"$(count_sets)"
	[ "$(count_writes)" -ge 2 ] || both_sides "writes" "2 or more" "$(count_writes)"
}

# makes_nic: the NIC t of the file on standard input is made, status agrees, and a
# second start has nothing to do
makes_nic()
{
	config
	tap 0 start
	tap 0 status
	traced 0 start
	assert_equal "$(count_sets)" 0 "calls that set something, at the second start"
}

@test "mode = tun makes a tun" {
	makes_nic <<-'END'
		[t]
		mode = tun
		address = 10.1.0.1/24
	END
	assert_link t .linkinfo.info_data.type tun
	assert_link t .link_type none
	assert_equal "$(addresses t)" 10.1.0.1/24
	assert_flag t UP
}

@test "a NIC without any key is a tap that is up and root's" {
	makes_nic <<<'[t]'
	assert_link t .linkinfo.info_data.type tap
	assert_link t .linkinfo.info_data.user root
	assert_link t .linkinfo.info_data.persist true
	assert_link t .mtu 1500
	assert_flag t UP
	assert_no_flag t PROMISC
	assert_equal "$(addresses t)" ""
}

@test "owner by name and by number" {
	makes_nic <<-'END'
		[t]
		owner = alice
		[u]
		owner = 4711
	END
	assert_equal "$(cat /sys/class/net/t/owner)" 1001
	assert_equal "$(cat /sys/class/net/u/owner)" 4711
}

@test "a group alone leaves the owner out, so that its members can attach" {
	makes_nic <<-'END'
		[t]
		group = vms
	END
	assert_equal "$(cat /sys/class/net/t/owner)" -1
	assert_equal "$(cat /sys/class/net/t/group)" 2001
	attach t --uid 1001 --gid 2001
}

@test "owner and group together" {
	makes_nic <<-'END'
		[t]
		owner = alice
		group = vms
	END
	assert_equal "$(cat /sys/class/net/t/owner)" 1001
	assert_equal "$(cat /sys/class/net/t/group)" 2001
}

@test "the owner can attach, and nobody else" {
	makes_nic <<-'END'
		[t]
		owner = alice
	END
	program 1 "$top_builddir/tests/attach" t --uid 1002
	assert_equal "$out" "error TUNSETIFF: Operation not permitted"
	attach t --uid 1001
}

@test "a NIC of which the file says nothing is not open to everybody" {
	makes_nic <<<'[t]'
	program 1 "$top_builddir/tests/attach" t --uid 1001
	assert_equal "$out" "error TUNSETIFF: Operation not permitted"
}

@test "several addresses, of both families" {
	requires ipv6
	makes_nic <<-'END'
		[t]
		address = 10.1.0.1/24, 10.2.0.1/16 fd00::1/64,fd00:1::1/48
	END
	assert_equal "$(addresses t)" "10.1.0.1/24 10.2.0.1/16 fd00:1::1/48 fd00::1/64"
	assert_equal "$(ip -json -4 address show dev t | jq -r '.[0].addr_info[].broadcast')" \
		$'10.1.0.255\n10.2.255.255'
}

@test "two addresses of one network" {
	makes_nic <<-'END'
		[t]
		address = 10.1.0.1/24, 10.1.0.2/24
	END
	assert_equal "$(addresses t)" "10.1.0.1/24 10.1.0.2/24"
}

@test "prefixes of every kind" {
	makes_nic <<-'END'
		[a]
		address = 10.1.2.3/8
		[b]
		address = 172.16.0.1/30
		[c]
		address = 192.0.2.0/31
		[d]
		address = 192.0.2.9/32
		[e]
		address = 172.20.0.1/16
		[f]
		address = 10.128.0.1/9
	END
	assert_equal "$(addresses a)" 10.1.2.3/8
	assert_equal "$(addresses b)" 172.16.0.1/30
	assert_equal "$(addresses c)" 192.0.2.0/31
	assert_equal "$(addresses d)" 192.0.2.9/32
	assert_equal "$(addresses e)" 172.20.0.1/16
	assert_equal "$(addresses f)" 10.128.0.1/9
}

# address_field NIC FIELD: of its first address
address_field()
{
	ip -json address show dev "$1" | jq -r ".[0].addr_info[0].$2"
}

@test "broadcast" {
	makes_nic <<-'END'
		[t]
		address = 10.1.0.1/24
		broadcast = 10.1.0.127
	END
	assert_equal "$(address_field t broadcast)" 10.1.0.127
}

@test "peer" {
	makes_nic <<-'END'
		[t]
		mode = tun
		address = 10.1.0.1/32
		peer = 10.9.0.1
	END
	assert_equal "$(address_field t local)" 10.1.0.1
	assert_equal "$(address_field t address)" 10.9.0.1
}

@test "an IPv6 address can be used at once, without duplicate address detection" {
	requires ipv6
	makes_nic <<-'END'
		[t]
		address = fd00::1/64
	END
	assert_lacks "$(ip -6 address show dev t)" tentative
}

@test "dad = yes has the address checked" {
	requires ipv6
	makes_nic <<-'END'
		[t]
		address = fd00::1/64
		dad = yes
	END
	assert_contains "$(ip -6 address show dev t)" tentative
}

@test "mac as an address, in any spelling" {
	makes_nic <<-'END'
		[t]
		mac = 02:00:5e:00:53:01
		[u]
		mac = 02-00-5E-00-53-0A
	END
	assert_link t .address 02:00:5e:00:53:01
	assert_link u .address 02:00:5e:00:53:0a
}

# SipHash-2-4 of "config_tap mac t" and "config_tap mac u", by another implementation
@test "mac = stable follows from the machine id and the name" {
	makes_nic <<-'END'
		[t]
		mac = stable
		[u]
	END
	assert_link t .address ce:a0:b7:f7:b0:51
	assert_link u .address ea:28:f9:42:8c:fa
}

@test "the stable MAC is the same after a restart, and another one on another machine" {
	local before

	makes_nic <<<'[t]'
	before=$(link t .address)
	tap 0 restart
	assert_link t .address "$before"
	tap 0 stop
	echo fedcba9876543210fedcba9876543210 >/etc/machine-id
	tap 0 start
	[ "$(link t .address)" != "$before" ] ||
		both_sides "MAC of another machine" "not $before" "$(link t .address)"
}

@test "mac = random is another one each time the NIC is made, and only then" {
	local before

	makes_nic <<-'END'
		[t]
		mac = random
	END
	before=$(link t .address)
	tap 0 restart
	[ "$(link t .address)" != "$before" ] ||
		both_sides "MAC after a restart" "not $before" "$(link t .address)"
}

@test "mtu and txqueuelen" {
	makes_nic <<-'END'
		[t]
		mtu = 9000
		txqueuelen = 77
	END
	assert_link t .mtu 9000
	assert_link t .txqlen 77
}

@test "the limits of mtu" {
	makes_nic <<-'END'
		[t]
		mtu = 68
		[u]
		mtu = 65521
		[v]
		mode = tun
		mtu = 65535
	END
	assert_link t .mtu 68
	assert_link u .mtu 65521
	assert_link v .mtu 65535
}

@test "promisc, allmulti, multicast and arp" {
	makes_nic <<-'END'
		[t]
		promisc = yes
		allmulti = on
		multicast = no
		arp = off
		[u]
		promisc = 0
		allmulti = false
		multicast = TRUE
		arp = 1
	END
	assert_flag t PROMISC
	assert_flag t ALLMULTI
	assert_no_flag t MULTICAST
	assert_flag t NOARP
	assert_no_flag u PROMISC
	assert_no_flag u ALLMULTI
	assert_flag u MULTICAST
	assert_no_flag u NOARP
}

@test "up = no leaves the NIC down, and status calls that as configured" {
	makes_nic <<-'END'
		[t]
		up = no
		address = 10.1.0.1/24
	END
	assert_no_flag t UP
	assert_equal "$(addresses t)" 10.1.0.1/24
}

@test "multi_queue" {
	requires multi_queue
	makes_nic <<-'END'
		[t]
		multi_queue = yes
	END
	assert_link t .linkinfo.info_data.multi_queue true
}

@test "vnet_hdr and packet_info" {
	makes_nic <<-'END'
		[t]
		vnet_hdr = yes
		packet_info = yes
		[u]
	END
	assert_link t .linkinfo.info_data.vnet_hdr true
	assert_link t .linkinfo.info_data.pi true
	assert_link u .linkinfo.info_data.vnet_hdr false
	assert_link u .linkinfo.info_data.pi false
}

@test "alias" {
	makes_nic <<-'END'
		[t]
		alias = "to the lab; rack #4"
	END
	assert_equal "$(cat /sys/class/net/t/ifalias)" "to the lab; rack #4"
}

@test "making a NIC does not make its link flap" {
	config <<<'[t]'
	tap 0 start
	assert_equal "$(cat /sys/class/net/t/carrier_changes)" 1 "carrier changes"
}

@test "only the NIC that is named is started" {
	config <<-'END'
		[a]
		[b]
		[c]
	END
	tap 0 start b
	assert_nics b
	tap 0 start c a
	assert_nics a b c
}

@test "a name that is in no file is a slip of the keyboard" {
	config <<<'[a]'
	tap 2 start a bb
	assert_equal "$err" "config_tap: bb: there is no such NIC in $CONFIG"
	assert_nics ""
}

@test "one NIC's failure leaves the others, and exits with 1" {
	requires bridge
	config <<-'END'
		[a]
		[b]
		[c]
	END
	ip link add dev b type bridge
	tap 1 start
	assert_nics a b c
	assert_equal "$err" \
		"config_tap: b: exists already and is a bridge, not a tap; choose another name, or remove it"
	tap 1 status
	tap 0 stop
	assert_nics b
}

@test "a veth of the NIC's name is refused, and left alone" {
	local before

	requires veth
	config <<-'END'
		[t]
		mode = tun
		mtu = 1400
		address = 10.1.0.1/24
	END
	ip link add dev t type veth peer name other
	before=$(ip -details link show dev t)
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: exists already and is a veth, not a tun; choose another name, or remove it"
	assert_equal "$(ip -details link show dev t)" "$before"
	tap 1 --force start
	tap 0 --force stop
	assert_equal "$(ip -details link show dev t)" "$before"
}

@test "an interface of another kind that has the NIC's name is refused" {
	requires veth
	config <<<'[t]'
	ip link add dev t type veth peer name u
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: exists already and is a veth, not a tap; choose another name, or remove it"
	tap 0 --force stop
	assert_nics t u
}

@test "the loopback is refused" {
	config <<-'END'
		[lo]
		mtu = 1400
	END
	tap 6 start
	assert_equal "$err" "$CONFIG:1: [lo] is reserved by the kernel"
	assert_link lo .mtu 65536
}

@test "a tap that somebody made is adopted and configured" {
	local before

	config <<-'END'
		[t]
		mtu = 1400
		address = 10.1.0.1/24
		owner = alice
	END
	ip tuntap add dev t mode tap
	before=$(link t .ifindex)
	tap 0 start
	assert_link t .ifindex "$before"
	assert_link t .mtu 1400
	assert_link t .linkinfo.info_data.user alice
	assert_equal "$(addresses t)" 10.1.0.1/24
	assert_flag t UP
	tap 0 status
}

@test "an adopted tap that was open to everybody becomes root's" {
	config <<<'[t]'
	ip tuntap add dev t mode tap
	assert_equal "$(cat /sys/class/net/t/owner)" -1
	tap 0 start
	assert_equal "$(cat /sys/class/net/t/owner)" 0
}

@test "adopting keeps the owner and the MAC that the file does not set" {
	local before

	config <<<'[t]'
	ip tuntap add dev t mode tap user bob
	before=$(link t .address)
	tap 0 start
	assert_link t .address "$before"
	assert_link t .linkinfo.info_data.user bob
}

@test "existing = refuse leaves a tap that somebody made as it is" {
	local before

	config <<-'END'
		[t]
		mtu = 1400
		existing = refuse
	END
	ip tuntap add dev t mode tap
	before=$(ip -details link show dev t)
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: exists already, config_tap did not make it, and the file says existing = refuse"
	assert_equal "$(ip -details link show dev t)" "$before"
	tap 0 --force stop
	assert_equal "$(ip -details link show dev t)" "$before"
}

@test "existing = refuse does not mean the NIC that config_tap made itself" {
	makes_nic <<-'END'
		[t]
		existing = refuse
	END
}

@test "a tun of somebody's where the file wants a tap is refused" {
	config <<<'[t]'
	ip tuntap add dev t mode tun
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: is a tun, and the file says tap; the kernel cannot change that; config_tap did not make it; choose another name, or remove it"
	tap 1 --force start
	assert_link t .linkinfo.info_data.type tun
}

@test "our own tap becomes a tun with --force only" {
	local before

	makes_nic <<<'[t]'
	before=$(link t .ifindex)
	config <<-'END'
		[t]
		mode = tun
	END
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: is a tap, and the file says tun; the kernel cannot change that; --force recreates the NIC"
	assert_link t .ifindex "$before"
	tap 0 --force start
	assert_link t .linkinfo.info_data.type tun
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "multi_queue cannot be changed in place either" {
	requires multi_queue
	makes_nic <<<'[t]'
	config <<-'END'
		[t]
		multi_queue = yes
	END
	tap 1 start
	assert_equal "$err" \
		"config_tap: t: has multi_queue = no, and the file says yes; the kernel cannot change that; --force recreates the NIC"
	tap 0 --force start
	assert_link t .linkinfo.info_data.multi_queue true
}

# mends KEY COMMAND...: after the command, status names the key and nothing else, and
# a start sets it back with as many calls as $sets says
mends()
{
	local key=$1

	shift
	"$@"
	tap "${differs-1}" --json status
	assert_equal "$(jq -r '[.nics[0].differences[].key] | join(" ")' <<<"$out")" "$key"
	traced 0 start
	assert_equal "$(count_sets)" "$sets" "calls that set something ($key)"
	tap 0 status
}

@test "what was changed from outside is mended, and nothing else is" {
	local sets=1 before

	config <<-'END'
		[t]
		mac = 02:00:5e:00:53:01
		mtu = 1400
		txqueuelen = 77
		alias = lab
		address = 10.1.0.1/24, 10.2.0.1/24
		promisc = yes
		allmulti = yes
		multicast = no
		arp = no
	END
	tap 0 start
	before=$(link t .ifindex)
	mends mac ip link set dev t address 02:00:5e:00:53:99
	assert_link t .address 02:00:5e:00:53:01
	mends mtu ip link set dev t mtu 1300
	assert_link t .mtu 1400
	mends txqueuelen ip link set dev t txqueuelen 88
	assert_link t .txqlen 77
	mends alias ip link set dev t alias other
	assert_equal "$(cat /sys/class/net/t/ifalias)" lab
	mends promisc ip link set dev t promisc off
	assert_flag t PROMISC
	mends allmulti ip link set dev t allmulticast off
	assert_flag t ALLMULTI
	mends multicast ip link set dev t multicast on
	assert_no_flag t MULTICAST
	mends arp ip link set dev t arp on
	assert_flag t NOARP
	# none is up: that is 3 in the LSB's table
	differs=3 mends up ip link set dev t down
	assert_flag t UP
	mends address ip address del 10.2.0.1/24 dev t
	assert_equal "$(addresses t)" "10.1.0.1/24 10.2.0.1/24"
	# owner: TUNSETIFF and TUNSETOWNER
	sets=2
	mends owner program 0 "$top_builddir/tests/attach" t --no-carrier --owner 1002
	assert_link t .linkinfo.info_data.user root
	assert_link t .ifindex "$before"
}

@test "a wrong broadcast or peer is mended by removing and adding the address" {
	local sets=2

	config <<-'END'
		[t]
		address = 10.1.0.1/24
		broadcast = 10.1.0.200
	END
	tap 0 start
	ip address del 10.1.0.1/24 dev t
	mends broadcast ip address add 10.1.0.1/24 broadcast 10.1.0.99 dev t
	assert_equal "$(address_field t broadcast)" 10.1.0.200
	config <<-'END'
		[u]
		mode = tun
		address = 10.1.0.1/32
		peer = 10.9.0.1
	END
	tap 0 reload
	ip -4 address flush dev u
	sets=2 mends peer ip address add 10.1.0.1/32 peer 10.9.0.2/32 dev u
	assert_equal "$(address_field u address)" 10.9.0.1
}

@test "what the file does not set of an address is not compared" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24, fd00:1::1/64
	END
	tap 0 start
	ip address del 10.1.0.1/24 dev t
	ip address add 10.1.0.1/24 broadcast 10.1.0.99 dev t
	ip address del fd00:1::1/64 dev t
	ip address add fd00:1::1/64 dev t
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 status
}

@test "a key that left the file goes back to its default" {
	config <<-'END'
		[t]
		mtu = 1400
		txqueuelen = 77
		alias = lab
		promisc = yes
		allmulti = yes
		multicast = no
		arp = no
		address = 10.1.0.1/24, 10.2.0.1/24
	END
	tap 0 start
	config <<-'END'
		[t]
		address = 10.1.0.1/24
	END
	tap 1 status
	tap 0 start
	assert_link t .mtu 1500
	assert_link t .txqlen 1000
	assert_equal "$(cat /sys/class/net/t/ifalias)" ""
	assert_no_flag t PROMISC
	assert_no_flag t ALLMULTI
	assert_flag t MULTICAST
	assert_no_flag t NOARP
	assert_equal "$(addresses t)" 10.1.0.1/24
	tap 0 status
	traced 0 start
	assert_equal "$(count_sets)" 0
}

@test "an address that somebody else put there stays" {
	config <<-'END'
		[t]
		address = 10.1.0.1/24
	END
	tap 0 start
	ip address add 10.7.0.1/24 dev t
	tap 0 status
	tap 0 start
	config <<<'[t]'
	tap 0 start
	assert_equal "$(addresses t)" 10.7.0.1/24
}

@test "--dry-run prints the steps in order, and does none" {
	config <<-'END'
		[t]
		owner = alice
		mac = 02:00:5e:00:53:01
		mtu = 1400
		address = 10.1.0.1/24
	END
	tap 0 --dry-run start
	assert_equal "$out" "t: create tap
t: set mac 02:00:5e:00:53:01
t: set owner alice
t: set mtu 1400
t: add address 10.1.0.1/24
t: set up yes
t: make it persistent"
	assert_nics ""
	[ ! -e "$RUN" ] || fail "the run directory was made"
}

@test "--dry-run of a machine that matches prints nothing" {
	config <<<'[t]'
	tap 0 start
	tap 0 --dry-run start
	assert_equal "$out$err" ""
	tap 0 --dry-run --json start
	assert_equal "$(jq -c .steps <<<"$out")" "[]"
}

@test "--verbose tells the steps as they are done" {
	config <<<'[t]'
	tap 0 --verbose start
	assert_contains "$err" "config_tap: t: create tap"
	assert_contains "$err" "config_tap: t: make it persistent"
}
