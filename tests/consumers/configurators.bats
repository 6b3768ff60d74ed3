# SPDX-License-Identifier: MIT
# Who else configures networks on a machine, kept off by the files of examples/.

load ../lib
load consumers

setup_test()
{
	requires root tun vxlan
	mkdir -p /etc/systemd/network /run/udev/data
	mount -t tmpfs none /etc/systemd/network
	config <<-'END'
		[tap0]
		address = 10.60.0.1/24
		[eth1]
		mode = vxlan
		vni = 41
		local = 192.0.2.11
		peers = 192.0.2.11, 192.0.2.12
		bridge = br0
		[eth2]
		address = 10.61.0.1/24
	END
}

example()
{
	cp "$top_srcdir/examples/$1" "/etc/systemd/network/05-config_tap.${1##*.}"
}

# link_file NIC: the .link file that udev takes for it
link_file()
{
	udevadm test-builtin net_setup_link "/sys/class/net/$1" 2>&1 |
		sed -n 's/^ID_NET_LINK_FILE=.*\///p'
}

@test "udev takes the example's .link file for taps and vxlans of its names, and no other" {
	needs udevadm
	example udev.link
	tap 0 start
	assert_equal "$(link_file tap0) $(link_file eth1)" "05-config_tap.link 05-config_tap.link"
	[ "$(link_file eth2)" != 05-config_tap.link ] || fail "it takes the file for all NICs"
	tap 0 stop
}

# lost NIC ADDRESS
lost()
{
	! ip -o address show dev "$1" | grep -qF " $2"
}

@test "networkd, with a file for all NICs, leaves those of the example alone" {
	local networkd=/usr/lib/systemd/systemd-networkd nic

	[ -e "$networkd" ] || networkd=/lib/systemd/systemd-networkd
	needs "$networkd"
	# it looks for that user even as root
	grep -q ^systemd-network: /etc/passwd ||
		echo systemd-network:x:1091:1091::/:/bin/false >>/etc/passwd
	grep -q ^systemd-network: /etc/group || echo systemd-network:x:1091: >>/etc/group
	example networkd.network
	printf '%s\n' '[Match]' 'Name=*' '[Network]' 'LinkLocalAddressing=no' \
		>/etc/systemd/network/50-all.network
	tap 0 start
	# as udev would tell it that it is through with them
	: >/run/udev/control
	for nic in /sys/class/net/*; do
		printf 'I:1\n' >"/run/udev/data/n$(cat "$nic/ifindex")"
	done
	spawn "$T/networkd" "$networkd"
	retry lost eth2 10.61.0.1/24 || fail "it does not work at all: $(cat "$T/networkd")"
	assert_contains "$(ip -o address show dev tap0)" " 10.60.0.1/24"
	assert_link eth1 .master br0
	finish "$spawned"
	tap 0 start
	tap 0 stop
}
