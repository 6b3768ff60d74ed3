# SPDX-License-Identifier: MIT
# --for: what a consumer would reject, of the file and of the machine.

load lib

# failed NIC: the requirements that the last command says fail for a NIC, sorted
failed()
{
	jq -r ".nics[] | select(.name == \"$1\") | .failed[] | select(.severity == \"error\") | .requirement" \
		<<<"$out" | sort | xargs
}

@test "check --for says of each NIC what is wrong, why, and what would be right" {
	config <<-'END'
		[eth1]
		address = 10.1.0.1/24
		carrier = hold
		[eth2]
	END
	tap 1 check --for kolla-api
	assert_equal "$out" "[eth1] kolla-api: suits
$CONFIG:4: [eth2] kolla-api: needs a link, and there is none with nobody attached; right: carrier = hold (shared with multi_queue), or mode = vxlan; of a bridge, on one of its ports
$CONFIG:4: [eth2] kolla-api: asks for its IPv4 address; right: address = 10.20.0.11/24"
	tap 0 check --for kolla-api eth1
	tap 0 check --for kolla eth1 --quiet
	assert_equal "$out" ""
	tap 1 check --for kolla-api 'eth*'
	tap 2 check --for kolla-api eth3
	assert_contains "$err" 'did you mean "eth1"?'
}

@test "each kind of NIC against each kind of consumer" {
	config <<-'END'
		[held]
		carrier = hold
		address = 10.1.0.1/24
		[idle]
		owner = nobody
		[many]
		owner = nobody
		multi_queue = yes
		[flat]
		mode = tun
		owner = nobody
		[down]
		owner = nobody
		up = no
		[mytap]
		alias = lab
		address = 10.2.0.1/24
		carrier = hold
	END
	tap 1 --json check --for firecracker
	assert_equal "$(failed held)|$(failed idle)|$(failed many)|$(failed flat)" \
		"free||one-queue|tap"
	tap 1 --json check --for libvirt
	assert_equal "$(failed held)|$(failed idle)|$(failed many)|$(failed down)" "free|||up"
	tap 1 --json check --for ovs
	assert_equal "$(failed held)|$(failed idle)|$(failed flat)" "|link|ethernet link"
	tap 1 --json check --for keepalived
	assert_equal "$(failed held)|$(failed idle)" "|address link"
	tap 1 --json check --for openvpn
	assert_equal "$(failed held)|$(failed idle)|$(failed flat)" "free||"
	tap 1 --json check --for kolla-api
	assert_equal "$(failed mytap)" "name"
	tap 1 --json check --for licence
	assert_equal "$(failed idle)" "fixed-mac"
}

@test "the whole line of ip -o link counts: an alias, an altname, a bridge" {
	requires root tun altname
	config <<-'END'
		[eth1]
		alias = "the tap of the lab"
		address = 10.1.0.1/24
		carrier = hold
		[eth2]
		address = 10.2.0.1/24
		carrier = hold
	END
	tap 1 --json check --for kolla-api
	assert_equal "$(failed eth1)|$(failed eth2)" "name|"
	tap 0 start
	ip link property add dev eth2 altname brq-lab
	tap 1 --json status --for kolla-api
	assert_equal "$(failed eth1)|$(failed eth2)" "name|name"
	tap 0 stop
}

@test "status --for is about the NIC as it is" {
	requires root tun
	config <<-'END'
		[a]
		owner = alice
		[b]
		owner = alice
	END
	tap 0 start a
	tap 1 --json status --for qemu
	assert_equal "$(failed a)|$(failed b)" "|exists"
	assert_equal "$(jq -c '[.version, .for, .suits]' <<<"$out")" '[1,"qemu",false]'
	attach a
	tap 1 --json status --for qemu a
	assert_equal "$(failed a)" "free"
	tap 0 status --for ansible a
	detach "$reader"
}

@test "a consumer that nobody knows: the nearest; list explains them all" {
	config <<<'[a]'
	program 2 "$CONFIG_TAP" -c "$CONFIG" check --for kola
	assert_contains "$err" 'did you mean "kolla"?'
	program 0 "$CONFIG_TAP" -c "$CONFIG" check --for list
	assert_contains "$out" "kolla-api, kolla, kolla-vip: "
	assert_contains "$out" "licence, license: "
	program 2 "$CONFIG_TAP" start --for qemu
	assert_contains "$err" "start takes no --for"
}

@test "a file with a mistake is that first" {
	config <<<'[a'
	tap 6 check --for qemu
}
