# SPDX-License-Identifier: MIT
# keepalived wants an interface that is up and running.

load ../lib
load consumers

# start_keepalived: one instance, on eth1
start_keepalived()
{
	cat >"$T/keepalived.conf" <<-'END'
		global_defs {
			router_id test
			vrrp_version 3
		}
		vrrp_instance VIP {
			state BACKUP
			interface eth1
			virtual_router_id 51
			priority 100
			advert_int 0.1
			virtual_ipaddress {
				10.20.0.100/24
			}
		}
	END
	spawn "$T/log" keepalived --dont-fork --log-console --vrrp -f "$T/keepalived.conf" \
		-p "$T/keepalived.pid" -r "$T/vrrp.pid"
}

@test "an idle NIC is in FAULT; a held one becomes MASTER and gets the address" {
	requires root tun
	needs keepalived
	config <<-'END'
		[eth1]
		address = 10.20.0.1/24
		carrier = none
	END
	tap 0 start
	assert_operstate eth1 down
	assert_judged no keepalived eth1
	start_keepalived
	says "$T/log" "(VIP) entering FAULT state"
	assert_equal "$(addresses eth1)" 10.20.0.1/24
	assert_lacks "$(cat "$T/log")" "MASTER state"

	# the daemon that runs sees the link come up
	with_carrier hold
	says "$T/log" "(VIP) entering MASTER state"
	assert_judged yes keepalived eth1
	retry eval '[ "$(addresses eth1)" = "10.20.0.1/24 10.20.0.100/24" ]' ||
		assert_equal "$(addresses eth1)" "10.20.0.1/24 10.20.0.100/24"
	# its address is none of ours
	tap 0 reload
	assert_equal "$(addresses eth1)" "10.20.0.1/24 10.20.0.100/24"
	tap 0 status
	finish "$spawned"
	tap 0 stop
}

@test "a NIC without an address, or one that is down, is in FAULT" {
	local line

	requires root tun
	needs keepalived
	for line in 'address = none' 'up = no'; do
		printf '%s\n' '[eth1]' 'carrier = hold' "$line" | config
		tap 0 start
		start_keepalived
		says "$T/log" "(VIP) entering FAULT state"
		assert_judged no keepalived eth1
		finish "$spawned"
		tap 0 stop
	done
}
