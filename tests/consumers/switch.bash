# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A real Open vSwitch in a test. switch_in is what its daemon is run by, such as ip netns exec.

prepare_switch()
{
	needs ovsdb-server ovs-vswitchd ovs-vsctl
	# where ovs-vsctl looks by itself; /var/run is /run, which is the test's own
	[ -e /var/run/test ] || mount --bind /run /var/run
	mkdir -p /run/openvswitch
	schema=/usr/share/openvswitch/vswitch.ovsschema
	export OVS_RUNDIR=/run/openvswitch OVS_LOGDIR=/run/openvswitch OVS_DBDIR=/run/openvswitch
	switch_in=()
}

# started PIDFILE COMMAND...: a server of Open vSwitch, which ends with the test
started()
{
	local pidfile=$1

	shift
	"$@" --pidfile="$pidfile" --no-chdir >"$T/${pidfile##*/}.log" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry test -s "$pidfile" || fail "$1:" "$(cat "$T/${pidfile##*/}.log")"
}

start_database()
{
	ovsdb-tool create "$T/conf.db" "$schema"
	start_server
	ovs-vsctl --no-wait init
}

start_server()
{
	started /run/openvswitch/ovsdb-server.pid ovsdb-server "$T/conf.db" \
		--remote=punix:/run/openvswitch/db.sock \
		--remote=db:Open_vSwitch,Open_vSwitch,manager_options
	retry test -S /run/openvswitch/db.sock
}

start_vswitchd()
{
	started /run/openvswitch/ovs-vswitchd.pid "${switch_in[@]}" ovs-vswitchd \
		unix:/run/openvswitch/db.sock --disable-system
}
