# SPDX-License-Identifier: MIT
"""The inside of fresh namespaces, where everything is measured."""

import ctypes
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import traceback

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
# between two cycles the kernel takes namespaces down, and frees what it has of their NICs
REST = 0.05
REST_PER_NIC = 0.0005
# no single command, and no daemon's work, takes longer
LIMIT = 600


class Inside:
    """Runs commands in fresh network and mount namespaces, and notes what they took."""

    def __init__(self, programs, strace):
        self.programs = programs
        self.strace = strace
        self.dir = "/run/bench"
        self.results = []
        self.children = []

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
        path = name if name.startswith("/") else f"{self.dir}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as f:
            f.writelines(line + "\n" for line in lines)
        os.chmod(path, mode)
        return path

    def prepare(self, *command, **more):
        """Runs what is not measured."""
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=LIMIT, **more)

    def output_of(self, *command):
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, timeout=LIMIT).stdout

    def background(self, *command):
        """Starts what runs until the namespaces end."""
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def end_background(self):
        for child in self.children:
            child.kill()
            child.wait()
        self.children = []

    def wait_for(self, path):
        begun = time.monotonic()
        while not os.path.exists(path):
            if time.monotonic() - begun > LIMIT / 60:
                raise RuntimeError(f"{path} has not come")
            time.sleep(0.01)

    def note(self, tool, verb, **figures):
        """Notes a result: wall, user, system in seconds, kib; or a figure of another kind."""
        self.results.append({"tool": tool, "verb": verb, **figures})

    def measure(self, tool, verb, *command):
        out = f"{self.dir}/measured"
        if self.strace:
            command = ("strace", "-f", "-c", "-o", f"{self.dir}/strace", *command)
        ended = subprocess.run((self.programs.measure, out, *command), check=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, timeout=LIMIT)
        with open(out, encoding="ascii") as f:
            wall, user, system, kib, status = f.read().split()
        if int(status) != 0:
            raise RuntimeError(f"{tool}: {shlex.join(command)}: wait status {status}: "
                               + ended.stderr.decode(errors="replace")[-500:])
        figures = {"wall": float(wall), "user": float(user), "system": float(system),
                   "kib": int(kib)}
        if self.strace:
            figures["calls"] = count_calls(f"{self.dir}/strace")
        self.note(tool, verb, **figures)

    def measure_daemon(self, tool, verb, is_done, *command, pause=0.002):
        """Measures how long a daemon takes until is_done() says so, and ends it then."""
        begun = time.monotonic()
        with open(f"{self.dir}/daemon.log", "wb") as log:
            daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not is_done():
            if daemon.poll() is not None or time.monotonic() - begun > LIMIT:
                daemon.kill()
                with open(f"{self.dir}/daemon.log", encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{tool}: {shlex.join(command)}: " + log.read()[-800:])
            time.sleep(pause)
        wall = time.monotonic() - begun
        daemon.terminate()
        usage = os.wait4(daemon.pid, 0)[2]
        daemon.returncode = 0
        self.note(tool, verb, wall=wall, user=usage.ru_utime, system=usage.ru_stime,
                  kib=usage.ru_maxrss)

    def ours(self, config, *verb):
        return (self.programs.config_tap, "-c", config, "--run-dir", "/run/config_tap", *verb)


def count_calls(path):
    """The column "calls" in the last line of strace -c."""
    with open(path, encoding="ascii") as f:
        total = [line.split() for line in f if line.rstrip().endswith(" total")]
    return int(total[-1][3])


def run_inside(programs, cycle, *arguments, nics=1, strace=False):
    """Runs a cycle in a child that enters fresh namespaces; returns its results."""
    with tempfile.TemporaryFile("w+") as answer:
        child = os.fork()
        if child == 0:
            status = 1
            inside = Inside(programs, strace)
            try:
                inside.enter()
                cycle(inside, *arguments)
                json.dump(inside.results, answer)
                answer.flush()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                inside.end_background()
                os._exit(status)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit("bench: a measurement failed")
        answer.seek(0)
        results = json.load(answer)
    time.sleep(REST + REST_PER_NIC * nics)
    return results
