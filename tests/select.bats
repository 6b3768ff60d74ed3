# SPDX-License-Identifier: MIT
# Which NICs a command is about: what the file and the records call them, what they are called
# now, and whose file they are of.

load lib

setup_test()
{
	requires root tun
}

# in_file FILE COMMAND...: tap with that file in the place of $CONFIG
in_file()
{
	local CONFIG=$1

	shift
	"$@"
}

@test "stop needs no file: missing, with a mistake, or of another kind" {
	local how

	for how in missing mistake garbage directory; do
		config <<-'END'
			[a]
			carrier = hold
			[b]
		END
		tap 0 start
		case $how in
		missing) rm "$CONFIG" ;;
		mistake) echo 'mtuu = 3' >>"$CONFIG" ;;
		garbage) head -c 500 /dev/urandom >"$CONFIG" ;;
		directory) rm "$CONFIG" && mkdir "$CONFIG" ;;
		esac
		tap 0 stop a
		assert_nics b
		tap 0 stop
		assert_nics ""
		rm -rf "$CONFIG"
	done
	tap 0 stop
	assert_contains "$err" "warning: $CONFIG: cannot be read: No such file or directory"
}

@test "stop opens neither the file nor what tells the machine's id or its users" {
	config <<-'END'
		[a]
		owner = alice
	END
	tap 0 start
	traced 0 stop
	assert_nics ""
	assert_lacks "$(grep -E '^open' trace)" "$CONFIG"
	assert_lacks "$(cat trace)" machine-id
	assert_lacks "$(cat trace)" passwd
}

@test "stop with a machine id that cannot be read" {
	config <<<'[a]'
	tap 0 start
	rm -f /etc/machine-id
	ln -s machine-id /etc/machine-id
	tap 0 stop
	assert_equal "$err" ""
	assert_nics ""
}

@test "stop where the run directory is missing has nothing to stop, and makes none" {
	config <<<'[a]'
	tap 0 stop
	tap 0 --force stop
	[ ! -e "$RUN" ] || fail "there is a run directory now"
}

@test "a NIC that was renamed is ours: no twin, and stop removes it" {
	local mac index

	config <<-'END'
		[a]
		address = 10.4.4.1/24
		carrier = hold
	END
	tap 0 start
	mac=$(link a .address) index=$(link a .ifindex)
	ip link set dev a name zz
	tap 0 status
	assert_contains "$out" zz
	assert_contains "$out" "    renamed; the file calls it a"
	tap 0 --json status
	assert_equal "$(jq -r '.nics[0] | "\(.name) \(.configured.name)"' <<<"$out")" "zz a"
	tap 0 --dry-run start
	assert_equal "$out" ""
	tap 0 start
	assert_nics zz
	assert_link zz .ifindex "$index"
	assert_link zz .address "$mac"
	assert_equal "$(addresses zz)" 10.4.4.1/24
	# what differs is mended under the name that it has
	ip link set dev zz mtu 1400
	echo 'mtu = 1300' >>"$CONFIG"
	tap 0 start
	assert_link zz .mtu 1300
	tap 0 restart
	assert_nics a
	ip link set dev a name zz
	tap 0 stop
	assert_nics ""
}

@test "a NIC that was renamed, and another that took its name" {
	config <<<'[a]'
	tap 0 start
	ip link set dev a name zz
	ip tuntap add dev a mode tap
	tap 0 start
	tap 0 stop
	assert_nics a
}

@test "two NICs that swapped their names" {
	local first second

	config <<-'END'
		[a]
		address = 10.1.0.1/24
		[b]
		address = 10.2.0.1/24
		carrier = hold
	END
	tap 0 start
	first=$(link a .ifindex) second=$(link b .ifindex)
	ip link set dev a name t
	ip link set dev b name a
	ip link set dev t name b
	tap 0 status
	tap 0 --dry-run start
	assert_equal "$out" ""
	sed -i '2i mtu = 1400' "$CONFIG"
	tap 0 start
	assert_link b .ifindex "$first"
	assert_link b .mtu 1400
	assert_link a .ifindex "$second"
	assert_link a .mtu 1500
	tap 0 stop
	assert_nics ""
}

@test "the file takes up the new name: the same NIC" {
	local index

	config <<<'[a]'
	tap 0 start
	index=$(link a .ifindex)
	ip link set dev a name zz
	config <<<'[zz]'
	tap 0 reload
	assert_nics zz
	assert_link zz .ifindex "$index"
	tap 0 status
	tap 0 stop
	assert_nics ""
}

@test "one NIC cannot be two of the file" {
	config <<<'[a]'
	tap 0 start
	ip link set dev a name zz
	printf '[zz]\n' >>"$CONFIG"
	tap 1 start
	assert_contains "$err" "zz: is a of this file under a new name"
	assert_nics zz
}

@test "a NIC is named by the file, by a pattern, by its section, or by what it is called now" {
	config <<-'END'
		[fc%d]
		count = 3
		[other]
	END
	tap 0 start 'fc[01]'
	assert_nics fc0 fc1
	tap 0 start 'fc%d'
	assert_nics fc0 fc1 fc2
	tap 0 start '*'
	assert_nics fc0 fc1 fc2 other
	ip link set dev fc1 name zz
	tap 0 --dry-run stop zz
	assert_equal "$out" "zz: delete"
	tap 0 --dry-run stop fc1
	assert_equal "$out" "zz: delete"
	tap 0 --dry-run stop 'z?'
	assert_equal "$out" "zz: delete"
	tap 0 --dry-run stop 'fc*'
	assert_equal "$out" "fc0: delete
zz: delete
fc2: delete"
	tap 0 stop 'fc%d'
	assert_nics other
	tap 0 status other
}

@test "patterns and sections work without the file" {
	config <<-'END'
		[fc%d]
		count = 2
		[other]
	END
	tap 0 start
	rm "$CONFIG"
	tap 0 stop 'fc%d'
	assert_nics other
	tap 0 stop 'o*'
	assert_nics ""
}

@test "a name, a pattern or a section that matches nothing is a slip" {
	config <<-'END'
		[a]
	END
	tap 0 start
	ip tuntap add dev foreign mode tap
	for word in b 'b*' 'fc%d' foreign 'for*'; do
		for command in start stop restart reload "hold" release "--dry-run stop"; do
			# shellcheck disable=SC2086
			tap 2 $command "$word"
			assert_contains "$err" "$word: there is no such NIC in $CONFIG"
		done
		tap 4 status "$word"
		assert_contains "$err" "$word: there is no such NIC in $CONFIG"
	done
	# one that matches does not excuse one that does not
	tap 2 stop a b
	assert_nics a foreign
	# of the file, but not there: there is nothing to stop
	echo '[c]' >>"$CONFIG"
	tap 0 stop c
}

@test "-c FILE concerns the NICs of FILE" {
	printf '[p]\ncarrier = hold\n' >one
	printf '[q]\n' >two
	in_file "$T/one" tap 0 start
	in_file "$T/two" tap 0 start
	in_file "$T/two" tap 0 reload
	in_file "$T/two" tap 0 restart
	assert_nics p q
	in_file "$T/two" tap 2 stop p
	in_file "$T/two" tap 2 stop 'p*'
	in_file "$T/two" tap 0 --force stop
	assert_nics p
	assert_link p '.operstate' UP
	# the file is known by its real path
	ln -s "$T/one" link
	mkdir sub
	in_file "$T/sub/../link" tap 0 --dry-run stop
	assert_equal "$out" "p: delete
p: let the link go"
	rm one link
	in_file "$T/one" tap 0 stop
	assert_nics ""
}

@test "--all-files concerns them all" {
	printf '[p]\n' >one
	printf '[q]\n' >two
	in_file "$T/one" tap 0 start
	in_file "$T/two" tap 0 start
	in_file "$T/nowhere" tap 0 stop
	assert_nics p q
	in_file "$T/nowhere" tap 0 --all-files stop
	assert_equal "$err" ""
	assert_nics ""
}

@test "a file that names the NIC of another one takes it over" {
	printf '[p]\n' >one
	printf '[p]\nmtu = 1400\n[q]\n' >two
	in_file "$T/one" tap 0 start
	in_file "$T/two" tap 0 start
	assert_link p .mtu 1400
	in_file "$T/one" tap 0 stop
	assert_nics p q
	in_file "$T/two" tap 0 stop
	assert_nics ""
}
