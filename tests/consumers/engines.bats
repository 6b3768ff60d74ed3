# SPDX-License-Identifier: MIT
# OpenVPN, vtun and tinc join a NIC of one machine with one of another: two network
# namespaces, with a cable between them. Each end is run by its NIC's owner.

load ../lib
load consumers

sides=(left right)

make_machines()
{
	local side n=1

	requires root tun veth
	mkdir -p /run/netns
	for side in "${sides[@]}"; do
		ip netns add "$side"
	done
	ip link add dev cable netns left type veth peer name cable netns right
	for side in "${sides[@]}"; do
		ip -n "$side" link set dev lo up
		ip -n "$side" address add "192.0.2.$n/24" dev cable
		ip -n "$side" link set dev cable up
		n=$((n + 1))
	done
	config <<-'END'
		carrier = none
		owner = alice
		[left0]
		netns = left
		address = 10.30.0.1/24
		[right0]
		netns = right
		address = 10.30.0.2/24
	END
	install -d -o 1001 -g 1001 "$T/alice"
	chmod 755 "$T"
}

inside()
{
	local side=$1

	shift
	nsenter "--net=/run/netns/$side" -- "$@"
}

# run_end SIDE COMMAND...: as alice, in that namespace
run_end()
{
	local side=$1

	shift
	spawn "$T/log.$side" nsenter "--net=/run/netns/$side" -- \
		setpriv --reuid=1001 --regid=1001 --clear-groups -- "$@"
	ends+=("$spawned")
}

# The engine's function starts both ends.
start_ends()
{
	ends=()
	"$1"
}

finish_ends()
{
	local pid

	for pid in "${ends[@]}"; do
		finish "$pid"
	done
}

pings()
{
	inside left ping -c 1 -W 1 10.30.0.2 >"$T/ping" 2>&1
}

assert_joined()
{
	retry pings || fail "no answer over the NICs:" "$(cat "$T/ping" "$T"/log.*)"
}

# try_engine FUNCTION BUSY CONSUMER: what every engine has to go through, what it says of a NIC
# that is held, and what --for calls it
try_engine()
{
	tap 0 start
	! pings || fail "there is an answer without the engine"
	assert_judged yes "$3" left0
	start_ends "$1"
	assert_joined
	tap 0 status
	assert_lacks "$out" "no carrier"
	# configured anew, it goes on
	tap 0 reload
	pings
	finish_ends

	with_carrier hold
	start_ends "$1"
	says "$T/log.left" "$2"
	assert_judged no "$3" left0
	finish_ends
	! pings || fail "there is an answer from a NIC that is held"
	assert_says_busy

	tap 0 release left0 right0
	start_ends "$1"
	assert_joined
	finish_ends
	tap 0 hold left0 right0
	assert_says_busy
	assert_equal "$(grep -cE '^(left|right)0 +up +held ' <<<"$out")" 2 "held"
	tap 0 stop
	for side in "${sides[@]}"; do
		ip netns del "$side"
	done
}

# ------------------------------------------------------------------------------
# OpenVPN
# ------------------------------------------------------------------------------

openvpn_end()
{
	run_end "$1" openvpn --dev "$2" --dev-type tap --proto udp --local "$3" --remote "$4" \
		--port 1194 --secret "$T/alice/key" --cipher AES-256-CBC "${openvpn_options[@]}"
}

openvpn_ends()
{
	openvpn_end left left0 192.0.2.1 192.0.2.2
	openvpn_end right right0 192.0.2.2 192.0.2.1
}

@test "OpenVPN in tap mode" {
	make_machines
	needs openvpn ping
	openvpn_options=()
	# versions that hold a static key to be too little want to be asked twice
	openvpn --help | grep -q allow-deprecated-insecure-static-crypto &&
		openvpn_options=(--allow-deprecated-insecure-static-crypto)
	program 0 openvpn --genkey secret "$T/alice/key"
	chown 1001 "$T/alice/key"
	try_engine openvpn_ends "Device or resource busy" openvpn
}

# ------------------------------------------------------------------------------
# vtun
# ------------------------------------------------------------------------------

vtun_conf()
{
	cat >"$T/alice/$1" <<-END
		options { port 5000; timeout 5; }
		mesh {
			password secret;
			type ether;
			proto udp;
			device $2;
			encrypt no;
			compress no;
			keepalive no;
			persist no;
		}
	END
}

vtun_ends()
{
	run_end right vtund -n -s -f "$T/alice/right.conf" -P 5000
	retry eval 'inside right ss -H -l -t -n "sport = :5000" | grep -q 5000'
	run_end left vtund -n -f "$T/alice/left.conf" mesh 192.0.2.2
}

@test "vtun" {
	make_machines
	needs vtund ss ping
	vtun_conf left.conf left0
	vtun_conf right.conf right0
	install -d -o 1001 /run/lock/vtund
	try_engine vtun_ends "resource busy" vtun
}

# ------------------------------------------------------------------------------
# tinc
# ------------------------------------------------------------------------------

tinc_conf()
{
	local dir=$T/alice/$1

	mkdir -p "$dir/hosts"
	sed "s/^Name = .*/Name = $1/; s/^Interface = .*/Interface = $2/; s/^ConnectTo = .*/ConnectTo = $3/" \
		"$top_srcdir/examples/tinc/tinc.conf" >"$dir/tinc.conf"
	printf 'Address = %s\nPort = 6550\n' "$4" >"$dir/hosts/$1"
	printf '\n\n' | timeout 30 tincd -c "$dir" -K 1024 >"$T/keys" 2>&1 || fail "$(cat "$T/keys")"
}

tinc_ends()
{
	local side

	for side in "${sides[@]}"; do
		run_end "$side" tincd -D -d 1 -c "$T/alice/$side" --pidfile="$T/alice/$side.pid"
	done
}

@test "tinc in switch mode" {
	make_machines
	needs tincd ping
	tinc_conf left left0 right 192.0.2.1
	tinc_conf right right0 left 192.0.2.2
	cp "$T/alice/left/hosts/left" "$T/alice/right/hosts/"
	cp "$T/alice/right/hosts/right" "$T/alice/left/hosts/"
	chown -R 1001:1001 "$T/alice"
	try_engine tinc_ends "resource busy" tinc
}
