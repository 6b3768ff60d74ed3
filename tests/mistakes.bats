# SPDX-License-Identifier: MIT
# Mistakes in the configuration: tests/mistakes.table has the files and what is said of
# each, and here are those that no table can hold.

load lib

setup_test()
{
	start=(start)
	am_root || start=(--dry-run start)
}

# Nothing was touched: no interface, no run directory.
assert_untouched()
{
	if [ -e "$RUN" ]; then
		fail "the run directory was made"
	elif am_root; then
		assert_nics ""
	fi
}

# says COMMAND...: the program exits with 6, and writes $expected to stderr only
says()
{
	program 6 "$CONFIG_TAP" -c bad.ini --run-dir "$RUN" "$@" &&
		assert_equal "$err" "$expected" &&
		assert_equal "$out" ""
}

# complains TEXT: check and start both say exactly that, and nothing else, and exit 6.
# The steps are joined, since bash does not end a function that is part of a condition.
complains()
{
	local expected=$1

	says check && says "${start[@]}" && assert_untouched
}

# read_table COMMAND: calls it for each entry with name, escapes (yes or no), content
# and what is to be said
read_table()
{
	local line name='' escapes='' content='' said='' part=''

	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'=== '*)
			[ -z "$name" ] || "$1" "$name" "$escapes" "$content" "${said%$'\n'}"
			name=${line#=== } escapes=no content='' said='' part=content
			if [[ $name == *' (escapes)' ]]; then
				name=${name%' (escapes)'} escapes=yes
			fi
			;;
		---) part=said ;;
		*)
			case $part in
			content) content+=$line$'\n' ;;
			said) said+=$line$'\n' ;;
			esac
			;;
		esac
	done <"$top_srcdir/tests/mistakes.table"
	"$1" "$name" "$escapes" "$content" "${said%$'\n'}"
}

try_entry()
{
	if [ "$2" = yes ]; then
		printf %b "${3%$'\n'}" >bad.ini
	else
		printf %s "$3" >bad.ini
	fi
	entries=$((entries + 1))
	if [ -z "$4" ]; then
		failed+="$1 (says nothing); "
	elif ! complains "$4" >log 2>&1; then
		failed+="$1; "
		echo "=== $1"
		cat log
	fi
}

@test "every file of the table gives exactly its messages, exit 6, and touches nothing" {
	local entries=0 failed=''

	read_table try_entry
	assert_equal "$failed" "" "entries that went wrong"
	[ "$entries" -ge 60 ] || both_sides "entries" "60 or more" "$entries"
}

@test "no two entries of the table have one name" {
	assert_equal "$(grep '^=== ' "$top_srcdir/tests/mistakes.table" | sort | uniq -d)" ""
}

@test "all mistakes of a file are told at once, in the order of the lines" {
	printf '%s\n' '[a]' 'mtu = 1' 'colour = red' '[b]' 'owner = nosuchuser' >bad.ini
	complains 'bad.ini:2: [a] mtu: 1 is out of range: 68 to 65535 bytes
bad.ini:3: [a] colour: there is no such key
bad.ini:5: [b] owner: there is no user "nosuchuser"; use a name from passwd(5) or a number'
}

@test "a directory" {
	mkdir bad.ini
	complains "bad.ini: is a directory"
}

@test "a FIFO, which must not hang a boot" {
	mkfifo bad.ini
	complains "bad.ini: is not a regular file"
}

@test "a device" {
	ln -s /dev/null bad.ini
	complains "bad.ini: is not a regular file"
}

@test "a link to nothing" {
	ln -s nowhere bad.ini
	complains "bad.ini: cannot be read: No such file or directory"
}

@test "a file that others may write" {
	echo '[t]' >bad.ini
	chmod 646 bad.ini
	complains "bad.ini: users other than root may write it (owner $EUID, group $(id -g), mode 0646); make it root's, mode 0644"
}

@test "a file that a group may write" {
	requires root
	echo '[t]' >bad.ini
	chown 0:2001 bad.ini
	chmod 664 bad.ini
	complains "bad.ini: users other than root may write it (owner 0, group 2001, mode 0664); make it root's, mode 0644"
}

@test "a file of somebody else's" {
	requires root
	echo '[t]' >bad.ini
	chown 1001:1001 bad.ini
	complains "bad.ini: users other than root may write it (owner 1001, group 1001, mode 0644); make it root's, mode 0644"
}

@test "a file that root's own group may write is all right" {
	requires root
	config <<<'[t]'
	chmod 664 "$CONFIG"
	tap 0 check
}

@test "an included file that others may write" {
	echo 'include = more.ini' >bad.ini
	echo '[t]' >more.ini
	chmod 666 more.ini
	complains "more.ini: users other than root may write it (owner $EUID, group $(id -g), mode 0666); make it root's, mode 0644"
}

@test "a file that includes itself" {
	printf '%s\n' 'include = bad.ini' '[t]' >bad.ini
	complains "bad.ini:1: include: bad.ini includes itself"
}

@test "two files that include each other" {
	printf '%s\n' 'include = more.ini' '[t]' >bad.ini
	printf '%s\n' 'include = bad.ini' '[u]' >more.ini
	complains "more.ini:1: include: bad.ini includes itself"
}

@test "includes nine deep" {
	local i

	echo 'include = 1.ini' >bad.ini
	for i in 1 2 3 4 5 6 7 8; do
		echo "include = $((i + 1)).ini" >$i.ini
	done
	echo '[t]' >9.ini
	complains "7.ini:1: include: 8.ini would be the ninth file within another; at most 8"
}

@test "the same NIC in two files" {
	printf '%s\n' 'include = more.ini' '[t]' >bad.ini
	printf '%s\n' '[u]' '[t]' >more.ini
	complains "bad.ini:2: [t] is already defined at more.ini:2"
}

@test "a mistake in an included file has that file's name and line" {
	printf '%s\n' 'include = more.ini' '[t]' >bad.ini
	printf '%s\n' '[u]' 'mtu = many' >more.ini
	complains 'more.ini:2: [u] mtu: "many" is not a number from 68 to 65535'
}

@test "control characters of the file do not reach the terminal" {
	printf '[t]\nowner = \033[31mred\007\n' >bad.ini
	complains 'bad.ini:2: [t] owner: there is no user "\x1b[31mred\x07"; use a name from passwd(5) or a number'
}

@test "--json of check has every mistake with its place" {
	printf '%s\n' '[a]' 'mtu = 1' 'colour = red' >bad.ini
	program 6 "$CONFIG_TAP" -c bad.ini --json check
	assert_equal "$err" ""
	assert_equal "$(jq -c '[.version, .file, .valid, .nics]' <<<"$out")" \
		'[1,"bad.ini",false,1]'
	assert_equal "$(jq -c '.mistakes[] | [.file, .line, .nic, .key, .severity]' <<<"$out")" \
		'["bad.ini",2,"a","mtu","error"]
["bad.ini",3,"a","colour","error"]'
	assert_equal "$(jq -r '.mistakes[1].text' <<<"$out")" "there is no such key"
}

@test "--json of check on a good file" {
	config <<<'[t]'
	tap 0 --json check
	assert_equal "$(jq -c '[.valid, .nics, .mistakes]' <<<"$out")" '[true,1,[]]'
}

@test "an owner who is not in the group: a warning, and the file can be used" {
	requires root
	config <<-'END'
		[t]
		owner = bob
		group = vms
	END
	tap 0 check
	assert_equal "$err" "$CONFIG:3: warning: [t] group: bob is not a member of vms, and the kernel requires both: only root can attach; leave owner out to admit all members of the group"
	assert_equal "$out" "$CONFIG: 1 NIC, no mistakes"
}

@test "a name like OpenStack's: a warning where OpenStack is" {
	requires root
	config <<<'[tap0]'
	tap 0 check
	assert_equal "$err" ""
	mkdir /etc/neutron
	tap 0 check
	assert_contains "$err" "$CONFIG:1: warning: [tap0] OpenStack takes names like *tap* for its own"
}

@test "a value of more than 64 KiB" {
	{ echo '[t]'; printf 'alias = "%070000d"\n' 7; } >bad.ini
	complains "bad.ini:2: [t] alias: the value is longer than 65536 bytes"
}

@test "a long value, bare, in quotes and on several lines, is read to its end" {
	local i list=''

	for i in {0..3999}; do
		list+="10.$((i / 250)).$((i % 250)).1/24, "
	done
	for list in "$list" "\"$list\" # a comment" "'$list' ; one" "${list//, 10.3./, \\$'\n'10.3.}"; do
		printf '[t]\naddress = %s\n[u]\naddress = 10.15.249.1/24\n' "$list" >bad.ini
		program 6 "$CONFIG_TAP" -c bad.ini check
		assert_contains "$err" "[u] address: 10.15.249.1 already belongs to [t] (bad.ini:2)"
	done
}

@test "a file that names no NIC: a warning, and nothing to do" {
	local text

	for text in '' '# nothing yet' 'mtu = 1400' 'DESC = "my NICs"' 'include = nowhere/*.conf'; do
		config <<<"$text"
		tap 0 check
		assert_contains "$err" "$CONFIG: warning: names no NIC; each is a section, as in [eth1]"
		tap 0 "${start[@]}"
		assert_equal "$err" ""
		! am_root || assert_nics ""
	done
	tap 0 check
	assert_contains "$err" "$CONFIG:1: warning: include: no file matches"
}

@test "a comment is a comment, whatever it ends in" {
	config <<-'END'
		[t]
		# shares of the PC are in C:\net\
		address = 10.0.0.1/24
	END
	tap 0 --dry-run start
	assert_contains "$out" "t: add address 10.0.0.1/24"
}

@test "names that differ in case only are two NICs" {
	config <<-'END'
		[eth1]
		mtu = 1400
		[ETH1]
		mtu = 1300
	END
	tap 0 --dry-run start
	assert_contains "$out" "eth1: set mtu 1400"
	assert_contains "$out" "ETH1: set mtu 1300"
}

@test "a list on several lines adds, and takes the place of the defaults'" {
	config <<-'END'
		address = 10.0.0.1/24
		[t]
		address = 10.1.0.1/24
		address = 10.2.0.1/24
		[u]
		address = none
		[v]
	END
	tap 0 --dry-run start
	assert_equal "$(grep -c 'add address' <<<"$out")" 3
	assert_contains "$out" "t: add address 10.1.0.1/24"
	assert_contains "$out" "t: add address 10.2.0.1/24"
	assert_contains "$out" "v: add address 10.0.0.1/24"
}

@test "none where the defaults have a bridge" {
	requires root
	config <<-'END'
		bridge = br0
		[t]
		bridge = none
	END
	tap 0 start
	assert_nics "t"
}

@test "a network namespace that is not there: a warning of check" {
	config <<-'END'
		[t]
		netns = nowhere
	END
	tap 0 check
	assert_equal "$err" "$CONFIG:2: warning: [t] netns: there is no network namespace \"nowhere\"; ip netns add makes one"
}

@test "a file that an ACL lets others write" {
	requires root acl
	echo '[t]' >bad.ini
	setfacl -m u:65534:rw bad.ini
	complains "bad.ini: users other than root may write it (owner 0, group 0, mode 0664); its access control list lets them; setfacl -b removes it"
}

@test "a warning stands once for a series" {
	requires root
	mkdir /etc/neutron
	config <<-'END'
		[tap%d]
		count = 300
	END
	tap 0 check
	assert_equal "$(grep -c warning <<<"$err")" 1
}

@test "an alias of 256 bytes" {
	{ echo '[t]'; printf 'alias = "%0256d"\n' 7; } >bad.ini
	complains "bad.ini:2: [t] alias: the text has 256 bytes; at most 255"
}

@test "a file that nobody may read" {
	echo '[t]' >bad.ini
	chmod 000 bad.ini
	# root may read everything
	[ "$EUID" -ne 0 ] || { says_to_bob; return; }
	complains "bad.ini: cannot be read: Permission denied"
}

# bob may not: he asks with check, which needs no root
says_to_bob()
{
	chmod 755 .
	cp "$CONFIG_TAP" tap
	as=(setpriv --reuid=1002 --regid=1002 --clear-groups --)
	program 6 ./tap -c bad.ini check
	as=()
	assert_equal "$err" "bad.ini: cannot be read: Permission denied"
}

@test "a port with an address: a warning, by which nothing is refused" {
	requires root
	config <<-'END'
		[t]
		bridge = br0
		address = 10.1.0.1/24
	END
	tap 0 --json check
	assert_equal "$(jq -c '[.valid, (.mistakes[] | [.line, .nic, .key, .severity])]' <<<"$out")" \
		'[true,[2,"t","bridge","warning"]]'
}

@test "CRLF, and no newline at the end, are no mistakes" {
	printf '[t]\r\nmtu = 1400\r\nalias = "lab"' >"$CONFIG"
	tap 0 check
	assert_equal "$err" ""
	tap 0 --dry-run start
	assert_contains "$out" "t: set mtu 1400"
	assert_contains "$out" "t: set alias lab"
}
