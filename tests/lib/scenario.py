"""Scenarios: unit files, events, and what is to be seen of the units after each event, under any manager.

Units have names of one letter (`a.service`); each run gives them a prefix of its own. Mains are `main NAME`: a script
that does what is written into its fifo.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

from machine import Machine
from reaperd import REAPERCTL, REAPERD, clean_environment, run, wait_for

PROPERTIES = ["Id", "ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus", "NRestarts", "MainPID"]
NAME = re.compile(r"\b([a-z]@?[0-9]?)\.(service|target|timer|socket|path)\b")
STEADY = 3  # looks in a row that show the same
LONGEST = 8  # seconds until it is taken as it is

MAIN = """#!/bin/sh
# main NAME [trap]: does what is written into its fifo, a line of shell each.
name=$1 here=${0%/*}
echo "start ${name##*-}" >>$here/${name%-*}.log
[ "$2" != trap ] || trap 'echo "term ${name##*-}" >>$here/${name%-*}.log; exit 0' TERM
[ "$2" != deaf ] || trap '' TERM
exec 3<>$here/$name.fifo
while read -r line <&3; do eval "$line"; done
"""


class Peer:
    """A manager that runs scenarios: where its files are, and how it is asked."""

    def prepare(self):
        main = self.seen / "main"
        main.write_text(MAIN)
        main.chmod(0o755)

    def write_unit(self, name, text):
        path = self.units_seen / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Systemd(Peer):
    """A real one, as PID 1 of a machine of namespaces."""

    def __init__(self):
        tree = pathlib.Path(tempfile.mkdtemp(prefix="tree-"))
        target = tree / "etc/systemd/system/small.target"
        target.parent.mkdir(parents=True)
        target.write_text("[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n")
        self.machine = Machine("/", "/lib/systemd/systemd", "--unit=small.target", docker=False, files=str(tree))
        shutil.rmtree(tree)
        wait_for(lambda: self.ctl("is-active", "small.target").out == "active\n", "systemd is up")
        self.inner = pathlib.Path("/run/oracle")
        self.seen = self.machine.path("/run/oracle")
        self.units_seen = self.machine.path("/run/systemd/system")
        self.seen.mkdir()
        self.units_seen.mkdir(exist_ok=True)
        self.prepare()

    def ctl(self, *arguments):
        return self.machine.run("systemctl", *arguments)

    def end(self):
        self.machine.end()


class Ours(Peer):
    """reaperd, in a folder of its own."""

    def __init__(self):
        self.inner = self.seen = pathlib.Path(tempfile.mkdtemp(prefix="oracle-"))
        self.units_seen = self.seen / "units"
        self.units_seen.mkdir()
        self.socket = self.seen / "socket"
        self.write_unit("small.target", "[Unit]\n")
        self.prepare()
        with open(self.seen / "reaperd.log", "wb") as log:
            self.process = subprocess.Popen(
                [REAPERD, f"--unit-path={self.units_seen}", f"--socket={self.socket}", "--stop-budget=10s", "small.target"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean_environment())
        wait_for(lambda: self.ctl("is-active", "small.target").out == "active\n", "reaperd is up")

    def ctl(self, *arguments):
        return run(REAPERCTL, f"--socket={self.socket}", *arguments)

    def end(self):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.seen)


class Run:
    """One scenario under one manager."""

    def __init__(self, peer, prefix, units, events):
        self.peer, self.prefix, self.events = peer, prefix, events
        self.names = sorted(self.own(name) for name in units if "@." not in name and "/" not in name)
        for name, text in units.items():
            peer.write_unit(self.own(name), self.fill(text))
        # systemd forgets what is down and not named by anything that is up.
        peer.write_unit(f"{prefix}-anchor.target", f"[Unit]\nDefaultDependencies=no\nAfter={' '.join(self.names)}\n")
        for letter in {name[0] for name in units}:
            fifo = peer.seen / f"{prefix}-{letter}.fifo"
            if not fifo.exists():
                os.mkfifo(fifo)

    def own(self, text):
        return NAME.sub(lambda m: f"{self.prefix}-{m[1]}.{m[2]}", text)

    def fill(self, text):
        """`main a` and DIR become paths; `;` at the end of a word parts lines."""
        text = re.sub(r"\bmain ([a-z])\b", lambda m: f"{self.peer.inner}/main {self.prefix}-{m[1]}", text)
        return self.own(text).replace("DIR", f"{self.peer.inner}/{self.prefix}")

    def look(self):
        """Properties of each unit; PIDs as whether there is one."""
        out = self.peer.ctl("show", "-p", ",".join(PROPERTIES), *self.names).out
        states = {}
        for block in out.strip().split("\n\n"):
            values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
            values["MainPID"] = values.get("MainPID", "0") != "0"
            # Since systemd 253 a reload that the service itself tells of has this name.
            values["SubState"] = values.get("SubState", "").replace("reload-notify", "reload")
            states[values.pop("Id", "?").removeprefix(f"{self.prefix}-")] = values
        return states

    def settle(self):
        """What it comes to rest at."""
        end, same, last = time.monotonic() + LONGEST, 0, None
        while time.monotonic() < end:
            now = self.look()
            same = same + 1 if now == last else 0
            last = now
            moving = any(state["ActiveState"] in ("activating", "deactivating", "reloading") for state in now.values())
            if same >= (STEADY * 4 if moving else STEADY):
                break
            time.sleep(0.05)
        return last

    def tell(self, letter, line):
        """A line for a main; where there is none to read it nothing happens."""
        try:
            fifo = os.open(self.peer.seen / f"{self.prefix}-{letter}.fifo", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return
        os.write(fifo, f"{line}\n".encode())
        os.close(fifo)

    def do(self, event):
        """One event; what the client said of it, as its exit status."""
        verb, _, rest = event.partition(" ")
        if verb == "tell":
            letter, _, line = rest.partition(" ")
            self.tell(letter, line)
        elif verb == "touch":
            (self.peer.seen / f"{self.prefix}{rest}").touch()
        elif verb == "write":
            (self.peer.seen / f"{self.prefix}{rest}").write_text("something\n")
        elif verb == "mkdir":
            (self.peer.seen / f"{self.prefix}{rest}").mkdir(exist_ok=True)
        elif verb == "remove":
            (self.peer.seen / f"{self.prefix}{rest}").unlink(missing_ok=True)
        elif verb == "connect":
            with socket.socket(socket.AF_UNIX) as client:
                return client.connect_ex(str(self.peer.seen / f"{self.prefix}{rest}"))
        elif verb == "kill":
            name, _, sig = rest.partition(" ")
            return self.peer.ctl("kill", "--kill-whom=main", "-s", sig or "KILL", self.own(f"{name}.service")).status
        elif verb == "wait":
            time.sleep(float(rest))
        else:
            return self.peer.ctl(verb, *(self.own(word) for word in rest.split())).status
        return 0

    def log(self):
        path = self.peer.seen / f"{self.prefix}.log"
        return path.read_text().splitlines() if path.exists() else []

    def play(self):
        """[(event, exit status, states)] and the log of the mains."""
        seen = []
        self.peer.ctl("start", f"{self.prefix}-anchor.target")
        for event in self.events:
            status = self.do(event)
            seen.append((event, status, self.settle()))
        return seen, self.log()

    def clean(self):
        self.peer.ctl("stop", f"{self.prefix}-anchor.target", *self.names)
        self.peer.ctl("reset-failed", *self.names)
        left = [path for path in self.peer.seen.glob(f"{self.prefix}.*") if path.suffix != ".log"]
        for path in [*self.peer.units_seen.glob(f"{self.prefix}-*"), *left]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def differences(theirs, ours, ordered):
    """What is not the same, in lines for people. `ordered`: whether the order of what mains said counts; None: they may
    have been killed before they said anything."""
    lines = []
    for (event, status, states), (_, our_status, our_states) in zip(theirs[0], ours[0]):
        if status != our_status:
            lines.append(f"after \"{event}\": the client's status is {our_status}, not {status}")
        for unit, values in states.items():
            for key, value in values.items():
                if our_states.get(unit, {}).get(key) != value:
                    lines.append(f"after \"{event}\": {unit} {key} is {our_states.get(unit, {}).get(key)}, not {value}")
    log, our_log = (theirs[1], ours[1]) if ordered else (sorted(theirs[1]), sorted(ours[1]))
    if ordered is not None and log != our_log:
        lines.append(f"mains said {our_log}, not {log}")
    return lines
