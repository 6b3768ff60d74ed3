# SPDX-License-Identifier: MIT
"""What is measured beside the peers: held NICs, the company of others, init scripts, vxlan, wires."""

import json
import os
import re
import shlex
import shutil
import signal

from peers import (BATCH, FLOOR, FLOOR_KEPT, GROUP_DEL, IP_DEL, OURS, SCRIPT, TUNCTL_D,
                   batch_lines, clear, config_lines, floor, set_group)

HELD = "config_tap, held"
HELD_NO_LINK_LOCAL = "config_tap, held, link_local = no"
HELD_NO_IPV6 = "config_tap, held, ipv6 = no"
IDLE_NO_IPV6 = "config_tap, ipv6 = no"
SERIES = "config_tap, [b%d]"
UDEV = "config_tap, udev on"
WIRE = "the bare wire"
VXLAN = "vxlan NIC"
TINC = "tap with tinc"
OPENVPN_TAP = "tap with OpenVPN"
BRIDGE_BATCH = "ip and bridge -batch"
SINK_READ = "sink = read"
SINK_DROP = "sink = drop"
NOBODY_HOLDS = "nobody holds it"

SECONDS = "3"


def verbs(inside, tool, config, *wanted):
    for verb in wanted:
        inside.measure(tool, verb, *inside.ours(config, *verb.split()[-1:]))


def cycle_kept_floor(inside, n):
    kept = f"{inside.dir}/kept"
    inside.measure(FLOOR_KEPT, "start", *floor(inside, n, keep=kept))
    clear(inside, n)
    with open(kept, encoding="ascii") as f:
        os.kill(int(f.read()), signal.SIGKILL)


def cycle_variant(inside, n, tool, *above):
    """Start, no-op, status and stop with some lines above the sections."""
    config = inside.file("conf", config_lines(n, *above))
    verbs(inside, tool, config, "start")
    if "held" in tool:
        inside.note(tool, "holder", **holder(inside))
    verbs(inside, tool, config, "no-op start", "status", "stop")


def holder(inside):
    """What the holder takes in memory, and how often it wakes up in two seconds of nothing."""
    # IPv6 has something to say of new links, which the holder reads
    inside.prepare("sleep", "5")
    with open("/run/config_tap/holder.pid", encoding="ascii") as f:
        proc = f"/proc/{int(f.read())}"

    def read(name, pattern):
        with open(f"{proc}/{name}", encoding="ascii") as f:
            return int(re.search(pattern, f.read(), re.MULTILINE).group(1))

    before = read("status", r"^voluntary_ctxt_switches:\s*(\d+)")
    inside.prepare("sleep", "2")
    return {"pss": read("smaps_rollup", r"^Pss:\s*(\d+)"),
            "wakeups": read("status", r"^voluntary_ctxt_switches:\s*(\d+)") - before}


def cycle_series(inside, n):
    config = inside.file("conf", ["[b%d]", f"count = {n}", "address = 10.0.0.1/30",
                                  "owner = root"])
    verbs(inside, SERIES, config, "start", "no-op start", "status", "stop")


def cycle_udev(inside, n):
    """With an udevd of the namespace, whose word start waits for."""
    inside.prepare("mount", "-t", "tmpfs", "tmpfs", "/etc/udev")
    os.makedirs("/run/udev")
    inside.background("/lib/systemd/systemd-udevd")
    inside.wait_for("/run/udev/control")
    config = inside.file("conf", config_lines(n))
    verbs(inside, UDEV, config, "start", "stop")


def cycle_one_nic(inside, foreign, repeats):
    """One NIC comes and goes, several times, where there are none or many of others."""
    if foreign:
        inside.prepare(*floor(inside, foreign, "f", "10.64.0.0"))
    config = inside.file("conf", config_lines(1))
    batch = inside.file("batch", batch_lines(1))
    for _ in range(repeats):
        verbs(inside, OURS, config, "start", "no-op start", "status", "stop")
        inside.measure(BATCH, "start", "ip", "-batch", batch)
        inside.measure(IP_DEL, "stop", "ip", "link", "del", "b0")
        inside.measure(FLOOR, "start", *floor(inside, 1))
        inside.prepare("ip", "link", "del", "b0")


def cycle_beside_namespaces(inside, n, processes):
    """Stop looks into the namespaces of all processes for what stands on its NICs."""
    for _ in range(processes):
        inside.background("unshare", "--net", "sleep", "600")
    config = inside.file("conf", config_lines(n))
    verbs(inside, OURS, config, "start", "stop")
    inside.prepare(*floor(inside, n))
    set_group(inside, n)
    inside.measure(GROUP_DEL, "stop", "ip", "link", "del", "group", "77")


# init scripts

def edited_wrapper(inside, config):
    """The init script as it is, but for the paths."""
    with open(inside.programs.wrapper, encoding="ascii") as f:
        text = f.read()
    for name, value in (("helper", inside.programs.config_tap), ("config", config),
                        ("lock", f"{inside.dir}/lock/config_tap")):
        text = re.sub(f"(?m)^{name}=.*$", f"{name}={shlex.quote(value)}", text, count=1)
    return inside.file("wrapper", [text.rstrip("\n")], 0o755)


def hide_library(inside):
    """The library of init scripts that Debian has; most of what such a script does is reading it."""
    os.makedirs(f"{inside.dir}/none")
    if os.path.isdir("/lib/lsb"):
        inside.prepare("mount", "--bind", f"{inside.dir}/none", "/lib/lsb")


def cycle_wrapper(inside, library):
    if not library:
        hide_library(inside)
    config = inside.file("conf", ["[tap0]", "address = 192.168.0.1/24", "owner = root",
                                  "promisc = yes"])
    script = edited_wrapper(inside, config)
    inside.measure(OURS, "start", script, "start")
    inside.measure(OURS, "stop", script, "stop")


def cycle_original(inside, library):
    if not library:
        hide_library(inside)
    config = inside.file("conf", ["USER=root", "TAP_NETWORK=192.168.0.1", "TAP_DEV_NUM=0",
                                  'DESC="TUN/TAP interface"'])
    os.environ.update(ORIGINAL_CONFIG=config, ORIGINAL_LOCK=f"{inside.dir}/lock/original")
    inside.measure(SCRIPT, "start", inside.programs.original, "start")
    inside.measure(TUNCTL_D, "stop", inside.programs.original, "stop")


# vxlan

def peer(i):
    return f"10.1.{i // 250}.{i % 250 + 1}"


def add_underlay(inside):
    inside.prepare("ip", "link", "add", "w0", "type", "veth", "peer", "name", "w1")
    inside.prepare("ip", "address", "add", "10.1.255.1/16", "dev", "w0")
    inside.prepare("ip", "link", "set", "w0", "up")
    inside.prepare("ip", "link", "set", "w1", "up")


def cycle_vxlan(inside, peers):
    add_underlay(inside)
    config = inside.file("conf", [
        "[eth1]", "mode = vxlan", "vni = 100", "local = 10.1.255.1", "address = 10.2.0.1/16",
        *(f"peers = {peer(i)}" for i in range(peers))])
    verbs(inside, OURS, config, "start", "no-op start", "status", "stop")


def cycle_vxlan_batch(inside, peers):
    add_underlay(inside)
    link = inside.file("link", [
        "link add eth1 type vxlan id 100 local 10.1.255.1 dstport 4790",
        "link set eth1 mtu 1450", "address add 10.2.0.1/16 broadcast + dev eth1",
        "link set eth1 up"])
    entries = inside.file("entries", (
        f"fdb append 00:00:00:00:00:00 dev eth1 dst {peer(i)} self permanent"
        for i in range(peers)))
    script = inside.file("batch", [f"ip -batch {link} && bridge -batch {entries}"])
    inside.measure(BRIDGE_BATCH, "start", "sh", script)
    inside.measure(IP_DEL, "stop", "ip", "link", "del", "eth1")


# what passes over a NIC that joins two machines

def add_machines(inside):
    """Two namespaces with a wire between them."""
    inside.prepare("mkdir", "-p", "/run/netns")
    for i, name in enumerate(("left", "right")):
        inside.prepare("ip", "netns", "add", name)
        inside.prepare("ip", "-n", name, "link", "set", "lo", "up")
    inside.prepare("ip", "link", "add", "w0", "netns", "left", "type", "veth", "peer", "name",
                   "w0", "netns", "right")
    for i, name in enumerate(("left", "right")):
        inside.prepare("ip", "-n", name, "address", "add", f"10.1.0.{i + 1}/24", "dev", "w0")
        inside.prepare("ip", "-n", name, "link", "set", "w0", "up")


def on(name, *command):
    return ("ip", "netns", "exec", name, *command)


def each_machine():
    return (("left", 1), ("right", 2))


def config_for(inside, name, lines):
    return (*on(name, inside.programs.config_tap), "-c", inside.file(f"{name}.conf", lines),
            "--run-dir", f"/run/config_tap-{name}", "start")


def measure_traffic(inside, tool, prefix):
    """TCP for some seconds, and the round trip of small packets."""
    # ping gives up at the first word of a host that cannot be reached, which an engine still is
    inside.prepare(*on("left", "sh", "-c", 'for try in $(seq 60); do '
                       f'ping -q -c 1 -W 1 {prefix}.2 && exit; sleep 0.5; done; exit 1'))
    server = inside.background(*on("right", "iperf3", "--server", "--one-off"))
    for _ in range(100):
        if "LISTEN" in inside.output_of(*on("right", "ss", "-Hltn", "sport = :5201")):
            break
        inside.prepare("sleep", "0.05")
    report = json.loads(inside.output_of(
        *on("left", "iperf3", "--client", f"{prefix}.2", "--time", SECONDS, "--json")))
    server.wait()
    pings = inside.output_of(*on("left", "ping", "-q", "-c", "500", "-i", "0.002", f"{prefix}.2"))
    inside.note(tool, "traffic",
                bits=report["end"]["sum_received"]["bits_per_second"],
                rtt=float(re.search(r"= [\d.]+/([\d.]+)/", pings).group(1)) / 1000)


def cycle_wire(inside):
    add_machines(inside)
    measure_traffic(inside, WIRE, "10.1.0")


def cycle_vxlan_traffic(inside):
    add_machines(inside)
    for name, i in each_machine():
        inside.prepare(*config_for(inside, name, [
            "[eth1]", "mode = vxlan", "vni = 100", f"local = 10.1.0.{i}",
            "peers = 10.1.0.1, 10.1.0.2", f"address = 10.2.0.{i}/24"]))
    measure_traffic(inside, VXLAN, "10.2.0")


def tap_for_engine(inside, name, i):
    inside.prepare(*config_for(inside, name, [
        "[eth1]", "owner = root", f"address = 10.2.0.{i}/24", "mtu = 1400",
        # both have this machine's id, from which a stable one would follow
        f"mac = 02:00:00:00:00:0{i}"]))


def cycle_tinc(inside):
    add_machines(inside)
    hosts = {}
    for name, i in each_machine():
        tap_for_engine(inside, name, i)
        home = f"{inside.dir}/tinc-{name}"
        inside.file(f"{home}/tinc.conf", [
            f"Name = {name}", "Mode = switch", "DeviceType = tap", "Interface = eth1",
            *(["ConnectTo = left"] if name == "right" else [])])
        inside.file(f"{home}/hosts/{name}", [f"Address = 10.1.0.{i}"])
        inside.prepare("tincd", "--config", home, "--generate-keys=2048", stderr=-3)
        hosts[name] = f"{home}/hosts/{name}"
    for name, _ in each_machine():
        for other, path in hosts.items():
            if other != name:
                shutil.copy(path, f"{inside.dir}/tinc-{name}/hosts/{other}")
        inside.background(*on(name, "tincd", "--no-detach", "--config",
                              f"{inside.dir}/tinc-{name}", "--pidfile",
                              f"{inside.dir}/{name}.pid"))
    measure_traffic(inside, TINC, "10.2.0")


def cycle_openvpn_traffic(inside):
    add_machines(inside)
    key = f"{inside.dir}/key"
    inside.prepare("openvpn", "--genkey", "secret", key)
    for name, i in each_machine():
        tap_for_engine(inside, name, i)
        inside.background(*on(name, "openvpn", "--dev", "eth1", "--dev-type", "tap",
                              "--secret", key, "--cipher", "AES-256-CBC",
                              "--remote", f"10.1.0.{3 - i}", "--local", f"10.1.0.{i}"))
    measure_traffic(inside, OPENVPN_TAP, "10.2.0")


def cycle_sink(inside, tool):
    """How many frames a second a program can send into a NIC that nobody listens at."""
    above = [] if tool == NOBODY_HOLDS else ["carrier = hold", tool]
    config = inside.file("conf", config_lines(1, *above))
    inside.prepare(*inside.ours(config, "start"))
    frames = inside.output_of(inside.programs.flood, "b0", SECONDS)
    inside.note(tool, "frames", frames=float(frames))
    inside.prepare(*inside.ours(config, "stop"))


TRAFFIC = {WIRE: cycle_wire, VXLAN: cycle_vxlan_traffic, TINC: cycle_tinc,
           OPENVPN_TAP: cycle_openvpn_traffic}
TRAFFIC_NEEDS = {TINC: "tincd", OPENVPN_TAP: "openvpn"}
