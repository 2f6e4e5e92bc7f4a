"""The two that are compared: a real systemd and a reaperd. Each is asked in the same words and told what it does by its trace."""

import contextlib
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import subprocess
import tempfile
import threading
import time
import tty

from machine import Machine
from reaperd import REAPERCTL, REAPERD, clean_environment, run, wait_for

SMALL = "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"
CHANGED = re.compile(r"(\S+?):? [Cc]hanged (\S+) -> (\S+)$")
FINISHED = re.compile(r"(\S+): Job \d+ \S+/(\S+) finished, result=(\S+)$")

MAIN = """#!/bin/sh
# main NAME [trap]: does what is written into its fifo, a line of shell each.
letter=${1##*-} run=${1%-*} here=${0%/*}
echo "start $letter" >>$here/$run/.log
[ -z "$LISTEN_FDNAMES" ] || echo "got $LISTEN_FDNAMES" | sed "s/$run-//g" >>$here/$run/.log
[ "$2" != trap ] || trap 'echo "term $letter" >>$here/$run/.log; exit 0' TERM
[ "$2" != deaf ] || trap '' TERM
exec 3<>$here/$run/$letter.fifo
while read -r line <&3; do eval "$line"; done
"""

LEAVE = """#!/usr/bin/python3
# leave LINE... [file|pipe]...: a notification with descriptors; the other end of a pipe goes with us.
import array, os, socket, sys
fds = [os.memfd_create("x") if word == "file" else os.pipe()[0] for word in sys.argv[1:] if "=" not in word]
text = "\\n".join(word for word in sys.argv[1:] if "=" in word)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
    s.sendmsg([text.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
"""
# An instance for a connection is named by its number and its peer's PID.
INSTANCE = re.compile(r"@\d+-[^.]*")


class Trace:
    """What a manager does, by the prefix of the run whose units it concerns: rows of unit, kind ("state" or "job"), what."""

    def __init__(self):
        self.rows, self.last, self.states = {}, {}, {}

    def add(self, unit, kind, what):
        prefix, _, name = INSTANCE.sub("@", unit).partition("-")
        # Since systemd 253 a reload that the service itself tells of has a name of its own.
        what = what.replace("reload-notify", "reload")
        if kind == "state" and self.states.get(unit) == what:
            return  # entered anew
        if kind == "state":
            self.states[unit] = what
        self.rows.setdefault(prefix, []).append((name, kind, what))
        self.last[prefix] = time.monotonic()

    def of(self, prefix):
        return self.rows.setdefault(prefix, [])

    def await_quiet(self, prefix, seconds, end):
        """Until nothing was told for so long, at most until `end`."""
        begin = time.monotonic()
        while (now := time.monotonic()) < end and (left := max(self.last.get(prefix, 0), begin) + seconds - now) > 0:
            time.sleep(left)


class Peer:
    """A manager that runs scenarios: where its files are, and how it is asked."""

    def new_prefix(self):
        """Of a run: no other has its units."""
        self.runs += 1
        return f"s{self.runs}"

    def prepare(self):
        self.runs = 0
        for name, text in (("main", MAIN), ("leave", LEAVE)):
            (self.seen / name).write_text(text)
            (self.seen / name).chmod(0o755)

    @contextlib.contextmanager
    def without_descriptors(self):
        """It keeps those that it has, and gets no other."""
        pid = self.pid()
        taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        first_free = min(set(range(len(taken) + 1)) - taken)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (first_free, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)

    def write_unit(self, name, text):
        path = self.units_seen / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def follow(self, lines):
        self.trace = Trace()
        threading.Thread(target=lambda: [self.hear(line) for line in lines], daemon=True).start()


class Systemd(Peer):
    """A real one, as PID 1 of a machine of namespaces. At log level debug it tells of each state and job on its console."""

    def __init__(self):
        tree = pathlib.Path(tempfile.mkdtemp(prefix="tree-"))
        target = tree / "etc/systemd/system/small.target"
        target.parent.mkdir(parents=True)
        target.write_text(SMALL)
        self.console, terminal = pty.openpty()
        tty.setraw(terminal)
        self.follow(self.lines())
        options = ("--unit=small.target", "--log-level=debug", "--log-target=console", "--log-color=no")
        self.machine = Machine("/", "/lib/systemd/systemd", *options, docker=False, files=str(tree), console=os.ttyname(terminal))
        self.terminal = terminal
        shutil.rmtree(tree)
        wait_for(lambda: self.ctl("is-active", "small.target").out == "active\n", "systemd is up")
        self.inner = pathlib.Path("/run/oracle")
        self.seen = self.machine.path("/run/oracle")
        self.units_seen = self.machine.path("/run/systemd/system")
        self.seen.mkdir()
        self.units_seen.mkdir(exist_ok=True)
        self.prepare()

    def lines(self):
        rest = b""
        while True:
            try:
                parts = (rest + os.read(self.console, 65536)).split(b"\n")
            except OSError:  # nobody holds the other end any more
                return
            rest = parts.pop()
            yield from (part.decode(errors="replace").rstrip() for part in parts)

    def hear(self, line):
        if m := CHANGED.match(line):
            # After daemon-reload each unit comes from "dead" to where it was.
            if not (m[2] == "dead" and self.trace.states.get(m[1], "dead") == m[3]):
                self.trace.add(m[1], "state", m[3])
        elif m := FINISHED.match(line):
            if m[2] != "nop" and (m[2], m[3]) != ("restart", "done"):  # that one goes on as a start
                self.trace.add(m[1], "job", f"{m[2]} {m[3]}")

    def ctl(self, *arguments, **options):
        return self.machine.run("systemctl", *arguments, **options)

    def pid(self):
        return self.machine.pid

    def end(self):
        self.machine.end()
        os.close(self.terminal)


class Ours(Peer):
    """reaperd, in a folder of its own."""

    def __init__(self):
        self.inner = self.seen = pathlib.Path(tempfile.mkdtemp(prefix="oracle-"))
        self.units_seen = self.seen / "units"
        self.units_seen.mkdir()
        self.socket = self.seen / "socket"
        self.write_unit("small.target", "[Unit]\nAllowIsolate=yes\n")
        self.prepare()
        with open(self.seen / "reaperd.log", "wb") as log:
            self.process = subprocess.Popen(
                [REAPERD, f"--unit-path={self.units_seen}", f"--socket={self.socket}", "--stop-budget=10s", "small.target"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean_environment())
        wait_for(lambda: self.ctl("is-active", "small.target").out == "active\n", "reaperd is up")
        self.events = subprocess.Popen([REAPERCTL, f"--socket={self.socket}", "--output=json", "events"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                       env=clean_environment(), text=True)
        self.follow(self.events.stdout)

    def hear(self, line):
        event = json.loads(line)
        if event["kind"] == "state":
            self.trace.add(event["unit"], "state", event["text"])
        elif event["kind"] == "job":
            self.trace.add(event["unit"], "job", f"{event['job']} {event['result']}")

    def ctl(self, *arguments, **options):
        return run(REAPERCTL, f"--socket={self.socket}", *arguments, **options)

    def pid(self):
        return self.process.pid

    def end(self):
        self.process.terminate()
        self.process.wait(60)
        self.events.wait(60)
        shutil.rmtree(self.seen)
