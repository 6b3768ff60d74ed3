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
	# it may be older than the policy that the package follows
	program 0 lintian --allow-root --fail-on error,warning \
		--suppress-tags newer-standards-version "$packages"/deb/*.changes
	assert_equal "$(grep -v '^N: ' <<<"$out"$'\n'"$err")" ""
}

@test "the Debian package has what belongs to it" {
	program 0 dpkg-deb --contents "$(deb)"
	for file in ./etc/default/config_tap ./etc/init.d/config_tap ./usr/sbin/config_tap \
		/lib/systemd/system/config_tap.service \
		./usr/share/bash-completion/completions/config_tap \
		./usr/share/zsh/vendor-completions/_config_tap \
		./usr/share/fish/vendor_completions.d/config_tap.fish \
		./usr/share/doc/config-tap/examples/README \
		./usr/share/man/man8/config_tap.8.gz ./usr/share/man/man5/config_tap.5.gz \
		./usr/share/man/zh_CN/man5/config_tap.5.gz; do
		assert_contains "$out" "$file"
	done
	assert_lacks "$out" sysconfig
}

@test "no file of the Debian package names another place of the configuration" {
	mkdir package
	dpkg-deb --extract "$(deb)" package
	run grep -rIl /etc/sysconfig package
	assert_equal "$output" ""
	for file in package/usr/share/man/{,zh_CN/}man*/*.gz; do
		assert_lacks "$(zcat "$file")" /etc/sysconfig
	done
}

@test "installed, upgraded with an edited configuration, removed, purged" {
	machine base
	mount -t proc proc "$R/proc"
	files >before
	cp "$(deb)" "$R/root/config-tap.deb"
	in_the_root 0 dpkg --install /root/config-tap.deb
	in_the_root 0 config_tap check
	assert_equal "$(start_links)" "" "links for the boot"
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
	assert_equal "$(start_links)" "" "links for the boot"
	enable_package
	before=$(start_links)
	assert_contains "$before" /rc2.d/S01config_tap
	assert_contains "$before" /multi-user.target.wants/config_tap.service
	in_the_root 0 dpkg --install /root/next.deb
	assert_equal "$(start_links)" "$before" "links for the boot"

	in_the_root 0 dpkg --remove config-tap
	cmp edited "$R/etc/default/config_tap"
	[ ! -e "$R/usr/sbin/config_tap" ] || fail "the program is left"
	# its script is still there, until the purge
	in_the_root 0 sh /etc/init.d/config_tap start
	assert_equal "$out$err" ""

	in_the_root 0 dpkg --purge config-tap
	files >after
	diff before after
}

# What brings the interfaces up at a boot
start_links()
{
	(cd "$R" && find etc/rc?.d etc/systemd -name '*config_tap*' | grep -v '/K') || true
}

@test "installed only, it makes nothing, neither then nor at the next boot" {
	requires tun
	machine base
	install_package
	boot_sysv
	assert_equal "$(inside ls /sys/class/net)" lo
	halt shutdown -h now
	boot_systemd
	assert_equal "$(inside ls /sys/class/net)" lo
	in_machine 3 systemctl --no-pager status config_tap
}

@test "an upgrade leaves the interfaces alone, a removal takes them away" {
	requires tun
	machine base
	install_package
	enable_package
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
	enable_package
	cp "$top_builddir/tests/attach" "$R/root/"
	boot_sysv
	in_machine 0 config_tap release tap0
	inside start-stop-daemon --start --background --exec /root/attach -- tap0
	retry in_use
	in_machine 1 dpkg --remove config-tap
	assert_contains "$err" "in use by attach"
	in_machine 0 config_tap status
	in_machine 0 config_tap --force stop --all-files
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

# A chkconfig that notes how it is called; no other of Red Hat's is asked for here.
stand_in_chkconfig()
{
	printf '#!/bin/sh\necho "$*" >>/chkconfig.calls\n' >"$R/sbin/chkconfig"
	chmod +x "$R/sbin/chkconfig"
}

rpm_in_root()
{
	local expected=$1

	shift
	program "$expected" unshare --net rpm --root "$R" --nodeps "$@"
	# Debian's rpm says at each call that Debian has packages of another kind, and that of Debian
	# 13 what it cannot do in a root
	assert_equal "$out$(grep -vE '^rpm: .*(Alien|know what you are doing)|private mounts in chroot' \
		<<<"$err")" ""
}

@test "the RPM in a root from outside: registered, not turned on, nothing left after it" {
	machine base
	stand_in_chkconfig
	# what every system of Red Hat's has
	mkdir -p "$R/var/lib/rpm" "$R/etc/rc.d/init.d" "$R/etc/sysconfig" "$R/usr/share/licenses" \
		"$R/usr/lib/systemd/system"
	files_and_directories >before
	rpm_in_root 0 -i "$(rpm_file)"
	assert_equal "$(cat "$R/chkconfig.calls")" "$(printf '%s\n' '--add config_tap' 'config_tap off')"
	[ -x "$R/etc/rc.d/init.d/config_tap" ]
	rpm_in_root 0 -U --force "$(rpm_file)"
	assert_equal "$(wc -l <"$R/chkconfig.calls")" 2 "calls of chkconfig after an upgrade"
	rpm_in_root 0 -e config_tap
	assert_equal "$(tail -n 2 "$R/chkconfig.calls")" \
		"$(printf '%s\n' 'config_tap off' '--del config_tap')"
	files_and_directories >after
	diff before after
}

files_and_directories()
{
	(cd "$R" && find . -xdev \( -path ./var/lib/rpm -o -path ./root/.rpmdb \
		-o -path ./chkconfig.calls \
		-o -path ./usr/share/doc -o -path ./usr/share/man \) -prune -o -print | sort)
}

@test "the RPM stays where stop leaves an interface" {
	machine base
	stand_in_chkconfig
	mkdir -p "$R/var/lib/rpm"
	rpm_in_root 0 -i "$(rpm_file)"
	for status in 1 2 4 6; do
		printf '#!/bin/sh\nexit %s\n' "$status" >"$R/usr/sbin/config_tap"
		program 1 rpm --root "$R" --nodeps -e config_tap
		assert_contains "$err" "config_tap is not removed"
	done
	printf '#!/bin/sh\nexit 5\n' >"$R/usr/sbin/config_tap"
	rpm_in_root 0 -e config_tap
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
