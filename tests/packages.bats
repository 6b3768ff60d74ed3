# SPDX-License-Identifier: MIT
# The packages: what lintian and rpmbuild say, and the life of the Debian one in a root of
# its own.

load lib
load boot/lib

setup_test()
{
	requires root
}

version()
{
	sed -n 's/^AC_INIT(\[config_tap\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac"
}

rpm_file()
{
	local rpms=("$packages"/rpm/RPMS/*/config_tap-"$(version)"-*.rpm)

	[ -e "${rpms[0]}" ] || fail "there is no RPM: make check-boot builds it"
	echo "${rpms[0]}"
}

# in_the_root STATUS COMMAND...: in_root under "program"
in_the_root()
{
	local expected=$1
	local as=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
		unshare --net chroot "$R")

	shift
	program "$expected" "$@"
}

# All files of the root with what they are, but those that packages always change
files()
{
	(cd "$R" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev \) -prune -o \
		! -type d -printf '%p %y %l\n' -o -printf '%p\n' |
		grep -vE '^\./(var/(lib/dpkg|log|cache)|etc/init\.d/\.depend|tmp|root)' | sort)
}

@test "one version everywhere" {
	version=$(version)
	[ -n "$version" ]
	assert_matches "$(head -n 1 "$top_srcdir/debian/changelog")" "config-tap \\($version-.*"
	assert_equal "$(sed -n 's/^Version: *//p' "$top_srcdir/rpm/config_tap.spec")" "$version"
	assert_matches "$(grep -m 1 . "$top_srcdir/NEWS")" "config_tap $version"
}

@test "lintian has no error and no warning" {
	# it wants to know who has made this system, and time
	umount /etc
	LIMIT=120
	program 0 lintian --allow-root --fail-on error,warning "$packages"/deb/*.changes
	assert_equal "$out$err" ""
}

@test "the Debian package has what belongs to it" {
	program 0 dpkg-deb --contents "$(deb)"
	for file in ./etc/default/config_tap ./etc/init.d/config_tap ./usr/sbin/config_tap \
		./lib/systemd/system/config_tap.service \
		./usr/share/bash-completion/completions/config_tap \
		./usr/share/zsh/vendor-completions/_config_tap \
		./usr/share/fish/vendor_completions.d/config_tap.fish \
		./usr/share/doc/config-tap/examples/README \
		./usr/share/man/man8/config_tap.8.gz ./usr/share/man/man5/config_tap.5.gz; do
		assert_contains "$out" " $file"
	done
	assert_lacks "$out" sysconfig
}

@test "no file of the Debian package names another place of the configuration" {
	mkdir package
	dpkg-deb --extract "$(deb)" package
	run grep -rIl /etc/sysconfig package/etc/init.d package/lib \
		package/usr/share/bash-completion
	assert_equal "$output" ""
}

@test "installed, upgraded with an edited configuration, removed, purged" {
	machine base
	mount -t proc proc "$R/proc"
	files >before
	cp "$(deb)" "$R/root/config-tap.deb"
	in_the_root 0 dpkg --install /root/config-tap.deb
	in_the_root 0 config_tap check
	echo '[mine]' >>"$R/etc/default/config_tap"
	cp "$R/etc/default/config_tap" edited

	# the next version, with another configuration of its own
	mkdir next
	dpkg-deb --raw-extract "$(deb)" next
	sed -i 's/^Version: .*/&.1/' next/DEBIAN/control
	echo '# new' >>next/etc/default/config_tap
	dpkg-deb --root-owner-group --build next "$R/root/next.deb"
	in_the_root 0 dpkg --install --force-confdef --force-confold /root/next.deb
	assert_contains "$(in_root dpkg-query --show config-tap)" .1
	cmp edited "$R/etc/default/config_tap"
	[ -L "$R/etc/rc2.d/S01config_tap" ] || fail "no link after the upgrade"

	in_the_root 0 dpkg --remove config-tap
	cmp edited "$R/etc/default/config_tap"
	[ ! -e "$R/usr/sbin/config_tap" ] || fail "the program is left"

	in_the_root 0 dpkg --purge config-tap
	files >after
	diff before after
}

@test "an upgrade leaves the interfaces alone, a removal takes them away" {
	requires tun
	machine base
	install_package
	boot_sysv
	before=$(inside cat /sys/class/net/tap0/ifindex /sys/class/net/tap0/carrier_changes)
	cp "$(deb)" "$R/root/config-tap.deb"
	in_machine 0 dpkg --install /root/config-tap.deb
	assert_equal "$(inside cat /sys/class/net/tap0/ifindex \
		/sys/class/net/tap0/carrier_changes)" "$before"
	in_machine 0 dpkg --purge config-tap
	assert_equal "$(inside ls /sys/class/net)" lo
	run find "$R/run/config_tap" "$R/var/lib/config_tap" "$R/var/lock/subsys" \
		"$R/etc/default/config_tap"
	assert_lacks "$(printf '%s\n' "$output" | grep -v 'No such file')" config_tap
}

@test "a removal is refused while an interface is in use" {
	requires tun
	machine base
	install_package
	cp "$top_builddir/tests/attach" "$R/root/"
	boot_sysv
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry 5 in_use
	in_machine 1 dpkg --remove config-tap
	assert_contains "$err" "in use by attach"
	in_machine 0 config_tap status
	in_machine 0 config_tap --force stop
	in_machine 0 dpkg --remove config-tap
}

in_use()
{
	inside config_tap status | grep -q 'attach ('
}

@test "the RPM has what belongs to it, and the configuration is not replaced" {
	program 0 rpm -qpl "$(rpm_file)"
	for file in /etc/sysconfig/config_tap /etc/rc.d/init.d/config_tap \
		/usr/sbin/config_tap /usr/lib/systemd/system/config_tap.service \
		/usr/share/bash-completion/completions/config_tap \
		/usr/share/zsh/site-functions/_config_tap \
		/usr/share/fish/vendor_completions.d/config_tap.fish; do
		assert_contains "$out" "$file"
	done
	program 0 rpm -qp --queryformat '[%{FILEFLAGS:fflags} %{FILENAMES}\n]' "$(rpm_file)"
	assert_contains "$out" "cn /etc/sysconfig/config_tap"
}

@test "the RPM's scriptlets are chkconfig's, and sh reads them" {
	program 0 rpm -qp --scripts "$(rpm_file)"
	assert_contains "$out" "/sbin/chkconfig --add config_tap"
	assert_contains "$out" "/sbin/chkconfig --del config_tap"
	for script in POSTIN PREUN POSTUN; do
		rpm -qp --queryformat "%{$script}" "$(rpm_file)" >scriptlet
		sh -n scriptlet
	done
}
