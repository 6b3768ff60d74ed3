#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The kind of init script that config_tap takes the place of: tunctl and ifconfig, and
# nobody looks at how they ended. make bench measures it.
#
#	original.sh start|stop		the one NIC of the configuration
#	original.sh start|stop COUNT	b0, b1 and so on, by the same commands in a loop

config=${ORIGINAL_CONFIG:-/etc/sysconfig/config_tap}
lock=${ORIGINAL_LOCK:-/var/lock/subsys/config_tap}

# The library of the system's init scripts, which each of them reads.
if [ -r /lib/lsb/init-functions ]; then
	# shellcheck source=/dev/null
	. /lib/lsb/init-functions
fi
# shellcheck source=/dev/null
[ -r "$config" ] && . "$config"

# make_nic NIC ADDRESS MASK [FLAG]...
make_nic()
{
	nic=$1
	address=$2
	mask=$3
	shift 3
	tunctl -u "${USER:-root}" -t "$nic" >/dev/null
	ifconfig "$nic" "$address" netmask "$mask" "$@" up
}

start_many()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		make_nic "b$i" "10.$((i / 16384)).$((i / 64 % 256)).$((i % 64 * 4 + 1))" \
			255.255.255.252
		i=$((i + 1))
	done
}

stop_many()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		tunctl -d "b$i" >/dev/null
		i=$((i + 1))
	done
}

case ${1-} in
start)
	printf 'Starting %s: ' "${DESC-}"
	if [ $# -gt 1 ]; then
		start_many "$2"
	else
		make_nic "tap$TAP_DEV_NUM" "$TAP_NETWORK" 255.255.255.0 promisc
	fi
	touch "$lock"
	echo OK
	;;
stop)
	printf 'Stopping %s: ' "${DESC-}"
	if [ $# -gt 1 ]; then
		stop_many "$2"
	else
		tunctl -d "tap$TAP_DEV_NUM" >/dev/null
	fi
	rm -f "$lock"
	echo OK
	;;
*)
	echo "Usage: original.sh {start|stop} [COUNT]" >&2
	exit 2
	;;
esac
