# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2013,SC2154
# A fleet in one machine: nodes with an init, an sshd and one NIC each, behind one switch, and a
# control machine that sees the file system of this one. All of it is in name spaces of the
# process that sources this, and goes with it.

export PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8
boot_dir=$top_srcdir/tests/boot
W=/run/fleet

# into_namespaces ARGUMENT...: starts the script again, as the first process of a machine of
# its own
into_namespaces()
{
	[ -z "${FLEET_INSIDE-}" ] || return 0
	FLEET_INSIDE=1 exec unshare --net --mount --pid --ipc --fork --kill-child --mount-proc \
		--propagation private bash "$0" "$@"
}

# ------------------------------------------------------------------------------
# Results, as TAP
# ------------------------------------------------------------------------------

count=0
failed=0

# check NAME COMMAND...: one result; what the command says is shown where it fails
check()
{
	local name=$1 begin=${EPOCHREALTIME/[.,]/} status=0

	shift
	count=$((count + 1))
	# not in a condition, where bash would not stop at what fails
	(set -e; trap - EXIT; "$@") >"$W/output" 2>&1 </dev/null & wait "$!" || status=$?
	if [ "$status" -eq 0 ]; then
		echo "ok $count $name"
	else
		echo "not ok $count $name"
		failed=$((failed + 1))
		sed 's/^/# /' "$W/output"
	fi
	echo "# $(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms"
}

fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

# not COMMAND...: fails where it succeeds, which "!" alone would not
not()
{
	! "$@" || fail "this should have failed: $*"
}

# equal FOUND EXPECTED [WHAT]
equal()
{
	[ "$1" = "$2" ] || fail "${3-not equal}" "expected: $2" "found: $1"
}

# retry SECONDS COMMAND...: until the command succeeds
retry()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		sleep 0.1
	done
}

# ------------------------------------------------------------------------------
# The switch, the cables, and who is on them: node I has 10.66.0.I and fd66::I
# ------------------------------------------------------------------------------

make_switch()
{
	mount -t sysfs sysfs /sys
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir -p "$W" /run/netns /run/lock
	ip link set dev lo up
	ip link add dev switch type bridge mcast_snooping 0
	ip link set dev switch up
	cable control 10.66.0.250/24
}

# cable NAME ADDRESS...: a namespace with one NIC, at the switch
cable()
{
	local name=$1

	shift
	ip netns add "$name"
	ip link add dev "p-$name" type veth peer name eth0 netns "$name"
	ip link set dev "p-$name" master switch up
	ip -n "$name" link set dev lo up
	ip netns exec "$name" sysctl -qw net.ipv6.conf.eth0.accept_dad=0
	printf '%s\n' "$@" >"$W/addresses.$name"
	connect "$name"
}

# connect NAME: its NIC, up and with its addresses; a machine that halts takes it down
connect()
{
	local address

	while read -r address; do
		ip -n "$1" address replace "$address" dev eth0
	done <"$W/addresses.$1"
	ip -n "$1" link set dev eth0 up
	[ "$nodes" -le 8 ] || know_each_other "$1"
}

# know_each_other NAME: the machines share this kernel's table of neighbours, 1,024 entries by
# default; permanent ones are not counted
know_each_other()
{
	local i

	case $1 in
	n*) ip -n "$1" link set dev eth0 address "$(mac_of "${1#n}")" ;;
	esac
	for i in $(seq $((nodes + 1))); do
		echo "neigh replace 10.66.0.$i lladdr $(mac_of "$i") dev eth0 nud permanent"
	done | ip -n "$1" -batch -
}

mac_of()
{
	printf '02:00:00:00:66:%02x' "$1"
}

control()
{
	ip netns exec control "$@"
}

make_keys()
{
	ssh-keygen -q -t ed25519 -N '' -f "$W/key"
	ssh-keygen -q -t ed25519 -N '' -f "$W/hostkey"
	ssh_options=(-i "$W/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
		-o LogLevel=ERROR)
}

# ------------------------------------------------------------------------------
# Nodes
# ------------------------------------------------------------------------------

# What the node has beside the root file system: it says its own name and address.
fill_node()
{
	local i=$1 upper=$W/$1/upper

	mkdir -p "$upper/root/.ssh" "$upper/etc/ssh/sshd_config.d" "$W/$i/work" "$W/$i/root"
	echo "n$i" | md5sum | cut -c1-32 >"$upper/etc/machine-id"
	echo "n$i" >"$upper/etc/hostname"
	printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 n%s\n' "$i" >"$upper/etc/hosts"
	cp "$W/key.pub" "$upper/root/.ssh/authorized_keys"
	chmod 700 "$upper/root/.ssh"
	cp "$W/hostkey" "$upper/etc/ssh/ssh_host_ed25519_key"
	cp "$W/hostkey.pub" "$upper/etc/ssh/ssh_host_ed25519_key.pub"
	printf '%s\n' 'UseDNS no' 'UsePAM no' 'MaxStartups 100' \
		>"$upper/etc/ssh/sshd_config.d/fleet.conf"
}

# launch I: boots the node; it is up when its sshd answers
launch()
{
	local i=$1 dir=$W/$1

	ip netns exec "n$i" script -q -f -c "exec unshare --pid --fork --kill-child --mount --uts \
		--ipc --cgroup --propagation private sh -c 'mount -t overlay \
		-o lowerdir=$root,upperdir=$dir/upper,workdir=$dir/work overlay $dir/root &&
		exec $boot_dir/sysv-init $dir/root /sbin/init'" \
		"$dir/console" </dev/null >/dev/null 2>&1 &
	echo "$!" >"$dir/launcher"
}

is_up()
{
	control timeout 5 ssh "${ssh_options[@]}" "root@10.66.0.$1" true 2>/dev/null
}

wait_for()
{
	retry 300 is_up "$1" || fail "node $1 has not booted:" "$(tail "$W/$1/console")"
	init_of "$(cat "$W/$1/launcher")" >"$W/$1/init"
}

# boot_nodes I...: makes them and boots them, all at once
boot_nodes()
{
	local i

	for i; do
		cable "n$i" "10.66.0.$i/24" "fd66::$i/64"
		fill_node "$i"
		launch "$i"
	done
	for i; do
		wait_for "$i"
	done
}

# The init of a node: the process whose parent is the launcher's, three name spaces deeper
init_of()
{
	local pid=$1 child

	for child in $(cat "/proc/$pid/task/"*/children 2>/dev/null); do
		case $(tr '\0' ' ' <"/proc/$child/cmdline" 2>/dev/null) in
		'init ['*) echo "$child" && return ;;
		esac
		init_of "$child" && return
	done
	return 1
}

# on I COMMAND...: in the node, without the way through its sshd
on()
{
	local i=$1

	shift
	nsenter --target "$(cat "$W/$i/init")" --mount --net --uts --ipc --pid --root --wd env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"
}

is_gone()
{
	! kill -0 "$(cat "$W/$1/launcher")" 2>/dev/null
}

# halt I: in order; its cable and its disk stay
halt()
{
	on "$1" shutdown -h now || true
	retry 120 is_gone "$1" || fail "node $1 does not halt:" "$(tail "$W/$1/console")"
}

reboot()
{
	halt "$1"
	launch "$1"
	# as late as a network may come
	connect "n$1"
	wait_for "$1"
}

# ------------------------------------------------------------------------------
# Ansible, from the control machine
# ------------------------------------------------------------------------------

make_control()
{
	mkdir -p "$W/ansible/ansible_collections/config_tap" "$W/home"
	cp -R "$top_srcdir/ansible" "$W/ansible/ansible_collections/config_tap/fleet"
	cat >"$W/ansible.cfg" <<-END
		[defaults]
		collections_path = $W/ansible
		inventory = $W/inventory
		private_key_file = $W/key
		remote_user = root
		interpreter_python = /usr/bin/python3
		host_key_checking = False
		forks = 10
		gathering = smart
		fact_caching = jsonfile
		fact_caching_connection = $W/facts
		timeout = 5
		nocows = True
		[ssh_connection]
		pipelining = True
		ssh_args = -o ControlMaster=auto -o ControlPersist=300 -o UserKnownHostsFile=/dev/null
		control_path_dir = $W/cp
	END
}

# inventory I...: the group has these nodes; "lines" are the variables of the group
inventory()
{
	local i

	{
		echo '[nics]'
		for i; do
			echo "n$i ansible_host=10.66.0.$i number=$i"
		done
	} >"$W/inventory"
	mkdir -p "$W/group_vars"
	cat >"$W/group_vars/nics.yml"
}

# play NAME [OPTION]...: a playbook of the collection; what it says is in $W/said
play()
{
	local name=$1 status=0

	shift
	control env -u LC_ALL LANG=C.UTF-8 HOME="$W/home" ANSIBLE_CONFIG="$W/ansible.cfg" \
		ANSIBLE_NOCOLOR=1 timeout $((240 + nodes * 20)) ansible-playbook "config_tap.fleet.$name" "$@" \
		>"$W/said" 2>&1 </dev/null || status=$?
	cat "$W/said"
	return "$status"
}

# recap WHAT: the sum over all hosts, such as "changed"
recap()
{
	grep -oE "\b$1=[0-9]+" "$W/said" | awk -F = '{ n += $2 } END { print n + 0 }'
}
