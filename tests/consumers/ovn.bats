# SPDX-License-Identifier: MIT
# examples/openstack/ovn.sh, with a real OVN. The kernel may lack Open vSwitch's datapath, so the one
# in user space is taken; it has no route to the tunnels' other end, of which only the chassis shows.

load ../lib
load ../machines
load consumers
load switch

setup_test()
{
	requires tun
	prepare_switch
	needs ovn-nbctl ovn-sbctl ovn-northd ovn-controller
	mkdir -p /run/ovn
	export OVN_RUNDIR=/run/ovn OVN_LOGDIR=/run/ovn
	machines 192.0.2 11 12
	switch_in=(ip netns exec n11)
}

start_central()
{
	local db

	for db in nb sb; do
		ovsdb-tool create "$T/ovn$db.db" "/usr/share/ovn/ovn-$db.ovsschema"
	done
	started /run/ovn/ovsdb-server.pid ovsdb-server "$T/ovnnb.db" "$T/ovnsb.db" \
		--unixctl=/run/ovn/ovsdb.ctl --remote=punix:/run/ovn/ovnnb_db.sock \
		--remote=punix:/run/ovn/ovnsb_db.sock
	retry test -S /run/ovn/ovnsb_db.sock
	started /run/ovn/ovn-northd.pid ovn-northd
}

start_controller()
{
	ovs-vsctl --timeout=20 set open_vswitch . external-ids:system-id=n11 \
		external-ids:ovn-remote=unix:/run/ovn/ovnsb_db.sock \
		external-ids:ovn-bridge-datapath-type=netdev
	started /run/ovn/ovn-controller.pid "${switch_in[@]}" ovn-controller
}

# the cloud's: a provider network, and a machine in it
order_network()
{
	ovn-nbctl --timeout=20 ls-add provider \
		-- lsp-add provider outside \
		-- lsp-set-type outside localnet \
		-- lsp-set-addresses outside unknown \
		-- lsp-set-options outside network_name=provider \
		-- lsp-add provider vm \
		-- lsp-set-addresses vm "02:00:00:00:00:11 203.0.113.11"
}

boot_vm()
{
	retry ovs-vsctl --timeout=10 br-exists br-int || fail "there is no br-int"
	ovs-vsctl --timeout=20 add-port br-int vm -- set interface vm type=internal \
		mac='"02:00:00:00:00:11"' external-ids:iface-id=vm
	retry on 11 ip link show dev vm >/dev/null
	on 11 ip address add 203.0.113.11/24 dev vm
	on 11 ip link set dev vm up
}

@test "the provider's NIC is a port of OVN's, and the tunnels' NIC its end of them" {
	local i

	for i in 11 12; do
		sed "s/^local = .*/local = 192.0.2.$i/; s/^address = 10.20.0.11/address = 10.20.0.$i/" \
			"$top_srcdir/examples/openstack/config_tap" >"$T/file$i"
		machine 0 "$i" start
	done
	on 12 ip address add 203.0.113.12/24 dev eth1
	start_database
	start_vswitchd
	ovs-vsctl --timeout=20 add-br br-ex -- set bridge br-ex datapath_type=netdev
	program 0 sh "$top_srcdir/examples/openstack/ovn.sh"
	start_central
	start_controller
	order_network
	boot_vm
	retry on 11 ping -q -c 1 -W 1 203.0.113.12 >/dev/null || fail "the machine meets nobody outside:" \
		"$(ovs-vsctl --timeout=10 show; ovn-sbctl --timeout=10 show)"
	program 0 ovn-sbctl --timeout=10 --columns=type,ip --data=bare --format=csv \
		--no-headings list Encap
	assert_equal "$out" "geneve,10.20.0.11"

	# and config_tap leaves it alone
	machine 0 11 status
	machine 0 11 --dry-run start
	assert_equal "$out" ""
	machine 1 11 stop
	assert_contains "$err" "eth1: is in use by the Open vSwitch bridge br-ex"
	program 0 ip netns exec n11 ping -q -c 1 -W 2 203.0.113.12
}
