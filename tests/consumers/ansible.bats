# SPDX-License-Identifier: MIT
# Ansible's facts, and what kolla-ansible makes of them before it deploys OpenStack.

load ../lib
load consumers

setup_test()
{
	# Ansible wants UTF-8, and writes below the home directory
	export LC_ALL=C.UTF-8 HOME=$T ANSIBLE_LOCAL_TEMP=$T/ansible ANSIBLE_REMOTE_TEMP=$T/ansible
	export ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_NOCOLOR=1
	LIMIT=60
}

# active NIC: what the facts say of it
active()
{
	program 0 ansible localhost -i localhost, -c local -m setup \
		-a "gather_subset=!all,!min,network filter=ansible_$1"
	printf '%s\n' "$out" | sed '1s/.*/{/' | jq ".ansible_facts.ansible_$1.active" >"$T/active"
}

# as in kolla-ansible, roles/prechecks/tasks/port_checks.yml
write_playbook()
{
	cat >"$T/prechecks.yml" <<-'END'
		- hosts: localhost
		  connection: local
		  gather_facts: no
		  vars:
		    api_interface: eth1
		  tasks:
		    - setup:
		        gather_subset: ["!all", "!min", "network"]
		    - name: Checking the api_interface is present
		      assert:
		        that: api_interface in ansible_facts.interfaces
		        fail_msg: "interface {{ api_interface }} not found"
		    - name: Checking the api_interface is active
		      assert:
		        that: hostvars[inventory_hostname].ansible_facts[api_interface]['active']
		        fail_msg: "interface {{ api_interface }} is not active"
	END
}

@test "an idle NIC is not active and fails kolla's check; a held one is, and passes" {
	requires root tun
	needs ansible ansible-playbook jq
	write_playbook
	config <<-'END'
		[eth1]
		address = 10.20.0.1/24
		carrier = none
	END
	tap 0 start
	assert_operstate eth1 down
	active eth1
	assert_equal "$(cat "$T/active")" false "active"
	program 2 ansible-playbook -i localhost, "$T/prechecks.yml"
	assert_contains "$out" "interface eth1 is not active"
	assert_lacks "$out" "not found"

	with_carrier hold
	active eth1
	assert_equal "$(cat "$T/active")" true "active"
	program 0 ansible-playbook -i localhost, "$T/prechecks.yml"
	assert_contains "$out" "failed=0"
	tap 0 stop
}

# verdicts NIC...: "NIC yes" or "NIC no", as that role and kolla_ansible/kolla_address.py have it: in the
# facts, active, with an IPv4 address
verdicts()
{
	cat >"$T/verdicts.yml" <<-'END'
		- hosts: localhost
		  connection: local
		  gather_facts: no
		  tasks:
		    - setup:
		        gather_subset: ["!all", "!min", "network"]
		    - copy:
		        dest: "{{ result }}"
		        content: |
		          {% for nic in nics.split() %}
		          {{ nic }} {{ (nic in ansible_facts.interfaces and ansible_facts[nic].active and
		                        ansible_facts[nic].ipv4.address is defined) | ternary('yes', 'no') }}
		          {% endfor %}
	END
	program 0 ansible-playbook -i localhost, -e "nics='$*' result=$T/verdicts" "$T/verdicts.yml"
	cat "$T/verdicts"
}

@test "kolla's checks and --for are of one mind: held, idle, vxlan, bridge, in a bridge, IPv6 only" {
	local nic verdict

	requires root tun vxlan bridge veth
	needs ansible-playbook
	ip link add dev underlay type veth peer name wire
	ip address add 192.0.2.11/24 dev underlay
	ip link set dev underlay up
	config <<-'END'
		[held]
		address = 10.20.0.1/24
		carrier = hold
		[idle]
		address = 10.21.0.1/24
		[segment]
		mode = vxlan
		vni = 41
		local = 192.0.2.11
		peers = 192.0.2.11, 192.0.2.12
		address = 10.22.0.1/24
		[br0]
		mode = bridge
		address = 10.23.0.1/24
		[inbr0]
		bridge = br0
		carrier = hold
		[six]
		address = fd00:24::1/64
		carrier = hold
	END
	tap 0 start
	# of what has just come up the kernel says "unknown" for a while, and Ansible "active"
	assert_operstate idle down
	assert_operstate held up
	assert_operstate br0 up
	verdicts held idle segment br0 inbr0 six >"$T/said"
	assert_equal "$(grep -v '^\$' "$T/said" | tail -n 6 | xargs)" \
		"held yes idle no segment yes br0 yes inbr0 no six no"
	while read -r nic verdict; do
		assert_judged "$verdict" kolla-api "$nic"
	done <"$T/verdicts"
	tap 0 stop
}

@test "the role on the Red Hat family, in check mode: its own paths, and nothing is done" {
	requires root
	needs ansible-playbook
	mkdir -p "$T/ansible_collections/config_tap" /etc/sysconfig
	cp -R "$top_srcdir/ansible" "$T/ansible_collections/config_tap/fleet"
	echo '# by hand' | tee /etc/sysconfig/config_tap /etc/sysconfig/nftables.conf >/dev/null
	cat >"$T/site.yml" <<-'END'
		- hosts: nics
		  connection: local
		  gather_facts: no
		  pre_tasks:
		    - set_fact: {os_family: RedHat, service_mgr: systemd, pkg_mgr: dnf, cacheable: yes}
		  roles:
		    - config_tap.fleet.nics
	END
	cat >"$T/inventory" <<-'END'
		[nics]
		n1 ansible_host=192.0.2.11
		n2 ansible_host=192.0.2.12
		[nics:vars]
		nics_list=[{"name": "eth1", "vni": 41}]
		nics_package=
		nics_firewall=nftables
	END
	ANSIBLE_COLLECTIONS_PATH=$T program 0 ansible-playbook -i "$T/inventory" --limit n1 \
		--check --diff "$T/site.yml"
	assert_contains "$out" "before: /etc/sysconfig/config_tap"
	assert_contains "$out" "+peers = 192.0.2.12"
	assert_contains "$out" "before: /etc/sysconfig/nftables.conf"
	assert_equal "$(cat /etc/sysconfig/config_tap /etc/sysconfig/nftables.conf)" \
		$'# by hand\n# by hand'
	[ ! -e /etc/nftables.d ] || fail "check mode has made a directory"
}
