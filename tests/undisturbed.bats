# SPDX-License-Identifier: MIT
# What is attached to one NIC notices nothing of what is done to others.

load lib

setup_test()
{
	requires root tun
}

# others LINE...: the file: a NIC that is used, and what the other one is to be
others()
{
	printf '%s\n' '[used]' 'address = 10.1.0.1/24' "$@" | config
}

# frame_heard FILE: one more frame than there were
frame_heard()
{
	ip neighbour flush dev used
	bash -c 'echo x >/dev/udp/10.1.0.9/9' 2>/dev/null || true
	[ "$(grep -c ^frame "$heard")" -gt "$frames" ]
}

# still_undisturbed: the same device, the same link, the same descriptor, and it reads
still_undisturbed()
{
	local now

	now=$(link used '[.ifindex, .mtu, .flags, .operstate] | @json')
	assert_equal "$now $(cat /sys/class/net/used/carrier_changes)" "$before" "the NIC in use"
	kill -0 "$reader"
	frames=$(grep -c ^frame "$heard") || true
	retry frame_heard
	assert_lacks "$(cat "$heard")" error
}

begin()
{
	attach used "$@"
	frames=0
	retry frame_heard
	retry grep -qx up /sys/class/net/used/operstate
	before="$(link used '[.ifindex, .mtu, .flags, .operstate] | @json') $(cat \
		/sys/class/net/used/carrier_changes)"
}

@test "a reader, while the other NIC is made, changed in every way, and removed" {
	local change

	others
	tap 0 start
	begin
	tap 0 start
	still_undisturbed
	for change in 'mtu = 1400' 'owner = alice' 'group = vms' 'address = 10.2.0.1/24' \
		'carrier = hold' 'promisc = yes' 'vnet_hdr = yes' 'mac = 02:00:5e:00:53:01'; do
		others '[other]' 'on_stop = delete' "$change"
		tap 0 --force reload
		tap 0 status
		still_undisturbed
	done
	others
	tap 0 reload
	assert_nics used
	still_undisturbed
}

@test "a reader, while the other NIC fails" {
	others
	tap 0 start
	begin
	# somebody has that route
	ip route add 10.5.0.0/16 dev lo
	others '[other]' 'routes = 10.5.0.0/16'
	tap 1 reload
	assert_nics used
	still_undisturbed
}

@test "a reader whose own NIC gets what can be changed in place" {
	others
	tap 0 start
	begin
	printf '%s\n' '[used]' 'address = 10.1.0.1/24, 10.3.0.1/24' 'alias = lab' \
		'txqueuelen = 77' 'link_group = 7' | config
	tap 0 reload
	tap 0 status
	still_undisturbed
}

@test "an ordinary user's reader, while stop and start of others go by" {
	printf '%s\n' '[used]' 'address = 10.1.0.1/24' 'owner = alice' '[other]' | config
	tap 0 start
	begin --uid 1001 --gid 1001
	tap 0 stop other
	still_undisturbed
	tap 0 start
	still_undisturbed
	tap 0 restart other
	still_undisturbed
}

# numbers FILTER: how many different ones the taps have
numbers()
{
	ip -json -details address show type tun | jq "[.[] | $1] | unique | length"
}

@test "[fc%d] with 100 NICs: 100 networks, 100 MACs, all different, the same again after restart" {
	local seen

	config <<-'END'
		[fc%d]
		count = 100
		address = 172.16.0.1/30
	END
	tap 0 start
	tap 0 status
	assert_equal "$(numbers .ifname)" 100 "NICs"
	assert_equal "$(numbers .address)" 100 "MACs"
	assert_equal "$(numbers '.addr_info[] | select(.family == "inet") | .local')" 100 "addresses"
	assert_equal "$(ip -json route show proto kernel | jq '[.[].dst] | unique | length')" 100 \
		"networks"
	assert_equal "$(addresses fc0) $(addresses fc1) $(addresses fc99)" \
		"172.16.0.1/30 172.16.0.5/30 172.16.1.141/30"
	seen=$(ip -json address show type tun |
		jq -S 'map([.ifname, .address, (.addr_info[] | select(.family == "inet") | .local)])')
	tap 0 restart
	assert_equal "$(ip -json address show type tun |
		jq -S 'map([.ifname, .address, (.addr_info[] | select(.family == "inet") | .local)])')" \
		"$seen"
	traced 0 start
	assert_equal "$(count_sets)" 0
	tap 0 stop
	assert_nics ""
}

# attack FILE: an ordinary user who tries to get into t without pause
attack()
{
	setpriv --reuid=1002 --regid=1002 --clear-groups -- "$T/attach" t --multi-queue --insist \
		>"$1" 2>&1 3>&- 4>&- </dev/null &
	background+=("$!")
	retry grep -q '^insists$' "$1" || fail "the attack: $(cat "$1")"
}

@test "strangers who try without pause get into no multi_queue NIC that stays" {
	local round in=no made=0

	requires multi_queue
	cp "$top_builddir/tests/attach" "$T/attach"
	chmod 755 "$T"
	printf '%s\n' '[t]' 'multi_queue = yes' 'owner = alice' | config
	for round in 1 2 3 4 5 6 7 8; do
		attack "$T/1"
		attack "$T/2"
		if timeout 20 "$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" start 2>"$T/err" 3>&-; then
			made=$((made + 1))
			assert_equal "$(cat /sys/class/net/t/owner)" 1001
			assert_link t .linkinfo.info_data.persist true
			in=no
		else
			assert_contains "$(cat "$T/err")" "attached to each of 3 new devices before it had an owner; none is kept"
			in=yes
		fi
		# who has come in says so a little later
		[ "$in" = no ] || retry grep -q ready "$T/1" "$T/2"
		# he may have been in one that was made anew, but not in the one that stays
		[ "$in" = yes ] || assert_link t '.linkinfo.info_data | [.numqueues, .numdisabled] | add' 0
		# one whose NIC was deleted has ended
		kill "${background[@]}" 2>/dev/null || true
		wait "${background[@]}" || true
		background=()
		timeout 20 "$CONFIG_TAP" -c "$CONFIG" --run-dir "$RUN" stop 3>&-
		assert_nics ""
	done
	echo "$made of $round were made"
}

# leads: all that leads over the NIC, and its addresses but for the broadcast one
leads()
{
	ip -4 -json address show dev tap9 | jq -c '.[0].addr_info[] | del(.broadcast)' | sort
	ip route show table all dev tap9 | grep -v '^broadcast' | sort
}

@test "an address is made anew: what others put over it is there afterwards" {
	local before

	ip tuntap add dev tap9 mode tap user nobody
	ip link set dev tap9 up
	ip address add 10.3.3.1/24 dev tap9
	ip address add 10.3.3.9/24 dev tap9 label tap9:x
	ip route add 10.200.0.0/16 via 10.3.3.2 dev tap9 proto bird metric 7
	ip route add 10.201.0.0/16 dev tap9 src 10.3.3.9 table 77
	ip route add 10.202.0.0/16 via 10.99.0.1 dev tap9 onlink
	ip route add 10.203.0.0/16 dev tap9 src 10.3.3.1 proto 88
	before=$(leads)
	config <<-'END'
		[tap9]
		owner = nobody
		address = 10.3.3.1/24
		broadcast = 10.3.3.77
	END
	tap 0 --dry-run start
	assert_contains "$out" "tap9: keep route 10.201.0.0/16 table 77"
	tap 0 start
	assert_equal "$(leads)" "$before"
	assert_equal "$(ip -json address show dev tap9 | jq -r '.[0].addr_info[] | select(.local == "10.3.3.1").broadcast')" 10.3.3.77
	tap 0 stop
	assert_equal "$(leads)" "$before"
	assert_link tap9 .operstate DOWN
	assert_flag tap9 UP
}

@test "a change that fails gives back what led over the address" {
	local before

	ip tuntap add dev tap9 mode tap user nobody
	ip link set dev tap9 up
	ip address add 10.3.3.1/24 dev tap9
	ip route add 10.200.0.0/16 via 10.3.3.2 dev tap9 proto bird
	before=$(leads)
	config <<-'END'
		[tap9]
		owner = nobody
		address = 10.3.3.1/24
		broadcast = 10.3.3.77
		routes = 10.9.0.0/16
	END
	# somebody has that route
	ip route add 10.9.0.0/16 dev lo
	tap 1 start
	assert_equal "$(leads)" "$before"
	assert_nics tap9
}

@test "what is lost with an address is said before" {
	ip tuntap add dev tap9 mode tap user nobody
	config <<-'END'
		[tap9]
		address = 10.3.3.1/24
	END
	tap 0 start
	ip route add 10.200.0.0/16 via 10.3.3.2 dev tap9
	config <<-'END'
		[tap9]
		address = 10.4.4.1/24
	END
	tap 0 --dry-run start
	assert_contains "$out" "tap9: lose route 10.200.0.0/16 via 10.3.3.2, which depends on an address that is removed"
	tap 0 start
	assert_equal "$(ip route show dev tap9 | grep -c 10.200)" 0
}

@test "a route moves to a NIC that stands earlier in the file" {
	config <<-'END'
		[a1]
		address = 10.0.1.1/24
		[a0]
		address = 10.0.0.1/24
		routes = 10.9.0.0/16
	END
	tap 0 start
	config <<-'END'
		[a1]
		address = 10.0.1.1/24
		routes = 10.9.0.0/16
		[a0]
		address = 10.0.0.1/24
	END
	tap 0 reload
	assert_contains "$(ip route show 10.9.0.0/16)" "dev a1"
	tap 0 --dry-run start
	assert_equal "$out" ""
}
