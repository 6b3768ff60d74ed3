#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures config_tap against the raw system calls and the tools that do the same.

Each measurement is made in network and mount namespaces of its own, with a fresh sysfs.
The tools come in turn, not one after the other, so that whatever else the machine does
meets all of them. make bench calls this; BENCH_QUICK=1 makes it short. make bench-check
calls it with --check: it measures what has a limit, and fails where one is not met.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import time

import peers
import report
import scenes
from inside import run_inside
from limits import LIMITS
from peers import BATCH, FLOOR, FLOOR_KEPT, GROUP_DEL, OURS

QUICK = bool(os.environ.get("BENCH_QUICK"))

# How often at each number of NICs.
ROUNDS = ({1: 5, 10: 2, 100: 2, 1000: 2} if QUICK
          else {1: 31, 10: 15, 100: 9, 1000: 7, 4000: 5, 10000: 3})
HELD_ROUNDS = {100: 1} if QUICK else {1: 5, 1000: 3, 4000: 3, 10000: 2}
FOREIGN = 1000 if QUICK else 4000
FOREIGN_ROUNDS = 1 if QUICK else 5
FOREIGN_REPEATS = 3 if QUICK else 7
WRAPPER_ROUNDS = 5 if QUICK else 31
NAMESPACES = 50 if QUICK else 500
SCENE_ROUNDS = 1 if QUICK else 3
VXLAN_ROUNDS = {1: 3, 100: 2} if QUICK else {1: 15, 100: 15, 1000: 7}

# What a smaller number of NICs shows to be slow is done a few times only, or not at all.
FEW_FROM = 1.0 if QUICK else 5.0
FEW = 1 if QUICK else 2
NEVER_FROM = 6.0 if QUICK else 40.0
# strace makes a system call several times as dear
STRACE_MAX_NICS = 100 if QUICK else 1000
STRACE_NEVER_FROM = 0.5 if QUICK else 8.0

BEGUN = time.monotonic()


def say(text):
    print(f"bench: {time.monotonic() - BEGUN:5.0f} s: {text}", file=sys.stderr, flush=True)


def rotated(items, by):
    by %= len(items)
    return items[by:] + items[:by]


class Programs:
    def __init__(self, arguments):
        def path(*parts):
            return os.path.abspath(os.path.join(*parts))

        self.config_tap = path(arguments.config_tap)
        self.floor = path(arguments.tools, "floor")
        self.measure = path(arguments.tools, "measure")
        self.flood = path(arguments.tools, "flood")
        self.original = path(arguments.source, "bench/original.sh")
        self.wrapper = path(arguments.source, "initscripts/config_tap")


class Results:
    """One row for each command measured, and the medians of them."""

    def __init__(self):
        self.runs = []
        self.calls = {}     # (tool, verb, n): system calls
        self.left_out = []  # (tool, verb, n, seconds)

    def record(self, scene, n, results):
        for result in results:
            self.runs.append({"scene": scene, "nics": n, **result})

    def values(self, tool, verb, n, field="wall", scene="fresh"):
        return [run["user"] + run["system"] if field == "cpu" else run[field]
                for run in self.runs
                if (run["scene"], run["tool"], run["verb"], run["nics"]) == (scene, tool, verb, n)
                and (field == "cpu" or field in run)]

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


class Bench:
    def __init__(self, programs):
        self.programs = programs
        self.results = Results()

    def inside(self, scene, n, cycle, *arguments, nics=1):
        self.results.record(scene, n, run_inside(self.programs, cycle, *arguments, nics=nics))

    def is_worth_it(self, n, done):
        """Says of a tool and verb whether to do it once more."""
        def wanted(tool, verb):
            seconds = self.results.expected(tool, verb, n)
            if seconds > NEVER_FROM:
                if (tool, verb, n) not in [row[:3] for row in self.results.left_out]:
                    self.results.left_out.append((tool, verb, n, seconds))
                return False
            return seconds < FEW_FROM or done < FEW
        return wanted

    def measure_peers(self, only=None, numbers=ROUNDS):
        for n, rounds in ((n, ROUNDS[n]) for n in numbers):
            say(f"{n} NICs, {rounds} rounds")
            for done in range(rounds):
                wanted = self.is_worth_it(n, done)
                # each round begins with another, so that none always comes behind the same one
                for tool in rotated([t for t in peers.available() if not only or t in only], done):
                    verb = "stop" if tool == GROUP_DEL else "start"
                    if wanted(tool, verb):
                        self.inside("fresh", n, peers.CYCLES[tool], n, wanted, nics=n)

    def measure_held(self, numbers=HELD_ROUNDS):
        variants = [(scenes.HELD, "carrier = hold"),
                    (scenes.HELD_NO_LINK_LOCAL, "carrier = hold", "link_local = no"),
                    (scenes.HELD_NO_IPV6, "carrier = hold", "ipv6 = no"),
                    (scenes.IDLE_NO_IPV6, "ipv6 = no"), (OURS,)]
        for n, rounds in ((n, HELD_ROUNDS[n]) for n in numbers):
            say(f"{n} NICs held, and without IPv6")
            for done in range(rounds):
                self.inside("held", n, scenes.cycle_kept_floor, n, nics=n)
                for variant in rotated(variants, done):
                    self.inside("held", n, scenes.cycle_variant, n, *variant, nics=n)

    def measure_variants(self):
        n = 100 if QUICK else 1000
        say(f"a series of {n}, udev, {NAMESPACES} processes in namespaces of their own")
        for _ in range(SCENE_ROUNDS):
            self.inside("fresh", n, scenes.cycle_series, n, nics=n)
            if os.path.exists("/lib/systemd/systemd-udevd"):
                self.inside("udev", 100, scenes.cycle_udev, 100, nics=100)
            self.inside("beside namespaces", n, scenes.cycle_beside_namespaces, n, NAMESPACES,
                        nics=n)

    def measure_one_nic(self):
        say(f"one NIC, alone and beside {FOREIGN} of others")
        for _ in range(FOREIGN_ROUNDS):
            self.inside("alone", 1, scenes.cycle_one_nic, 0, FOREIGN_REPEATS)
            self.inside("beside", 1, scenes.cycle_one_nic, FOREIGN, FOREIGN_REPEATS,
                        nics=FOREIGN)

    def measure_wrapper(self):
        say("the init scripts")
        for _ in range(WRAPPER_ROUNDS):
            for scene, library in (("init script", True), ("plain script", False)):
                self.inside(scene, 1, scenes.cycle_wrapper, library)
                self.inside(scene, 1, scenes.cycle_original, library)

    def measure_vxlan(self):
        for n, rounds in VXLAN_ROUNDS.items():
            say(f"a vxlan NIC with {n} peers")
            for done in range(rounds):
                for cycle in rotated([scenes.cycle_vxlan, scenes.cycle_vxlan_batch], done):
                    self.inside("vxlan", n, cycle, n)

    def measure_traffic(self):
        say("traffic")
        for _ in range(SCENE_ROUNDS):
            for tool, cycle in scenes.TRAFFIC.items():
                if shutil.which(scenes.TRAFFIC_NEEDS.get(tool, "ip")):
                    self.inside("traffic", 1, cycle)
            for tool in (scenes.NOBODY_HOLDS, scenes.SINK_READ, scenes.SINK_DROP):
                self.inside("sink", 1, scenes.cycle_sink, tool)

    def count_calls(self):
        if not shutil.which("strace"):
            say("no strace: system calls are not counted")
            return
        say("system calls")
        for n in ROUNDS:
            if n > STRACE_MAX_NICS:
                continue

            def wanted(tool, verb, n=n):
                median = self.results.median(tool, verb, n)
                return (median or STRACE_NEVER_FROM) < STRACE_NEVER_FROM

            for tool in (FLOOR, OURS, BATCH, GROUP_DEL, peers.SCRIPT):
                if wanted(tool, "stop" if tool == GROUP_DEL else "start"):
                    for result in run_inside(self.programs, peers.CYCLES[tool], n, wanted,
                                             nics=n, strace=True):
                        self.results.calls[result["tool"], result["verb"], n] = result["calls"]

    def run(self):
        self.measure_peers()
        self.measure_held()
        self.measure_variants()
        self.measure_one_nic()
        self.measure_wrapper()
        self.measure_vxlan()
        self.measure_traffic()
        self.count_calls()

    def run_limits(self):
        """What has a limit, and nothing else."""
        def limited(scene, rounds):
            return [n for n in rounds if any((key.scene, key.n) == (scene, n) for limit in LIMITS
                                             for key in (limit.over, limit.under) if key)]

        self.measure_peers({FLOOR, OURS, BATCH, GROUP_DEL, peers.SCRIPT, peers.NETWORKD},
                           limited("fresh", ROUNDS))
        self.measure_held(limited("held", HELD_ROUNDS))
        self.measure_one_nic()
        self.measure_wrapper()
        self.measure_vxlan()
        self.measure_traffic()


def write(output, results, started):
    os.makedirs(output, exist_ok=True)
    fields = ["scene", "nics", "tool", "verb", "wall", "user", "system", "kib", "pss", "wakeups",
              "bits", "rtt", "frames"]
    with open(os.path.join(output, "runs.csv"), "w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(results.runs)
    with open(os.path.join(output, "report.md"), "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in report.report(results, started, FOREIGN))


def draw(source, output, results):
    if not shutil.which("gnuplot"):
        say("no gnuplot: nothing is drawn")
        return
    for verb, lines in report.plots(results, ROUNDS).items():
        name = verb.replace(" ", "-")
        for number, (_, points) in enumerate(lines):
            with open(os.path.join(output, f"{name}-{number}.dat"), "w", encoding="ascii") as f:
                f.writelines(f"{n} {wall:.6f}\n" for n, wall in points)
        titles = " ".join(f'"{tool}"' for tool, _ in lines)
        heights = " ".join(f"{height:.6f}" for height in report.heights(lines))
        subprocess.run(["gnuplot", "-e", f"name = '{name}'; verb = '{verb}'; "
                        f"titles = '{titles}'; heights = '{heights}'",
                        os.path.abspath(os.path.join(source, "bench/plot.gnuplot"))],
                       cwd=output, check=True)


def check_tools():
    missing = [tool for tool in ("ip", "mount", "tunctl", "ifconfig", "iperf3", "ping")
               if not shutil.which(tool)]
    if os.geteuid() != 0:
        sys.exit("bench: only root can make the namespaces and the NICs")
    if missing:
        sys.exit(f"bench: {', '.join(missing)} missing; on Debian they are in iproute2, mount, "
                 "uml-utilities, net-tools, iperf3 and iputils-ping")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option, text in (("source", "the source tree"), ("config-tap", "the program"),
                         ("tools", "where floor, measure and flood are"),
                         ("output", "where the results go")):
        parser.add_argument(f"--{option}", required=True, help=text)
    parser.add_argument("--check", action="store_true", help="only what has a limit; fail over it")
    arguments = parser.parse_args()
    check_tools()
    bench, started = Bench(Programs(arguments)), report.load()
    if arguments.check:
        bench.run_limits()
    else:
        bench.run()
    write(arguments.output, bench.results, started)
    draw(arguments.source, arguments.output, bench.results)
    rows = list(report.limit_rows(bench.results, LIMITS))
    print("\n".join(report.limit_lines(rows)))
    say(f"the rest is in {arguments.output}")
    if arguments.check and not all(row.met for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
