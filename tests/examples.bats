# SPDX-License-Identifier: MIT
# The examples are right: config_tap takes each file, with no warning, and the programs beside
# them do what they say.

load lib

setup_test()
{
	examples=$top_srcdir/examples
}

# example NAME: that file as the test's, with a user that there is
example()
{
	sed 's/^owner = .*/owner = alice/' "$examples/$1" >"$CONFIG"
}

@test "check has nothing to say of any of them" {
	local file n=0

	# those who are not root have the users of their own machine
	requires root
	for file in "$examples"/*/config_tap; do
		example "${file#"$examples/"}"
		tap 0 check
		assert_equal "$err" "" "$file"
		n=$((n + 1))
	done
	[ "$n" -ge 5 ] || fail "where are the examples?"
}

@test "cloud-init writes a file that check takes" {
	sed -n '/^    content: |$/,/^[^ ]/{s/^      //p}' "$examples/cloud-init.yaml" |
		sed "s/{{.*default('\(.*\)').*}}/\1/" >"$CONFIG"
	grep -q '^peers = ' "$CONFIG"
	tap 0 check
	assert_equal "$(sed -n '1,2p' "$examples/cloud-init.yaml")" \
		$'## template: jinja\n#cloud-config'
}

@test "the metrics say of each NIC whether it is as configured" {
	requires root tun
	config <<-'END'
		[good]
		[bad]
		mtu = 1400
	END
	tap 0 start
	ip link set dev bad mtu 1300
	# where the example looks for it
	mkdir -p "$T/bin"
	printf '#!/bin/sh\nexec "%s" --config "%s" --run-dir "%s" "$@"\n' "$CONFIG_TAP" "$CONFIG" \
		"$RUN" >"$T/bin/config_tap"
	chmod +x "$T/bin/config_tap"
	PATH=$T/bin:$PATH program 0 "$examples/monitoring/config_tap-metrics" "$T/metrics"
	assert_equal "$(grep -v '^#' "$T/metrics")" 'config_tap_up 1
config_tap_nic_as_configured{nic="good"} 1
config_tap_nic_as_configured{nic="bad"} 0'
	# a line of help and one of type before each, as the format wants it
	assert_equal "$(grep -c '^# HELP' "$T/metrics") $(grep -c '^# TYPE' "$T/metrics")" "2 2"

	# a status that can say nothing is no metric of a NIC
	printf '#!/bin/sh\nexit 4\n' >"$T/bin/config_tap"
	PATH=$T/bin:$PATH program 0 "$examples/monitoring/config_tap-metrics" "$T/metrics"
	assert_equal "$(grep -v '^#' "$T/metrics")" "config_tap_up 0"
	assert_equal "$(ls "$T" | grep -c metrics)" 1 "files"
}
