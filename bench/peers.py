# SPDX-License-Identifier: MIT
"""What does the same: one class a tool. Each makes N idle taps with an owner and an address."""

import os
import shlex
import shutil

GROUP = "77"

FLOOR = "raw calls"
FLOOR_KEPT = "raw calls, kept open"
OURS = "config_tap"
BATCH = "ip -batch"
SCRIPT = "tunctl, ifconfig"
TUNCTL_D = "tunctl -d"
IP_DEL = "ip link del"
GROUP_DEL = "ip link del group"
SHOW = "ip -json addr"
NETWORKD = "systemd-networkd"
MANAGER = "NetworkManager"
OPENVPN = "openvpn --mktun"


def address(i, base=10):
    """The address of NIC i: the first host of the i-th network of four."""
    return f"{base}.{i // 16384}.{i // 64 % 256}.{i % 64 * 4 + 1}"


def batch_lines(n):
    for i in range(n):
        yield f"tuntap add dev b{i} mode tap user root"
        yield f"address add {address(i)}/30 broadcast + dev b{i}"
        yield f"link set dev b{i} up"


def config_lines(n, *more):
    """A file with a section for each NIC; more are lines above the first."""
    yield from more
    for i in range(n):
        yield f"[b{i}]\naddress = {address(i)}/30\nowner = root"


def floor(inside, n, prefix="b", network="10.0.0.0", keep=None):
    return (inside.programs.floor, *(("--keep", keep) if keep else ()), prefix, str(n), network)


def set_group(inside, n):
    lines = (f"link set dev b{i} group {GROUP}" for i in range(n))
    inside.prepare("ip", "-batch", inside.file("group", lines))


def clear(inside, n):
    """Removes what a tool was not asked to remove, since that would have taken too long."""
    set_group(inside, n)
    inside.prepare("ip", "link", "del", "group", GROUP)


def routes_are(n):
    """Are n NICs up with their addresses? Each has then put a route into the table."""
    def is_done():
        with open("/proc/net/route", "rb") as f:
            return f.read().count(b"\nb") >= n
    return is_done


# Each cycle is told by wanted(tool, verb) what is worth the time.

def cycle_floor(inside, n, wanted):
    inside.measure(FLOOR, "start", *floor(inside, n))
    clear(inside, n)


def cycle_ours(inside, n, wanted):
    config = inside.file("conf", config_lines(n))
    inside.measure(OURS, "start", *inside.ours(config, "start"))
    inside.measure(OURS, "no-op start", *inside.ours(config, "start"))
    inside.measure(OURS, "status", *inside.ours(config, "status"))
    inside.measure(OURS, "stop", *inside.ours(config, "stop"))


def cycle_batch(inside, n, wanted):
    lines = inside.file("batch", batch_lines(n))
    inside.measure(BATCH, "start", "ip", "-batch", lines)
    inside.measure(SHOW, "status", *shlex.split("ip -json -details addr"))
    if wanted(IP_DEL, "stop"):
        script = inside.file("del", (f"ip link del b{i}" for i in range(n)))
        inside.measure(IP_DEL, "stop", "sh", script)
    else:
        clear(inside, n)


def cycle_group(inside, n, wanted):
    inside.prepare(*floor(inside, n))
    set_group(inside, n)
    inside.measure(GROUP_DEL, "stop", "ip", "link", "del", "group", GROUP)


def cycle_script(inside, n, wanted):
    script = inside.programs.original
    os.environ.update(ORIGINAL_CONFIG="/dev/null", ORIGINAL_LOCK=f"{inside.dir}/lock/original")
    inside.measure(SCRIPT, "start", script, "start", str(n))
    if wanted(TUNCTL_D, "stop"):
        inside.measure(TUNCTL_D, "stop", script, "stop", str(n))
    else:
        clear(inside, n)


def cycle_openvpn(inside, n, wanted):
    lines = [f"openvpn --mktun --dev b{i} --dev-type tap --user root" for i in range(n)]
    batch = inside.file("batch", (line for i in range(n) for line in (
        f"address add {address(i)}/30 broadcast + dev b{i}", f"link set dev b{i} up")))
    script = inside.file("mktun", [*lines, f"exec ip -batch {batch}"])
    inside.measure(OPENVPN, "start", "sh", script)
    clear(inside, n)


def cycle_networkd(inside, n, wanted):
    """Its own files. It takes a sysfs that is not writable for that of a container, and udev for none."""
    for i in range(n):
        inside.file(f"/run/systemd/network/b{i}.netdev", [
            "[NetDev]", f"Name=b{i}", "Kind=tap", "[Tap]", "User=root"])
        inside.file(f"/run/systemd/network/b{i}.network", [
            "[Match]", f"Name=b{i}", "[Link]", "RequiredForOnline=no",
            "[Network]", f"Address={address(i)}/30", "ConfigureWithoutCarrier=yes",
            "LinkLocalAddressing=no", "LLDP=no"])
    inside.prepare("mount", "-o", "remount,ro", "/sys")
    inside.prepare("chown", "-R", "systemd-network", "/run/systemd")
    inside.measure_daemon(NETWORKD, "start", routes_are(n), "/lib/systemd/systemd-networkd")
    clear(inside, n)


def cycle_manager(inside, n, wanted):
    """Its own files, and a bus of its own; what it would keep goes with the namespaces."""
    for path in ("/etc/NetworkManager", "/var/lib/NetworkManager"):
        inside.prepare("mount", "-t", "tmpfs", "tmpfs", path)
    os.makedirs("/etc/NetworkManager/system-connections")
    inside.file("/etc/NetworkManager/NetworkManager.conf", [
        "[main]", "plugins=keyfile", "dns=none", "rc-manager=unmanaged", "hostname-mode=none",
        "[device-lo]", "match-device=interface-name:lo", "managed=0"])
    for i in range(n):
        inside.file(f"/etc/NetworkManager/system-connections/b{i}.nmconnection", [
            "[connection]", f"id=b{i}", "type=tun", f"interface-name=b{i}",
            "[tun]", "mode=2", "owner=0",
            "[ipv4]", "method=manual", f"address1={address(i)}/30",
            "[ipv6]", "method=disabled"], 0o600)
    inside.prepare("mount", "-o", "remount,ro", "/sys")
    os.makedirs("/run/dbus")
    inside.background("dbus-daemon", "--system", "--nofork", "--nopidfile")
    inside.wait_for("/run/dbus/system_bus_socket")
    inside.measure_daemon(MANAGER, "start", routes_are(n), shutil.which("NetworkManager"),
                          "--no-daemon")
    clear(inside, n)


CYCLES = {FLOOR: cycle_floor, OURS: cycle_ours, BATCH: cycle_batch, GROUP_DEL: cycle_group,
          SCRIPT: cycle_script, OPENVPN: cycle_openvpn, NETWORKD: cycle_networkd,
          MANAGER: cycle_manager}
# what is measured where it is installed
NEEDS = {OPENVPN: "/usr/sbin/openvpn", NETWORKD: "/lib/systemd/systemd-networkd",
         MANAGER: "/usr/sbin/NetworkManager"}


def available():
    return [tool for tool in CYCLES if os.path.exists(NEEDS.get(tool, "/"))]

