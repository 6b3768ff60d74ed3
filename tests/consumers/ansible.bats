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
