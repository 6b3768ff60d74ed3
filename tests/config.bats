# SPDX-License-Identifier: MIT
# The configuration file: what it may look like, and what it means.

load lib

# steps: what a start would do, for which no root is needed
steps()
{
	tap 0 --dry-run start
	steps=$out
}

@test "the original script's variables, in its own spelling" {
	requires root tun
	config <<-'END'
		USER="root"
		TAP_NETWORK="10.9.8.7"
		TAP_DEV_NUM=5
	END
	tap 0 start
	assert_nics tap5
	assert_equal "$(addresses tap5)" 10.9.8.7/24
	assert_equal "$(ip -json address show dev tap5 | jq -r '.[0].addr_info[0].broadcast')" \
		10.9.8.255
	assert_flag tap5 PROMISC
	assert_flag tap5 UP
	assert_link tap5 .linkinfo.info_data.user root
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "the original's variables: each alone is enough" {
	local line

	for line in 'USER=root' 'TAP_DEV_NUM=0' 'TAP_NETWORK=10.9.8.7'; do
		config <<<"$line"
		steps
		assert_contains "$steps" "tap0: create tap"
		assert_contains "$steps" "promisc yes"
	done
}

@test "the original's variables: NETMASK, DESC, and keys of today beside them" {
	config <<-'END'
		DESC="fake interfaces"
		USER=root
		TAP_NETWORK=10.9.8.7
		NETMASK=255.255.0.0
		TAP_DEV_NUM=12
		mtu = 1400
		promisc = no
	END
	steps
	assert_contains "$steps" "tap12: add address 10.9.8.7/16"
	assert_contains "$steps" "tap12: set mtu 1400"
	assert_lacks "$steps" "promisc yes"
	tap 3 status
	assert_matches "${out%%$'\n'*}" "fake interfaces: 0 of 1 as configured in .*"
}

@test "the original's variables: a network with its own prefix" {
	config <<<'TAP_NETWORK=10.9.8.7/28'
	steps
	assert_contains "$steps" "tap0: add address 10.9.8.7/28"
}

@test "defaults before the first section are for all NICs, and each may differ" {
	config <<-'END'
		mtu = 1400
		owner = 1001
		[a]
		[b]
		mtu = 1300
	END
	steps
	assert_contains "$steps" "a: set mtu 1400"
	assert_contains "$steps" "b: set mtu 1300"
	assert_equal "$(grep -c 'set owner' <<<"$steps")" 2
}

@test "defaults that a tun cannot have are not for it" {
	config <<-'END'
		mac = random
		arp = no
		broadcast = 10.0.0.255
		[t]
		mode = tun
		address = 10.0.0.1/24
	END
	steps
	assert_contains "$steps" "t: create tun"
	assert_lacks "$steps" arp
}

@test "names are spelled as in the file" {
	config <<-'END'
		[Eth-1.x_y]
		[é]
	END
	steps
	assert_contains "$steps" "Eth-1.x_y: create tap"
	assert_contains "$steps" "é: create tap"
}

@test "a name of 15 characters" {
	config <<<'[fifteen-letters]'
	steps
	assert_contains "$steps" "fifteen-letters: create tap"
}

@test "keys are read in any case, values as they are" {
	config <<-'END'
		[t]
		MTU = 1400
		Alias = Lab
	END
	steps
	assert_contains "$steps" "t: set mtu 1400"
	assert_contains "$steps" "t: set alias Lab"
}

@test "comments and blank lines" {
	config <<-'END'
		# a comment
		; another

		   # one with blanks before it
		[t]   
		mtu = 1400    # behind a value
		alias = "a # b; c"  ; behind a quoted one
		txqueuelen=5;close
	END
	tap 6 check
	sed -i 's/5;close/5 ;not so close/' "$CONFIG"
	steps
	assert_contains "$steps" "t: set mtu 1400"
	assert_contains "$steps" "t: set alias a # b; c"
	assert_contains "$steps" "t: set txqueuelen 5"
}

@test "quotes of both kinds" {
	config <<-'END'
		[t]
		alias = 'single "quotes"'
		mtu = "1400"
		[u]
		alias = "the other's"
	END
	steps
	assert_contains "$steps" "t: set alias single \"quotes\""
	assert_contains "$steps" "t: set mtu 1400"
	assert_contains "$steps" "u: set alias the other's"
}

@test "blanks around names, keys and values do not matter" {
	printf '  [ t ]  \n\tmtu\t=\t1400\t\n' >"$CONFIG"
	steps
	assert_contains "$steps" "t: set mtu 1400"
}

@test "CRLF, and no newline at the end" {
	printf '[t]\r\nmtu = 1400\r\nalias = "lab"\r\ntxqueuelen = 5' >"$CONFIG"
	steps
	assert_contains "$steps" "t: set mtu 1400"
	assert_contains "$steps" "t: set alias lab"$'\n'
	assert_contains "$steps" "t: set txqueuelen 5"
	assert_lacks "$steps" $'\r'
}

@test "a line that goes on after a backslash" {
	printf '%s\n' '[t]' 'address = 10.0.0.1/24, \' '  10.1.0.1/24' 'mtu = 1' >"$CONFIG"
	tap 6 check
	# the lines are counted as an editor counts them
	assert_equal "$err" "$CONFIG:4: [t] mtu: 1 is out of range: 68 to 65535 bytes"
	sed -i '4d' "$CONFIG"
	steps
	assert_contains "$steps" "t: add address 10.0.0.1/24"
	assert_contains "$steps" "t: add address 10.1.0.1/24"
}

@test "addresses with commas or blanks between them" {
	config <<-'END'
		[t]
		address = 10.0.0.1/24,10.1.0.1/24 , 10.2.0.1/24	10.3.0.1/24,
	END
	steps
	assert_equal "$(grep -c 'add address' <<<"$steps")" 4
}

@test "a line of 1,022 characters" {
	{ echo '[t]'; printf 'mtu = 1400 #%01010d\n' 7; } >"$CONFIG"
	assert_equal "$(tail -n 1 "$CONFIG" | tr -d '\n' | wc -c)" 1022
	steps
	assert_contains "$steps" "t: set mtu 1400"
}

@test "an alias of 255 bytes" {
	{ echo '[t]'; printf 'alias = %0255d\n' 7; } >"$CONFIG"
	tap 0 check
}

@test "include takes in files by pattern, relative to the file's directory" {
	mkdir -p more.d sub
	printf '[a]\n' >more.d/1.conf
	printf '[b]\nmtu = 1300\n' >more.d/2.conf
	printf '[x]\n' >more.d/3.conf.bak
	config <<-'END'
		include = more.d/*.conf
		mtu = 1400
		[c]
	END
	cd sub
	steps
	assert_contains "$steps" "a: set mtu 1400"
	assert_contains "$steps" "b: set mtu 1300"
	assert_contains "$steps" "c: create tap"
	assert_lacks "$steps" "x:"
}

@test "include of several patterns, with absolute paths, and of files that include" {
	printf 'include = "2.conf"\n[a]\n' >1.conf
	printf '[b]\n' >2.conf
	printf '[c]\n' >3.conf
	config <<<"include = $T/1.conf, $T/3.conf"
	steps
	assert_equal "$(grep -o '^.: create' <<<"$steps" | sort | xargs)" \
		"a: create b: create c: create"
}

@test "defaults of an included file stay in it" {
	printf 'mtu = 1300\n[a]\n' >more.conf
	config <<-'END'
		include = more.conf
		[b]
	END
	steps
	assert_contains "$steps" "a: set mtu 1300"
	assert_lacks "$steps" "b: set mtu"
}

@test "include of a directory without any such file: a warning of check" {
	mkdir more.d
	config <<-'END'
		include = more.d/*.conf
		[a]
	END
	tap 0 check
	assert_equal "$err" "$CONFIG:1: warning: include: no file matches $T/more.d/*.conf"
}

@test "DESC and OPTIONS before the first section are the wrapper's" {
	config <<-'END'
		DESC = "our NICs"
		OPTIONS = "--verbose"
		[a]
	END
	steps
	tap 3 status
	assert_contains "$out" "our NICs: 0 of 1"
}

@test "nothing in the file is ever run" {
	# shellcheck disable=SC2016
	printf '%s\n' 'DESC = "$(touch pwned)"' '[t]' 'alias = "`touch pwned`"' >"$CONFIG"
	steps
	tap 3 status
	[ ! -e pwned ] || fail "a command in the file was run"
	# shellcheck disable=SC2016
	assert_contains "$steps" 't: set alias `touch pwned`'
}

@test "the shipped file has no mistake, and one NIC" {
	program 0 "$CONFIG_TAP" -c "$top_srcdir/sysconfig/config_tap" check
	assert_contains "$out" ": 1 NIC, no mistakes"
	assert_equal "$err" ""
}

@test "the keys that the shipped file teaches in comments are keys" {
	program 0 "$CONFIG_TAP" --keys
	sort <<<"$out" >keys
	sed -nE 's/^# ?([a-z_]+) = .*/\1/p' "$top_srcdir/sysconfig/config_tap" | sort -u >taught
	[ "$(wc -l <taught)" -ge 5 ] || both_sides "keys taught" "5 or more" "$(cat taught)"
	assert_equal "$(comm -23 taught keys)" "" "keys that there are not"
}

@test "a file that somebody writes to while it is read is what it was at first" {
	local as=(strace -q -o "$T/trace" -e "trace=openat,read" -e "inject=openat:delay_enter=60000")
	local other

	# iniparser opens it once more; by then it is another text, with keys at the same places
	for other in u t; do
		rm -f "$T/trace"
		printf '[t]\naddress = 10.1.0.1/24\n' | config
		(
			retry grep -qs 10.1.0.1 "$T/trace"
			printf '[%s]\naddress = 10.2.0.1/24\n' "$other" >"$CONFIG"
		) &
		steps
		wait "$!"
		grep -q 10.2.0.1 "$CONFIG"
		assert_contains "$steps" "t: add address 10.1.0.1/24"
	done
}

@test "a thousand sections are read in a moment" {
	local i

	for ((i = 0; i < 1000; i++)); do
		printf '[n%d]\naddress = 10.%d.%d.1/24\n' "$i" $((i / 250)) $((i % 250))
	done >"$CONFIG"
	LIMIT=5 tap 0 check
	assert_equal "$out" "$CONFIG: 1000 NICs, no mistakes"
}
