# SPDX-License-Identifier: MIT
"""What is asked of config_tap: ratios of medians that were measured in one run."""

from dataclasses import dataclass

import peers
import scenes
from peers import BATCH, FLOOR, FLOOR_KEPT, GROUP_DEL, OURS, SCRIPT, SHOW, TUNCTL_D


@dataclass(frozen=True)
class Key:
    """What was measured: a median of these runs."""
    tool: str
    verb: str
    n: int
    scene: str = "fresh"
    field: str = "wall"
    worst: bool = False  # the highest in place of the median


@dataclass(frozen=True)
class Limit:
    work: str
    against: str
    at_most: float
    over: Key
    under: Key = None    # None: the value itself has the limit
    factor: float = 1.0  # to divide by, for units, or for the number of NICs
    unit: str = ""
    at_least: bool = False


def start(n, tool, limit, name=None):
    return Limit(f"start, N = {n:,}", name or tool, limit, Key(OURS, "start", n),
                 Key(tool, "start", n))


LIMITS = [
    start(1000, FLOOR, 1.08),
    start(4000, FLOOR, 1.00),
    start(10000, FLOOR, 0.90),
    start(1000, BATCH, 0.85),
    start(1000, peers.NETWORKD, 0.15),
    start(1000, SCRIPT, 0.165),
    Limit("start, N = 4,000 held", "raw calls that keep their descriptors", 0.90,
          Key(scenes.HELD, "start", 4000, "held"), Key(FLOOR_KEPT, "start", 4000, "held")),
    Limit("start, N = 4,000 held, ipv6 = no", "the same idle", 1.25,
          Key(scenes.HELD_NO_IPV6, "start", 4000, "held"),
          Key(scenes.IDLE_NO_IPV6, "start", 4000, "held")),
    start(1, BATCH, 0.85),
    Limit("init script, N = 1, Debian's library", "the original kind of script", 0.75,
          Key(OURS, "start", 1, "init script"), Key(SCRIPT, "start", 1, "init script")),
    Limit("stop, N = 1,000", "ip link del group, groups set", 1.35,
          Key(OURS, "stop", 1000), Key(GROUP_DEL, "stop", 1000)),
    Limit("stop, N = 1,000", "tunctl -d in a loop", 0.02,
          Key(OURS, "stop", 1000), Key(TUNCTL_D, "stop", 1000)),
    Limit("no-op start, N = 1,000", "first start", 0.08,
          Key(OURS, "no-op start", 1000), Key(OURS, "start", 1000)),
    Limit("status, N = 1,000", SHOW, 0.85,
          Key(OURS, "status", 1000), Key(SHOW, "status", 1000)),
    Limit("status, N = 4,000", SHOW, 0.90,
          Key(OURS, "status", 4000), Key(SHOW, "status", 4000)),
    Limit("status, N = 10,000, a NIC", "the same at 1,000", 1.20,
          Key(OURS, "status", 10000), Key(OURS, "status", 1000), 10),
    Limit("start of one NIC beside foreign ones", "the same alone", 1.20,
          Key(OURS, "start", 1, "beside"), Key(OURS, "start", 1, "alone")),
    Limit("stop of one NIC beside foreign ones", "the same alone", 1.20,
          Key(OURS, "stop", 1, "beside"), Key(OURS, "stop", 1, "alone")),
    Limit("start of a vxlan NIC, 100 peers", scenes.BRIDGE_BATCH, 1.15,
          Key(OURS, "start", 100, "vxlan"), Key(scenes.BRIDGE_BATCH, "start", 100, "vxlan")),
    Limit("start of a vxlan NIC, 1,000 peers", scenes.BRIDGE_BATCH, 1.15,
          Key(OURS, "start", 1000, "vxlan"), Key(scenes.BRIDGE_BATCH, "start", 1000, "vxlan")),
    Limit("TCP over a vxlan NIC", scenes.WIRE, 0.75,
          Key(scenes.VXLAN, "traffic", 1, "traffic", "bits"),
          Key(scenes.WIRE, "traffic", 1, "traffic", "bits"), at_least=True),
    Limit("TCP over a vxlan NIC", scenes.TINC, 15,
          Key(scenes.VXLAN, "traffic", 1, "traffic", "bits"),
          Key(scenes.TINC, "traffic", 1, "traffic", "bits"), at_least=True),
    *(Limit(f"peak memory, N = {n:,}", "", limit,
            Key(OURS, verb, n, field="kib", worst=True), factor=1024, unit=" MiB")
      for n, limit in ((4000, 15), (10000, 40)) for verb in ("start", "stop")),
    *(Limit(f"holder's memory (Pss), N = {n:,}", "", limit,
            Key(scenes.HELD, "holder", n, "held", "pss", True), factor=1024, unit=" MiB")
      for n, limit in ((1, 1.6), (4000, 2.0))),
    # IPv6 asks for routers for ever (RFC 7559), which is not nothing
    Limit("holder's wake-ups in 2 s of nothing (ipv6 = no)", "", 0,
          Key(scenes.HELD_NO_IPV6, "holder", 4000, "held", "wakeups", True)),
]
