# SPDX-License-Identifier: MIT
"""Tables of what was measured, in Markdown, and the data of the plots."""

import math
import os
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass

import peers
from limits import LIMITS, Limit

VERBS = ["start", "no-op start", "status", "stop"]
SCENES = {
    "fresh": "Fresh namespaces, no other NIC",
    "held": "Held NICs, and NICs without IPv6",
    "udev": "With udev running",
    "beside namespaces": "Beside processes in namespaces of their own",
    "alone": "One NIC, alone",
    "beside": "One NIC beside foreign ones",
    "init script": "Init scripts, one NIC",
    "plain script": "Init scripts, one NIC, no LSB library",
    "vxlan": "One vxlan NIC; N is the number of its peers",
}
# in the plots, each verb's tools by name; the others are in the tables
PLOTTED = {
    "start": [peers.OURS, peers.FLOOR, peers.BATCH, peers.SCRIPT, peers.NETWORKD, peers.MANAGER,
              peers.OPENVPN],
    "stop": [peers.OURS, peers.GROUP_DEL, peers.IP_DEL, peers.TUNCTL_D],
    "status": [peers.OURS, peers.SHOW],
}

# of a name, as a part of a plot's height
TEXT_HEIGHT = 0.045


@dataclass(frozen=True)
class Row:
    limit: Limit
    wall: float  # None: not measured
    cpu: float
    met: bool


def value_of(results, key, field):
    values = results.values(key.tool, key.verb, key.n, field, key.scene)
    if not values:
        return None
    return max(values) if key.worst else statistics.median(values)


def ratio_of(results, limit, field):
    over = value_of(results, limit.over, field)
    under = value_of(results, limit.under, field) if limit.under else 1
    return over / under / limit.factor if over is not None and under else None


def limit_rows(results, limits):
    for limit in limits:
        value = ratio_of(results, limit, limit.over.field)
        cpu = ratio_of(results, limit, "cpu") if limit.over.field == "wall" else None
        met = value is not None and (value >= limit.at_most if limit.at_least
                                     else value <= limit.at_most)
        yield Row(limit, value, cpu, met)


def number(value):
    return "" if value is None else f"{value:.3f}"


def limit_lines(rows):
    yield "| work | against | limit | measured | | CPU time |"
    yield "|---|---|--:|--:|---|--:|"
    for row in rows:
        limit = row.limit
        word = "at least" if limit.at_least else "at most"
        verdict = "not measured" if row.wall is None else "met" if row.met else "**not met**"
        yield (f"| {limit.work} | {limit.against} | {word} {limit.at_most:g}{limit.unit} | "
               f"{number(row.wall)} | {verdict} | {number(row.cpu)} |")


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, statistics.median(values), high


def spread(values):
    low, middle, high = (value * 1000 for value in quartiles(values))
    digits = 0 if middle >= 1000 else 1 if middle >= 100 else 2
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def scene_rows(results, scene):
    timed = [run for run in results.runs if run["scene"] == scene and "wall" in run]
    keys = dict.fromkeys((run["verb"], run["nics"], run["tool"]) for run in timed)
    for verb, n, tool in sorted(keys, key=lambda key: (VERBS.index(key[0]), key[1])):
        walls = results.values(tool, verb, n, "wall", scene)
        calls = results.calls.get((tool, verb, n), "") if scene == "fresh" else ""
        yield (f"| {verb} | {n:,} | {tool} | {spread(walls)} | "
               f"{spread(results.values(tool, verb, n, 'cpu', scene))} | "
               f"{max(results.values(tool, verb, n, 'kib', scene)) / 1024:.1f} | {calls} | "
               f"{len(walls)} |")


def traffic_lines(results):
    yield "## What passes"
    yield ""
    yield "| the NIC | TCP, Gbit/s | round trip, us |"
    yield "|---|--:|--:|"
    for tool in dict.fromkeys(run["tool"] for run in results.runs if "bits" in run):
        bits = results.median(tool, "traffic", 1, field="bits", scene="traffic")
        rtt = results.median(tool, "traffic", 1, field="rtt", scene="traffic")
        yield f"| {tool} | {bits / 1e9:.2f} | {rtt * 1e6:.0f} |"
    yield ""
    yield "| a NIC that nobody listens at | frames a second that a program can send into it |"
    yield "|---|--:|"
    for tool in dict.fromkeys(run["tool"] for run in results.runs if "frames" in run):
        frames = results.median(tool, "frames", 1, field="frames", scene="sink")
        yield f"| {tool} | {frames:,.0f} |"
    yield ""


def holder_lines(results):
    yield "| holder of | NICs | its memory (Pss), MiB | wake-ups in 2 s without a user's traffic |"
    yield "|---|--:|--:|--:|"
    held = [run for run in results.runs if run["verb"] == "holder"]
    for tool, n in dict.fromkeys((run["tool"], run["nics"]) for run in held):
        rows = [run for run in held if (run["tool"], run["nics"]) == (tool, n)]
        yield (f"| {tool} | {n:,} | {max(row['pss'] for row in rows) / 1024:.2f} | "
               f"{max(row['wakeups'] for row in rows)} |")
    yield ""


def report(results, started, foreign):
    yield "# config_tap: measurements"
    yield ""
    yield from machine()
    yield (f"Load of the machine: {started} at the start, {load()} at the end. Medians, with "
           f"the quartiles in brackets; the foreign NICs are {foreign:,}.")
    yield ""
    yield "## The limits"
    yield ""
    yield from limit_lines(limit_rows(results, LIMITS))
    yield ""
    yield from traffic_lines(results)
    yield from holder_lines(results)
    for scene, heading in SCENES.items():
        rows = list(scene_rows(results, scene))
        if not rows:
            continue
        yield f"## {heading}"
        yield ""
        yield "| work | N | tool | wall ms | CPU ms | peak MiB | system calls | runs |"
        yield "|---|--:|---|--:|--:|--:|--:|--:|"
        yield from rows
        yield ""
    for tool, verb, n, seconds in results.left_out:
        yield (f"Left out: {verb} with {tool}, {n:,} NICs; it would have taken "
               f"{seconds:.0f} s each time.")


def plots(results, rounds):
    """verb: [(tool, [(n, seconds)])]"""
    out = {}
    for verb, tools in PLOTTED.items():
        lines = []
        for tool in tools:
            points = [(n, results.median(tool, verb, n)) for n in rounds]
            points = [(n, wall) for n, wall in points if wall]
            if points:
                lines.append((tool, points))
        out[verb] = lines
    return out


def heights(lines):
    """Where the names of these lines stand: where each ends, but not on top of one another."""
    walls = [wall for _, points in lines for _, wall in points]
    decades = math.ceil(math.log10(max(walls))) - math.floor(math.log10(min(walls)))
    gap = 10 ** (decades * TEXT_HEIGHT)
    below, placed = 0, {}
    for tool, points in sorted(lines, key=lambda line: line[1][-1][1]):
        below = placed[tool] = max(points[-1][1], below * gap)
    return [placed[tool] for tool, _ in lines]


def load():
    return f"{os.getloadavg()[0]:.2f}"


def first_match(path, pattern):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            found = re.search(pattern, f.read(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else None


def machine():
    """The machine, in words."""
    model = first_match("/proc/cpuinfo", r"^(?:model name|Model|cpu model)\s*:\s*(.+)$")
    virtual = first_match("/proc/cpuinfo", r"^flags\s*:.*\b(hypervisor)\b")
    memory = int(first_match("/proc/meminfo", r"^MemTotal:\s*(\d+)") or 0) / (1 << 20)
    system = first_match("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)') or "Linux"
    version = subprocess.run(["ip", "-V"], capture_output=True, text=True, check=True).stdout
    iproute = re.search(r"iproute2-[\w.]+", version)
    cores = os.cpu_count()
    yield (f"{'A virtual machine' if virtual else 'A machine'} with {cores} "
           f"core{'' if cores == 1 else 's'} ({model or platform.machine()}) and {memory:.0f} GiB "
           f"of memory; Linux {platform.release().split('-')[0]}, {system}, "
           f"{iproute.group() if iproute else version.strip()}.")
