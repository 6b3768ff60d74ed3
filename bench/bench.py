#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures config_tap against the raw system calls and the tools that do the same.

Each measurement is made in network and mount namespaces of its own, with a fresh sysfs.
The tools come in turn, not one after the other, so that whatever else the machine does
meets all of them. make bench calls this; BENCH_QUICK=1 makes it short.
"""

import argparse
import csv
import ctypes
import json
import os
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

QUICK = bool(os.environ.get("BENCH_QUICK"))

# How often at each number of NICs.
ROUNDS = {1: 5, 10: 2, 100: 2, 1000: 2} if QUICK else {1: 31, 10: 15, 100: 9, 1000: 7, 4000: 5}
FOREIGN = 1000 if QUICK else 4000
FOREIGN_ROUNDS = 1 if QUICK else 5
FOREIGN_REPEATS = 3 if QUICK else 7
WRAPPER_ROUNDS = 5 if QUICK else 31

# What a smaller number of NICs shows to be slow is done a few times only, or not at all.
FEW_FROM = 1.0 if QUICK else 5.0
FEW = 1 if QUICK else 2
NEVER_FROM = 6.0 if QUICK else 60.0
# seconds between two cycles
REST = 0.05
REST_PER_NIC = 0.0005
# strace makes a system call several times as dear
STRACE_MAX_NICS = 100 if QUICK else 1000
STRACE_NEVER_FROM = 0.5 if QUICK else 8.0

FLOOR = "raw system calls"
OURS = "config_tap"
COUNTED = "config_tap, [b%d]"
BATCH = "ip -batch"
SCRIPT = "tunctl and ifconfig"
TUNCTL_D = "tunctl -d"
IP_DEL = "ip link del"
GROUP_DEL = "ip link del group"
SHOW = "ip -json -details addr"
# plot.gnuplot gives each its colour, by its place
TOOLS = [FLOOR, OURS, COUNTED, BATCH, SCRIPT, TUNCTL_D, IP_DEL, GROUP_DEL, SHOW]
VERBS = ["start", "no-op start", "status", "stop"]

GROUP = "77"
BEGUN = time.monotonic()
CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000


def address(i, base=10):
    """The address of NIC i: the first host of the i-th network of four."""
    return f"{base}.{i // 16384}.{i // 64 % 256}.{i % 64 * 4 + 1}"


class Inside:
    """The inside of fresh namespaces, in a process of its own: its results go home as JSON."""

    def __init__(self, bench, strace):
        self.bench = bench
        self.strace = strace
        self.dir = "/run/bench"
        self.results = []

    def enter(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for command in ("mount --make-rprivate /", "mount -t sysfs sysfs /sys",
                        "mount -t tmpfs tmpfs /run", "ip link set lo up"):
            subprocess.run(shlex.split(command), check=True)
        os.makedirs(f"{self.dir}/lock")
        os.environ.update(USER="root", LC_ALL="C")

    def file(self, name, lines, mode=0o644):
        path = f"{self.dir}/{name}"
        with open(path, "w", encoding="ascii") as f:
            f.writelines(line + "\n" for line in lines)
        os.chmod(path, mode)
        return path

    def prepare(self, *command):
        """Runs what is not measured."""
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)

    def measure(self, tool, verb, *command):
        out = f"{self.dir}/measured"
        if self.strace:
            command = ("strace", "-f", "-c", "-o", f"{self.dir}/strace", *command)
        ended = subprocess.run((self.bench.measure, out, *command), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        with open(out, encoding="ascii") as f:
            wall, user, system, kib, status = f.read().split()
        if int(status) != 0:
            raise RuntimeError(f"{tool}: {shlex.join(command)}: wait status {status}: "
                               + ended.stderr.decode(errors="replace")[-500:])
        result = {"tool": tool, "verb": verb, "wall": float(wall), "user": float(user),
                  "system": float(system), "kib": int(kib)}
        if self.strace:
            result["calls"] = count_calls(f"{self.dir}/strace")
        self.results.append(result)

    def floor(self, n, prefix="b", network="10.0.0.0"):
        return (self.bench.floor, prefix, str(n), network)

    def set_group(self, n):
        lines = (f"link set dev b{i} group {GROUP}" for i in range(n))
        self.prepare("ip", "-batch", self.file("group", lines))

    def clear(self, n):
        """Removes what a tool was not asked to remove, since it would have taken too long."""
        self.set_group(n)
        self.prepare("ip", "link", "del", "group", GROUP)

    def ours(self, config, *verb):
        return (self.bench.config_tap, "-c", config, "--run-dir", "/run/config_tap", *verb)


def count_calls(path):
    """The column "calls" in the last line of strace -c."""
    with open(path, encoding="ascii") as f:
        total = [line.split() for line in f if line.rstrip().endswith(" total")]
    return int(total[-1][3])


# What each tool does in one namespace. Each of them is told which verbs are worth the time.

def cycle_floor(inside, n, wanted):
    inside.measure(FLOOR, "start", *inside.floor(n))
    inside.clear(n)


def cycle_ours(inside, n, wanted, tool=OURS):
    if tool == COUNTED:
        lines = ["[b%d]", f"count = {n}", "address = 10.0.0.1/30", "owner = root"]
    else:
        lines = (f"[b{i}]\naddress = {address(i)}/30\nowner = root" for i in range(n))
    config = inside.file("conf", lines)
    inside.measure(tool, "start", *inside.ours(config, "start"))
    inside.measure(tool, "no-op start", *inside.ours(config, "start"))
    inside.measure(tool, "status", *inside.ours(config, "status"))
    if wanted(tool, "stop"):
        inside.measure(tool, "stop", *inside.ours(config, "stop"))
    else:
        inside.clear(n)


def cycle_counted(inside, n, wanted):
    cycle_ours(inside, n, wanted, COUNTED)


def batch_lines(n):
    for i in range(n):
        yield f"tuntap add dev b{i} mode tap user root"
        yield f"address add {address(i)}/30 broadcast + dev b{i}"
        yield f"link set dev b{i} up"


def cycle_batch(inside, n, wanted):
    lines = inside.file("batch", batch_lines(n))
    inside.measure(BATCH, "start", "ip", "-batch", lines)
    inside.measure(SHOW, "status", *shlex.split(SHOW))
    if wanted(IP_DEL, "stop"):
        script = inside.file("del", (f"ip link del b{i}" for i in range(n)))
        inside.measure(IP_DEL, "stop", "sh", script)
    else:
        inside.clear(n)


def cycle_group(inside, n, wanted):
    inside.prepare(*inside.floor(n))
    inside.set_group(n)
    inside.measure(GROUP_DEL, "stop", "ip", "link", "del", "group", GROUP)


def cycle_script(inside, n, wanted):
    script = inside.bench.original
    os.environ.update(ORIGINAL_CONFIG="/dev/null", ORIGINAL_LOCK=f"{inside.dir}/lock/original")
    inside.measure(SCRIPT, "start", script, "start", str(n))
    if wanted(TUNCTL_D, "stop"):
        inside.measure(TUNCTL_D, "stop", script, "stop", str(n))
    else:
        inside.clear(n)


CYCLES = {FLOOR: cycle_floor, OURS: cycle_ours, COUNTED: cycle_counted, BATCH: cycle_batch,
          GROUP_DEL: cycle_group, SCRIPT: cycle_script}


def cycle_one_nic(inside, foreign):
    """One NIC comes and goes, several times, where there are none or many of others."""
    if foreign:
        inside.prepare(*inside.floor(foreign, "f", "10.64.0.0"))
    config = inside.file("conf", ["[b0]", "address = 10.0.0.1/30", "owner = root"])
    batch = inside.file("batch", batch_lines(1))
    for _ in range(FOREIGN_REPEATS):
        inside.measure(OURS, "start", *inside.ours(config, "start"))
        inside.measure(OURS, "no-op start", *inside.ours(config, "start"))
        inside.measure(OURS, "status", *inside.ours(config, "status"))
        inside.measure(OURS, "stop", *inside.ours(config, "stop"))
        inside.measure(BATCH, "start", "ip", "-batch", batch)
        inside.measure(IP_DEL, "stop", "ip", "link", "del", "b0")
        inside.measure(FLOOR, "start", *inside.floor(1))
        inside.prepare("ip", "link", "del", "b0")


def edited_wrapper(inside, config):
    """The init script as it is, but for the paths."""
    with open(inside.bench.wrapper, encoding="ascii") as f:
        text = f.read()
    for name, value in (("helper", inside.bench.config_tap), ("config", config),
                        ("lock", f"{inside.dir}/lock/config_tap")):
        text = re.sub(f"(?m)^{name}=.*$", f"{name}={shlex.quote(value)}", text, count=1)
    return inside.file("wrapper", [text.rstrip("\n")], 0o755)


def hide_library(inside):
    """The library of init scripts that Debian has; most of what such a script does is reading it."""
    os.makedirs(f"{inside.dir}/none")
    if os.path.isdir("/lib/lsb"):
        inside.prepare("mount", "--bind", f"{inside.dir}/none", "/lib/lsb")


def cycle_wrapper(inside, library=True):
    if not library:
        hide_library(inside)
    config = inside.file("conf", ["[tap0]", "address = 192.168.0.1/24", "owner = root",
                                  "promisc = yes"])
    script = edited_wrapper(inside, config)
    inside.measure(OURS, "start", script, "start")
    inside.measure(OURS, "stop", script, "stop")


def cycle_original(inside, library=True):
    if not library:
        hide_library(inside)
    config = inside.file("conf", ["USER=root", "TAP_NETWORK=192.168.0.1", "TAP_DEV_NUM=0",
                                  'DESC="TUN/TAP interface"'])
    os.environ.update(ORIGINAL_CONFIG=config, ORIGINAL_LOCK=f"{inside.dir}/lock/original")
    inside.measure(SCRIPT, "start", inside.bench.original, "start")
    inside.measure(TUNCTL_D, "stop", inside.bench.original, "stop")


class Bench:
    def __init__(self, arguments):
        self.output = arguments.output
        self.config_tap = os.path.abspath(arguments.config_tap)
        self.floor = os.path.abspath(arguments.floor)
        self.measure = os.path.abspath(arguments.measure)
        self.original = os.path.abspath(os.path.join(arguments.source, "bench/original.sh"))
        self.wrapper = os.path.abspath(os.path.join(arguments.source, "initscripts/config_tap"))
        self.plot = os.path.abspath(os.path.join(arguments.source, "bench/plot.gnuplot"))
        self.runs = []      # one for each command measured
        self.calls = {}     # (tool, verb, n): system calls
        self.left_out = []  # (tool, verb, n, seconds)

    def inside(self, cycle, *arguments, nics=1, strace=False):
        """Runs a cycle in a child that enters fresh namespaces, and returns its results."""
        with tempfile.TemporaryFile("w+") as answer:
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    inside = Inside(self, strace)
                    inside.enter()
                    cycle(inside, *arguments)
                    json.dump(inside.results, answer)
                    answer.flush()
                    status = 0
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(status)
            if os.waitpid(child, 0)[1] != 0:
                sys.exit("bench: a measurement failed")
            answer.seek(0)
            results = json.load(answer)
        # the kernel takes the namespaces down, and frees what it has of the NICs, in the background
        time.sleep(REST + REST_PER_NIC * nics)
        return results

    def record(self, scene, n, results):
        for result in results:
            self.runs.append({"scene": scene, "nics": n, **result})

    def values(self, tool, verb, n, field="wall", scene="fresh"):
        return [value_of(run, field) for run in self.runs
                if (run["scene"], run["tool"], run["verb"], run["nics"])
                == (scene, tool, verb, n)]

    def median(self, *key, **more):
        values = self.values(*key, **more)
        return statistics.median(values) if values else None

    def expected(self, tool, verb, n):
        """How long it would take, by the largest smaller number of NICs."""
        for smaller in sorted(ROUNDS, reverse=True):
            wall = self.median(tool, verb, smaller)
            if smaller < n and wall is not None:
                return wall * n / smaller
        return 0

    def is_worth_it(self, n, done):
        """Says of a tool and verb whether to do it once more."""
        def wanted(tool, verb):
            seconds = self.expected(tool, verb, n)
            if seconds > NEVER_FROM:
                if (tool, verb, n) not in [row[:3] for row in self.left_out]:
                    self.left_out.append((tool, verb, n, seconds))
                return False
            return seconds < FEW_FROM or done < FEW
        return wanted

    def measure_tools(self):
        for n, rounds in ROUNDS.items():
            say(f"{n} NICs, {rounds} rounds")
            for done in range(rounds):
                wanted = self.is_worth_it(n, done)
                # each round begins with another, so that none always comes behind the same one
                for tool in rotated(list(CYCLES), done):
                    if tool == COUNTED and n != 1000:
                        continue
                    verb = "stop" if tool == GROUP_DEL else "start"
                    if wanted(tool, verb):
                        results = self.inside(CYCLES[tool], n, wanted, nics=n)
                        self.record("fresh", n, results)

    def measure_one_nic(self):
        say(f"one NIC, alone and beside {FOREIGN} of others")
        for _ in range(FOREIGN_ROUNDS):
            self.record("alone", 1, self.inside(cycle_one_nic, 0))
            self.record("beside", 1, self.inside(cycle_one_nic, FOREIGN, nics=FOREIGN))

    def measure_wrapper(self):
        say("the init scripts")
        for _ in range(WRAPPER_ROUNDS):
            for scene, library in (("init script", True), ("plain script", False)):
                self.record(scene, 1, self.inside(cycle_wrapper, library))
                self.record(scene, 1, self.inside(cycle_original, library))

    def count_calls(self):
        if not shutil.which("strace"):
            say("no strace: system calls are not counted")
            return
        say("system calls")
        for n in ROUNDS:
            if n > STRACE_MAX_NICS:
                continue

            def wanted(tool, verb, n=n):
                return (self.median(tool, verb, n) or STRACE_NEVER_FROM) < STRACE_NEVER_FROM

            for tool, cycle in CYCLES.items():
                verb = "stop" if tool == GROUP_DEL else "start"
                if not wanted(tool, verb):
                    continue
                for result in self.inside(cycle, n, wanted, nics=n, strace=True):
                    self.calls[result["tool"], result["verb"], n] = result["calls"]

    def write(self, name, text):
        with open(os.path.join(self.output, name), "w", encoding="utf-8") as f:
            f.write(text)

    def write_runs(self):
        fields = ["scene", "nics", "tool", "verb", "wall", "user", "system", "kib"]
        with open(os.path.join(self.output, "runs.csv"), "w", newline="", encoding="utf-8") as f:
            writer = csv.DictWriter(f, fields, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.runs)

    def summary(self):
        """A row for each tool, verb and number of NICs."""
        keys = dict.fromkeys((run["scene"], run["nics"], run["verb"], run["tool"])
                             for run in self.runs)
        for scene, n, verb, tool in sorted(keys, key=lambda k: (
                k[0], VERBS.index(k[2]), k[1], TOOLS.index(k[3]))):
            row = {"scene": scene, "verb": verb, "nics": n, "tool": tool,
                   "runs": len(self.values(tool, verb, n, scene=scene))}
            for field in ("wall", "cpu"):
                low, middle, high = quartiles(self.values(tool, verb, n, field, scene))
                row |= {f"{field} q1": low, f"{field} median": middle, f"{field} q3": high}
            row["peak KiB"] = max(self.values(tool, verb, n, "kib", scene))
            row["system calls"] = (self.calls.get((tool, verb, n), "") if scene == "fresh"
                                   else "")
            yield row

    def write_summary(self):
        rows = list(self.summary())
        with open(os.path.join(self.output, "summary.csv"), "w", newline="",
                  encoding="utf-8") as f:
            writer = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows({key: f"{value:.6f}" if isinstance(value, float) else value
                              for key, value in row.items()} for row in rows)
        return rows

    def draw(self):
        """A panel a verb, a line a tool; the data are blocks that gnuplot knows by number."""
        blocks = {"start": [], "no-op start": [], "status": [], "stop": []}
        for verb, lines in blocks.items():
            for tool in TOOLS:
                points = [(n, self.median(tool, verb, n)) for n in ROUNDS]
                points = [(n, wall) for n, wall in points if wall]
                if points and tool != COUNTED:
                    lines.append((tool, TOOLS.index(tool) + 1, points))
        for verb, lines in blocks.items():
            self.write(verb.replace(" ", "-") + ".dat", "\n\n".join(
                f'"{name}"\n' + "".join(f"{n} {wall:.6f} {style}\n" for n, wall in points)
                for name, style, points in lines))
        if not shutil.which("gnuplot"):
            say("no gnuplot: nothing is drawn")
            return
        counts = "; ".join(f"lines_{verb.split()[0].replace('-', '')} = {len(lines)}"
                           for verb, lines in blocks.items())
        subprocess.run(["gnuplot", "-e", counts, self.plot], cwd=self.output, check=True)

    # the bars

    def ratio(self, over, under, field="wall"):
        """The ratio of two medians; each is (tool, verb, n) or (tool, verb, n, scene)."""
        values = [self.median(*key[:3], field=field, scene=(key + ("fresh",))[3])
                  for key in (over, under)]
        return values[0] / values[1] if all(values) else None

    def growth(self, tool, field="wall"):
        """What a NIC costs at 4,000, over what it costs at 1,000."""
        ratio = self.ratio((tool, "start", 4000), (tool, "start", 1000), field)
        return ratio / 4 if ratio else None

    def bars(self):
        """Rows of: work, against, at most, ratio of the wall time, ratio of the CPU time."""
        pairs = [
            ("start, N = 1,000", FLOOR, 1.10, (OURS, "start", 1000), (FLOOR, "start", 1000)),
            ("start, N = 1,000", BATCH, 1.00, (OURS, "start", 1000), (BATCH, "start", 1000)),
            ("start, N = 1,000", SCRIPT, 0.12, (OURS, "start", 1000), (SCRIPT, "start", 1000)),
            ("start, N = 1, whole process", BATCH, 0.80,
             (OURS, "start", 1), (BATCH, "start", 1)),
            ("initscripts/config_tap start, N = 1", "the original kind of script", 0.70,
             (OURS, "start", 1, "init script"), (SCRIPT, "start", 1, "init script")),
            ("the same, no LSB library on the machine", "the original kind of script", 0.70,
             (OURS, "start", 1, "plain script"), (SCRIPT, "start", 1, "plain script")),
            ("stop, N = 1,000", "ip link del group, groups already set", 1.40,
             (OURS, "stop", 1000), (GROUP_DEL, "stop", 1000)),
            ("stop, N = 1,000", "tunctl -d in a loop", 0.03,
             (OURS, "stop", 1000), (TUNCTL_D, "stop", 1000)),
            ("no-op start, N = 1,000", "first start", 0.10,
             (OURS, "no-op start", 1000), (OURS, "start", 1000)),
            ("status, N = 1,000", SHOW, 1.30,
             (OURS, "status", 1000), (SHOW, "status", 1000)),
            (f"start of 1 NIC beside {FOREIGN:,} foreign ones", "the same alone", 1.30,
             (OURS, "start", 1, "beside"), (OURS, "start", 1, "alone")),
            (f"stop of 1 NIC beside {FOREIGN:,} foreign ones", "the same alone", 1.30,
             (OURS, "stop", 1, "beside"), (OURS, "stop", 1, "alone")),
        ]
        for work, against, limit, over, under in pairs:
            yield (work, against, limit, self.ratio(over, under),
                   self.ratio(over, under, "cpu"))
        grown = [[self.growth(tool, field) for tool in (OURS, FLOOR)]
                 for field in ("wall", "cpu")]
        yield ("cost of a NIC at 4,000 over that at 1,000", "the floor's own growth", 1.10,
               *(ours / floor if ours and floor else None for ours, floor in grown))

    def peak(self):
        peaks = [max(self.values(OURS, verb, 4000, "kib"), default=0) for verb in VERBS]
        return max(peaks) / 1024

    def bar_lines(self):
        yield "| work | against | at most | wall time | | CPU time |"
        yield "|---|---|---|---|---|---|"
        for work, against, limit, wall, cpu in self.bars():
            yield (f"| {work} | {against} | {limit:.2f} | {number(wall)} | "
                   f"{verdict(wall, limit)} | {number(cpu)} |")
        peak = self.peak() or None
        yield (f"| peak memory, N = 4,000 | | 16 MiB | {number(peak)}"
               f"{' MiB' if peak else ''} | {verdict(peak, 16)} | |")

    def report(self, rows, started):
        yield "# config_tap: measurements"
        yield ""
        yield from machine()
        yield (f"Load of the machine: {started} at the start, {load()} at the end. Medians, with "
               "the quartiles in brackets.")
        yield ""
        yield "## The bars"
        yield ""
        yield from self.bar_lines()
        yield ""
        for scene, heading in (
                ("fresh", "Fresh namespaces, no other NIC"), ("alone", "One NIC, alone"),
                ("beside", f"One NIC beside {FOREIGN:,} foreign ones"),
                ("init script", "Init scripts, one NIC"),
                ("plain script", "Init scripts, one NIC, no LSB library")):
            yield f"## {heading}"
            yield ""
            yield "| work | NICs | tool | wall ms | CPU ms | peak MiB | system calls | runs |"
            yield "|---|--:|---|--:|--:|--:|--:|--:|"
            for row in rows:
                if row["scene"] == scene:
                    yield table_row(row)
            yield ""
        for tool, verb, n, seconds in self.left_out:
            yield (f"Left out: {verb} with {tool}, {n} NICs; it would have taken "
                   f"{seconds:.0f} s each time.")

    def run(self):
        started = load()
        self.measure_tools()
        self.measure_one_nic()
        self.measure_wrapper()
        self.count_calls()
        os.makedirs(self.output, exist_ok=True)
        self.write_runs()
        rows = self.write_summary()
        self.write("report.md", "\n".join(self.report(rows, started)) + "\n")
        self.draw()
        print("\n".join(self.bar_lines()))
        say(f"the rest is in {self.output}")


def rotated(items, by):
    by %= len(items)
    return items[by:] + items[:by]


def say(text):
    print(f"bench: {time.monotonic() - BEGUN:5.0f} s: {text}", file=sys.stderr, flush=True)


def value_of(run, field):
    return run["user"] + run["system"] if field == "cpu" else run[field]


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, statistics.median(values), high


def number(value):
    return "not measured" if value is None else f"{value:.3f}"


def verdict(value, limit):
    return "" if value is None else "met" if value <= limit else "**not met**"


def table_row(row):
    def spread(field):
        low, middle, high = (row[f"{field} {name}"] * 1000 for name in ("q1", "median", "q3"))
        digits = 0 if middle >= 1000 else 1 if middle >= 100 else 2
        return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

    return (f"| {row['verb']} | {row['nics']} | {row['tool']} | {spread('wall')} | "
            f"{spread('cpu')} | {row['peak KiB'] / 1024:.1f} | {row['system calls']} | "
            f"{row['runs']} |")


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


def check_tools():
    missing = [tool for tool in ("ip", "mount", "tunctl", "ifconfig") if not shutil.which(tool)]
    if os.geteuid() != 0:
        sys.exit("bench: only root can make the namespaces and the NICs")
    if missing:
        sys.exit(f"bench: {', '.join(missing)} missing; on Debian they are in iproute2, mount, "
                 "uml-utilities and net-tools")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option, text in (("source", "the source tree"), ("config-tap", "the program"),
                         ("floor", "the built floor"), ("measure", "the built measure"),
                         ("output", "where the results go")):
        parser.add_argument(f"--{option}", required=True, help=text)
    check_tools()
    Bench(parser.parse_args()).run()


if __name__ == "__main__":
    main()
