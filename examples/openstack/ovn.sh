#!/bin/sh
# On every node where OVN is in the place of the Open vSwitch agent: eth1 is the provider's,
# eth2 carries the tunnels. Geneve has a port of its own, so the two do not meet.
set -e
ovs-vsctl --may-exist add-br br-ex -- --may-exist add-port br-ex eth1
ovs-vsctl set open_vswitch . \
	external-ids:ovn-bridge-mappings=provider:br-ex \
	external-ids:ovn-encap-type=geneve \
	external-ids:ovn-encap-ip=10.20.0.11
