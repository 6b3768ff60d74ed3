# SPDX-License-Identifier: MIT
"""A machine for one story: name spaces of its own, the program in them, and what it looks like."""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import time

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
LIMIT = 60  # seconds, for one command

TUNSETIFF = 0x400454CA
IFF = {"tun": 1, "tap": 2}
IFF_NO_PI = 0x1000
IFF_MULTI_QUEUE = 0x0100

# What ip(8) tells of a device that nobody touches, and that changes all the same: timers,
# lifetimes, counters, and what the kernel works out by itself from the devices beside it.
RESTLESS = {
    "hello_timer", "tcn_timer", "topology_change_timer", "gc_timer", "carrier_changes",
    "carrier_up_count", "carrier_down_count", "valid_life_time", "preferred_life_time", "stats",
    "stats64", "cache", "expires", "error", "age", "used", "updated", "message_age_timer",
    "forward_delay_timer", "hold_timer", "topology_change_detected", "topology_change",
}


# What the kernel works out for a bridge from its ports, which an administrator puts into it.
OF_PORTS = {"address", "mtu", "operstate", "flags", "bridge_id", "root_id", "root_port",
            "root_path_cost", "gso_max_size", "gso_max_segs", "gso_ipv4_max_size", "tso_max_size",
            "tso_max_segs"}


class Failure(Exception):
    """A promise that was not kept: its short name decides whether two failures are the same."""

    def __init__(self, promise, text):
        super().__init__(f"{promise}: {text}")
        self.promise = promise


def calm(value):
    """What ip(8) printed, without what moves by itself."""
    if isinstance(value, dict):
        kind = value.get("linkinfo", {}).get("info_kind") or value.get("info_kind")
        moving = RESTLESS | OF_PORTS if kind == "bridge" else RESTLESS
        return {key: calm(v if key != "info_data" or kind != "bridge" else
                          {k: w for k, w in v.items() if k not in OF_PORTS})
                for key, v in sorted(value.items()) if key not in moving}
    if isinstance(value, list):
        return [calm(v) for v in value]
    return value


class Machine:
    def __init__(self, program):
        self.program = program
        self.dir = "/run/story"
        self.file = f"{self.dir}/config"
        self.log = []
        self.attached = {}  # NIC: (descriptor, carrier_changes)

    def enter(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for command in ("mount --make-rprivate /", "mount -t sysfs sysfs /sys",
                        "mount -t tmpfs tmpfs /run", "ip link set lo up"):
            self.run(*command.split())
        os.makedirs(f"{self.dir}/include")
        os.makedirs("/run/netns")
        self.run("ip", "netns", "add", "lab")
        # what the file may set a mark to, and nobody of whom this machine's users are
        os.environ.update(LC_ALL="C", PATH="/usr/sbin:/usr/bin:/sbin:/bin")

    def set_dad(self, on):
        """Whether devices that come from now on look for another who has their addresses."""
        with open("/proc/sys/net/ipv6/conf/default/accept_dad", "w", encoding="ascii") as f:
            f.write("1" if on else "0")

    def wait_for_link(self, name):
        """Until IPv6 has been told that the link is up, and is through with its address."""
        for _ in range(200):
            told = self.run("ip", "-6", "address", "show", "dev", name).stdout
            if "fe80" in told and "tentative" not in told:
                return
            time.sleep(0.02)
        raise Failure("story", f"{name} has no address of its own")

    def run(self, *command, check=True):
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               errors="replace", timeout=LIMIT)
        self.log.append(f"$ {' '.join(command)}\n{ended.stdout}{ended.stderr}= {ended.returncode}")
        if check and ended.returncode != 0:
            raise Failure("story", self.log[-1])
        return ended

    def tap(self, *arguments, file=None, records="records"):
        """Runs the program; it ends by itself, and without a word of a sanitizer."""
        try:
            ended = self.run(self.program, "-c", file or self.file,
                             "--run-dir", f"{self.dir}/{records}", *arguments, check=False)
        except subprocess.TimeoutExpired:
            raise Failure("ends", f"config_tap {' '.join(arguments)} takes more than {LIMIT} s")
        if ended.returncode < 0 or ended.returncode > 6:
            raise Failure("ends", self.log[-1])
        if "Sanitizer" in ended.stderr or "runtime error" in ended.stderr:
            raise Failure("sanitizer", self.log[-1])
        return ended

    def json(self, *arguments):
        ended = self.tap("--json", *arguments)
        try:
            return ended, json.loads(ended.stdout) if ended.stdout else None
        except ValueError:
            raise Failure("JSON", self.log[-1])

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def forget(self, records):
        shutil.rmtree(f"{self.dir}/{records}", ignore_errors=True)

    def links(self):
        # an alias is printed as it is, whatever bytes it has
        return json.loads(self.run("ip", "-json", "-details", "address").stdout, strict=False)

    def names(self):
        return {link["ifname"] for link in self.links()}

    def foreign(self, names):
        """All that ip(8) tells of these devices, and of the routes over them."""
        links = {link["ifname"]: calm(link) for link in self.links() if link["ifname"] in names}
        routes = json.loads(self.run("ip", "-json", "route").stdout or "[]")
        return {"links": links,
                "routes": calm([r for r in routes if r.get("dev") in names])}

    def changes(self, nic):
        with open(f"/sys/class/net/{nic}/carrier_changes", encoding="ascii") as f:
            return int(f.read())

    def attach(self, nic, mode, multi_queue):
        """A consumer comes. Returns whether it was let in."""
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        flags = IFF[mode] | IFF_NO_PI | (IFF_MULTI_QUEUE if multi_queue else 0)
        try:
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22s", nic.encode(), flags, b""))
        except OSError:
            os.close(fd)
            return False
        self.attached[nic] = (fd, self.changes(nic))
        return True

    def leave(self, nic):
        fd, _ = self.attached.pop(nic)
        os.close(fd)

    def kill_holder(self):
        try:
            with open(f"{self.dir}/records/holder.pid", encoding="ascii") as f:
                pid = int(f.read())
            with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                if "config_tap" not in f.read():
                    return
            os.kill(pid, signal.SIGKILL)
            while is_alive(pid):
                time.sleep(0.01)
        except (OSError, ValueError):
            pass

    def end(self):
        for nic in list(self.attached):
            self.leave(nic)
        self.kill_holder()


def is_alive(pid):
    """Has it still what it had open? Not so a zombie, nor who is gone."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
        return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise SystemExit(f"check-random: {program} is missing")
