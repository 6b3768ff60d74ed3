# SPDX-License-Identifier: MIT
# status: exit status, the table, the differences, JSON.

load lib

@test "nothing is there: exit 3, and every NIC is missing" {
	config <<-'END'
		[a]
		[b]
	END
	tap 3 status
	assert_equal "$out" "persistent TUN/TAP interfaces: 0 of 2 as configured in $CONFIG
NIC  STATE
a    missing
b    missing"
	assert_equal "$err" ""
}

@test "all is as configured: exit 0, and the table" {
	requires root tun
	config <<-'END'
		DESC = "two NICs"
		[a]
		address = 10.1.0.1/24, 10.2.0.1/24
		owner = alice
		mac = 02:00:5e:00:53:01
		[long-name]
		mode = tun
		group = vms
	END
	tap 0 start
	tap 0 status
	assert_equal "$out" "two NICs: 2 of 2 as configured in $CONFIG
NIC        STATE  LINK        MAC                ADDRESS                  OWNER
a          up     no carrier  02:00:5e:00:53:01  10.1.0.1/24 10.2.0.1/24  alice
long-name  up     no carrier                                              :vms"
	assert_equal "$err" ""
}

@test "some are there: exit 1" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start a
	tap 1 status
	assert_contains "$out" "1 of 2 as configured"
	tap 0 status a
	assert_lacks "$out" "missing"
	tap 3 status b
}

@test "one that is down is down, and not missing" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	ip link set dev b down
	tap 1 status
	assert_matches "$(grep '^b' <<<"$out")" 'b +down +.*'
	assert_contains "$out" "    up is no, configured: yes"
	ip link set dev a down
	tap 3 status
}

@test "a line for each difference: what is, and what is configured" {
	requires root tun
	config <<-'END'
		[a]
		mtu = 1400
		alias = lab
		address = 10.1.0.1/24, 10.2.0.1/24
		promisc = yes
	END
	tap 0 start
	ip link set dev a mtu 1300
	ip link set dev a alias $'odd\e[31m'
	ip link set dev a promisc off
	ip address del 10.2.0.1/24 dev a
	tap 1 status
	assert_matches "$(grep '^a' <<<"$out")" 'a +differs +.*'
	assert_equal "$(grep '^ ' <<<"$out")" \
		'    address is 10.1.0.1/24, configured: 10.1.0.1/24 10.2.0.1/24
    mtu is 1300, configured: 1400
    promisc is no, configured: yes
    alias is odd\x1b[31m, configured: lab'
}

@test "a NIC of another kind: the reason" {
	requires root bridge
	config <<<'[a]'
	ip link add dev a type bridge
	tap 3 status
	assert_contains "$out" \
		"    exists already and is a bridge, not a tap; choose another name, or remove it"
}

@test "who uses a NIC is named" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	attach a
	tap 0 status
	assert_matches "$(grep '^a' <<<"$out")" "a +up +up .* attach \($reader\)"
	assert_matches "$(grep '^b' <<<"$out")" 'b +up +no carrier .* root'
	tap 0 --json status
	assert_equal "$(jq -c '.nics[0].users' <<<"$out")" \
		"[{\"comm\":\"attach\",\"pid\":$reader}]"
	assert_equal "$(jq -c '.nics[1].users' <<<"$out")" "[]"
	assert_equal "$(jq -r '.nics[0].link' <<<"$out")" up
}

@test "a NIC that anybody may open is shown as anybody's" {
	requires root tun
	config <<<'[a]'
	ip tuntap add dev a mode tap
	tap 3 status
	assert_matches "$(grep '^a' <<<"$out")" 'a .* anybody'
	assert_contains "$out" "    owner is none, configured: root"
}

@test "--verbose has the details" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	tap 0 --verbose status
	assert_contains "$out" \
		"    ifindex $(link a .ifindex), mtu 1500, txqueuelen 1000, carrier changes 1, made by config_tap"
	ip link del dev a
	ip tuntap add dev a mode tap user root
	ip link set dev a up
	tap 0 --verbose status
	assert_contains "$out" ", not made by config_tap"
	tap 0 --json status
	assert_equal "$(jq -c '.nics[0].ours' <<<"$out")" null
	tap 0 start
	tap 0 --verbose status
	assert_contains "$out" ", adopted"
}

@test "--quiet says nothing, and the exit status tells" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 3 --quiet status
	assert_equal "$out$err" ""
	tap 0 start a
	tap 1 --quiet status
	assert_equal "$out$err" ""
}

@test "--json has the whole picture, with stable names" {
	requires root tun
	config <<-'END'
		DESC = "the lab"
		[a]
		mtu = 1400
		address = 10.1.0.1/24
		[b]
	END
	tap 0 start a
	ip link set dev a mtu 1300
	tap 1 --json status
	assert_equal "$(jq -c '[.version, .desc, .status, .file]' <<<"$out")" \
		"[1,\"the lab\",1,\"$CONFIG\"]"
	assert_equal "$(jq -c '.nics[] | keys' <<<"$out" | sort -u)" \
		'["as_configured","by_hand","configured","differences","found","holder_died","link","name","netns","ours","state","users","why"]'
	assert_equal "$(jq -c '.nics[0] | [.name, .state, .link, .ours, .netns]' <<<"$out")" \
		'["a","differs","no carrier","made",null]'
	assert_equal "$(jq -c '.nics[0].differences' <<<"$out")" \
		'[{"key":"mtu","is":1300,"configured":1400}]'
	assert_equal "$(jq -c '.nics[0].found | [.mode, .owner, .group, .mtu, .up, .address]' <<<"$out")" \
		'["tap","root",null,1300,true,["10.1.0.1/24"]]'
	assert_equal "$(jq -c '.nics[0].found.ifindex' <<<"$out")" "$(link a .ifindex)"
	assert_equal "$(jq -c '.nics[1] | [.name, .state, .found, .ours]' <<<"$out")" \
		'["b","missing",null,null]'
}

@test "JSON holds what no text can" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	ip link set dev a alias $'\e[31m "quoted" \xff'
	tap 0 --json status
	assert_equal "$(jq -r '.nics[0].found.alias' <<<"$out")" '\x1b[31m "quoted" \xff'
}

@test "colour on a terminal only, and not with NO_COLOR" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	tap 0 status
	assert_lacks "$out" $'\e'
	# script(1) gives the program a terminal
	command -v script >/dev/null || fail "script is missing: install util-linux"
	program 0 env TERM=xterm script -qec "$CONFIG_TAP -c $CONFIG --run-dir $RUN status" /dev/null
	assert_contains "$out" $'\e[32mup\e[0m'
	program 0 env TERM=xterm NO_COLOR=1 \
		script -qec "$CONFIG_TAP -c $CONFIG --run-dir $RUN status" /dev/null
	assert_lacks "$out" $'\e'
	program 0 env TERM=dumb script -qec "$CONFIG_TAP -c $CONFIG --run-dir $RUN status" /dev/null
	assert_lacks "$out" $'\e'
}

@test "status neither waits for the lock nor attaches to look" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	traced 0 status
	assert_equal "$(count_sets)" 0
	assert_lacks "$(cat "$T/trace")" /dev/net/tun
	assert_lacks "$(cat "$T/trace")" flock
	assert_equal "$(cat /sys/class/net/a/carrier_changes)" 1
}

@test "an exit status of 4 where the records cannot be believed" {
	requires root
	config <<<'[a]'
	mkdir "$RUN"
	chmod 777 "$RUN"
	tap 4 status
	assert_contains "$err" "$RUN: users other than root may write to this directory"
}

# typed FILTER: jq finds that it is so, in what was printed
typed()
{
	jq -e "$1" <<<"$out" >/dev/null || fail "not so: $1" "$out"
}

@test "JSON of status: names and types, whatever there is" {
	requires root tun bridge
	config <<-'END'
		[a]
		address = 10.1.0.1/24, fd00:1::1/64
		routes = 10.5.0.0/16 via 10.1.0.2
		owner = alice
		group = alice
		alias = lab
		bridge = br0
		mtu = 1400
		carrier = hold
		[b]
		mode = tun
		[c]
		existing = refuse
		[d]
		[e]
	END
	ip link add name d type bridge
	ip tuntap add dev c mode tap user bob
	tap 1 start
	ip link del dev b
	ip link set dev a mtu 1300
	tap 1 --json status
	typed '[keys[]] == ["desc","file","nics","status","version"]'
	typed '.version == 1 and .status == 1 and (.file | type) == "string"'
	typed '[.nics[].name] == ["a","b","c","d","e"]'
	typed 'all(.nics[]; (.as_configured | type) == "boolean" and (.by_hand | type) == "boolean" and (.holder_died | type) == "boolean")'
	typed 'all(.nics[]; .state | IN("up","down","missing","differs"))'
	typed 'all(.nics[]; .link | IN("up","held","shared","no carrier",""))'
	typed 'all(.nics[]; (.differences | type) == "array" and (.users | type) == "array" and (.configured | type) == "object")'
	typed 'all(.nics[]; .ours | IN("made","adopted",null))'
	typed '[.nics[].ours] == ["made",null,null,null,"made"]'
	typed '.nics[1].found == null and .nics[1].state == "missing" and .nics[1].link == ""'
	typed '[.nics[] | .as_configured] == [false,false,false,false,true]'
	typed '.nics[2].why | contains("existing = refuse")'
	typed '.nics[3].why | contains("is a bridge, not a tap")'
	typed '.nics[3].found.kind == "bridge" and (.nics[3].found | has("mode") | not)'
	typed '.nics[0].differences == [{"key":"mtu","is":1300,"configured":1400}]'
	typed '.nics[0].found | .carrier == "hold" and .carrier_on == true'
	typed '.nics[0].found | .owner == "alice" and .group == "alice" and .alias == "lab" and .bridge == "br0"'
	typed '.nics[0].found | .routes == ["10.5.0.0/16 via 10.1.0.2"] and (.address | index("fd00:1::1/64") != null)'
	typed '.nics[0].configured | .address == ["10.1.0.1/24","fd00:1::1/64"] and .routes == ["10.5.0.0/16 via 10.1.0.2"]'
	typed '.nics[4].found | .carrier == "none" and .carrier_on == false and .group == null'
	typed 'all(.nics[].found | select(. != null); (.ifindex | type) == "number" and (.carrier_changes | type) == "number" and (.address | type) == "array")'
	tap 0 stop
}

@test "JSON of a dry run: names and types, what is done and what is refused" {
	requires root tun bridge
	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[d]
	END
	ip link add name d type bridge
	tap 1 --dry-run --json start
	typed '[keys[]] == ["refused","steps","version"]'
	typed '.version == 1'
	typed 'all(.steps[]; [keys[]] == ["nic","operation","text"])'
	typed '[.steps[].operation] == ["create","set","set","address-add","flags","persist"]'
	typed 'all(.steps[]; .nic == "a")'
	typed '[.refused[] | keys[]] == ["nic","text"] and .refused[0].nic == "d"'
	assert_equal "$err" "config_tap: d: $(jq -r '.refused[0].text' <<<"$out")"
	tap 1 start
	sed -i '/^\[d\]/d' "$CONFIG"
	tap 0 --dry-run --json start
	typed '. == {"version":1,"steps":[],"refused":[]}'
	tap 0 --dry-run --json stop
	typed '.steps == [{"nic":"a","operation":"delete","text":"delete"}]'
}

@test "JSON of check: names and types" {
	printf '%s\n' 'colour = red' '[a]' 'mtu = 1' '[a]' >bad
	chmod 644 bad
	program 6 "$CONFIG_TAP" -c bad --json check
	typed '[keys[]] == ["file","mistakes","nics","valid","version"]'
	typed '.valid == false and (.nics | type) == "number"'
	typed 'all(.mistakes[]; [keys[]] == ["file","key","line","nic","severity","text"])'
	typed '[.mistakes[] | [.line, .nic, .key]] == [[1,null,"colour"],[3,"a","mtu"],[4,"a",null]]'
	program 6 "$CONFIG_TAP" -c nowhere --json check
	typed '.mistakes[0].line == null'
}

@test "what has left the file is left over: a row, exit 1, and JSON" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	config <<<'[a]'
	tap 1 status
	assert_contains "$out" "1 of 1 as configured in $CONFIG, 1 left over"
	assert_matches "$(grep '^b' <<<"$out")" 'b +left over +.*'
	tap 1 --json status
	typed '[.nics[] | [.name, .state, .as_configured]] == [["a","up",true],["b","left over",false]]'
	typed '.nics[1].configured == {} and .nics[1].ours == "made" and .nics[1].found.kind == "tun"'
	ip link set dev a down
	ip link set dev b down
	ip link set dev b name foo
	tap 1 status
	assert_contains "$out" "    renamed; it is recorded as b"
	tap 1 --json status
	typed '.nics[1] | [.name, .why] == ["foo", "renamed; it is recorded as b"]'
	tap 0 stop b
	tap 3 status
	assert_lacks "$out" "left over"
}

@test "a file with a mistake: the mistakes, then what is recorded, and exit 6" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	echo 'colour = red' >>"$CONFIG"
	tap 6 status
	assert_contains "$err" "$CONFIG:2: [a] colour: there is no such key"
	assert_contains "$out" "$CONFIG cannot be used; this is what is recorded"
	assert_matches "$(grep '^a' <<<"$out")" 'a +up +.*'
	tap 6 --json status
	typed '.status == 6 and .nics[0].name == "a" and .nics[0].as_configured == false'
	typed '.mistakes[0] | .line == 2 and .key == "colour"'
	rm "$CONFIG"
	tap 6 status
	assert_matches "$(grep '^a' <<<"$out")" 'a +up +.*'
	tap 6 --quiet status
	assert_equal "$out" ""
}

@test "--failed shows what is not as configured, and no more" {
	requires root tun
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start a
	tap 1 --failed status
	assert_contains "$out" "1 of 2 as configured"
	assert_contains "$out" "missing"
	assert_equal "$(grep -c '^a' <<<"$out" || true)" 0
	tap 1 --failed --json status
	typed '[.nics[].name] == ["b"]'
	tap 0 start
	tap 0 --failed status
	assert_equal "$out" "persistent TUN/TAP interfaces: 2 of 2 as configured in $CONFIG"
}

@test "a table that is wider than the screen gives up the MAC, then further addresses" {
	requires root tun
	config <<-'END'
		[a]
		address = 10.1.0.1/24, 10.2.0.1/24, 10.3.0.1/24
		[b]
	END
	tap 0 start
	COLUMNS=80 tap 0 status
	assert_lacks "$out" "MAC"
	assert_contains "$out" "10.1.0.1/24 10.2.0.1/24 10.3.0.1/24"
	COLUMNS=60 tap 0 status
	assert_lacks "$out" "MAC"
	assert_contains "$out" "10.1.0.1/24 +2"
	assert_equal "$(sed 1d <<<"$out" | awk 'length > 60')" "" "lines that are too long"
	COLUMNS=200 tap 0 status
	assert_contains "$out" "MAC"
}

@test "a table that is longer than the screen ends with the summary" {
	config <<-'END'
		[fc%d]
		count = 30
	END
	tap 3 status
	assert_equal "${out##*$'\n'}" "${out%%$'\n'*}"
	LINES=40 tap 3 status
	assert_matches "${out##*$'\n'}" "fc29 +missing"
}

@test "columns are aligned as they are seen, whatever the width of a name" {
	local first second

	config <<-'END'
		[网卡0]
		[b]
	END
	LC_ALL=C.UTF-8 tap 3 status
	first=$(sed -n '/^NIC/s/STATE.*//p' <<<"$out" | wc -c)
	second=$(sed -n '/^网卡0/s/missing.*//p' <<<"$out" | wc -c)
	# each of the two has three bytes, and takes two columns
	assert_equal "$((first + 2))" "$second"
}

@test "no name of others drives the terminal" {
	local bridge=$'\e[2Jx' turned=$'\xe2\x80\xaex'

	requires root tun bridge
	config <<-'END'
		[a]
		[b]
	END
	tap 0 start
	ip link add name "$bridge" type bridge
	ip link set dev a master "$bridge"
	ip link set dev b alias "$turned"
	tap 0 --verbose status
	assert_lacks "$out$err" $'\e'
	assert_contains "$out" '\x1b[2Jx'
	printf '[b]\nalias = z\n[a]\n' >"$CONFIG"
	tap 1 status
	assert_contains "$out" '\xe2\x80\xaex'
}

@test "--color says when to use colours" {
	requires root tun
	config <<<'[a]'
	tap 0 start
	tap 0 --color always status
	assert_contains "$out" $'\e[32mup\e[0m'
	program 0 env TERM=xterm script -qec \
		"$CONFIG_TAP -c $CONFIG --run-dir $RUN --color=never status" /dev/null
	assert_lacks "$out" $'\e'
}
