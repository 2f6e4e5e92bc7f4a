"""One scenario under one manager: unit files, events, and what is to be seen of the units after each event.

Units have names of one letter (`a.service`); each run gives them a prefix of its own. Mains are `main NAME`: a script
that does what is written into its fifo. What an event may be is the table of verbs below; any other word is one of
systemctl's. What is compared is told by differences().
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

PROPERTIES = ["Id", "ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus", "NRestarts", "MainPID",
              "NFileDescriptorStore", "StatusText", "StatusErrno"]
NAME = re.compile(r"\b([a-z]@?[0-9]?)\.(service|target|timer|socket|path)\b")
ORDER = re.compile(r"^(After|Before)=(.*)", re.M)
MOVING = ("activating", "deactivating", "reloading", "start-pre")  # the last: Type=idle counts as up meanwhile
QUIET = 0.2  # seconds without an event until it is taken to be at rest,
STILL = 0.9  # ... while a unit is in a state that ends by itself
LIMITED = 1.8  # ... in a scenario with RuntimeMaxSec=,
LONGEST = 8  # ... until it is taken as it is
CLIENT_WAITS = 5  # ... until a client that waits for its job is left alone
# What concerns units of other scenarios too: played with nothing beside it.
ALONE = re.compile(r"isolate|flush|daemon-reload|starve")


class Run:
    """One scenario under one manager."""

    def __init__(self, peer, units, events):
        self.peer, self.prefix, self.events = peer, peer.new_prefix(), events
        self.units = units
        self.folder = peer.seen / self.prefix
        self.folder.mkdir()  # of its own: a path looks again when something comes beside what it watches
        # What ends by itself while it runs is waited for, or it would depend on the machine between which events it does.
        self.quiet = LIMITED if any("RuntimeMaxSec" in text for text in units.values()) else QUIET
        self.names = sorted(self.own(name) for name in units if "@." not in name and "/" not in name)
        for name, text in units.items():
            peer.write_unit(self.own(name), self.fill(text))
        # systemd forgets what is down and not named by anything that is up.
        peer.write_unit(f"{self.prefix}-anchor.target", f"[Unit]\nDefaultDependencies=no\nIgnoreOnIsolate=yes\nAfter={' '.join(self.names)}\n")
        for letter in {name[0] for name in units}:
            os.mkfifo(self.folder / f"{letter}.fifo")

    def own(self, text):
        return NAME.sub(lambda m: f"{self.prefix}-{m[1]}.{m[2]}", text)

    def fill(self, text):
        """`main a` and DIR become paths; `;` at the end of a word parts lines."""
        text = re.sub(r"\bmain ([a-z])\b", lambda m: f"{self.peer.inner}/main {self.prefix}-{m[1]}", text)
        return self.own(text).replace("DIR", f"{self.peer.inner}/{self.prefix}/")

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
        """What it comes to rest at: nothing is told for a while, longer where a unit is on its way."""
        end, quiet, slow = time.monotonic() + LONGEST, self.quiet, 0
        while True:
            self.peer.trace.await_quiet(self.prefix, quiet + slow, end)
            begin, count = time.monotonic(), len(self.rows)
            states = self.look()
            slow = time.monotonic() - begin
            is_moving = any(state.get("ActiveState") in MOVING or state.get("SubState") in MOVING for state in states.values())
            if begin > end or (count == len(self.rows) and not (is_moving and quiet < STILL)):
                self.states = states
                return states
            quiet = max(self.quiet, STILL) if is_moving else self.quiet

    def tell(self, letter, line):
        """A line for a main; one that has only begun is waited for, where there is none nothing happens."""
        end = time.monotonic() + (2 if self.states.get(f"{letter}.service", {}).get("MainPID") else 0)
        while True:
            try:
                fifo = os.open(self.folder / f"{letter}.fifo", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                if time.monotonic() >= end:
                    return 0
                time.sleep(0.02)
                continue
            os.write(fifo, f"{line}\n".encode())
            os.close(fifo)
            return 0

    def leave(self, letter, words):
        """A notification of a main, with descriptors: nobody tells of it, so its end is waited for."""
        left = self.folder / ".left"
        self.tell(letter, f"$here/leave {words}; echo >$here/$run/{left.name}")
        end = time.monotonic() + 5
        while not left.exists() and time.monotonic() < end:
            time.sleep(0.02)
        left.unlink(missing_ok=True)
        return 0

    def connect(self, path):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(path)

    def starve(self, path):
        """A connection while the manager can get no descriptor more: it is served, refused, or its socket fails."""
        with self.peer.without_descriptors():
            status = self.connect(path)
            self.peer.trace.await_quiet(self.prefix, self.quiet, time.monotonic() + LONGEST)
        return status

    def kill(self, name, sig):
        return self.peer.ctl("kill", "--kill-whom=main", "-s", sig or "KILL", self.own(f"{name}.service")).status

    def edit(self, name, line):
        """Lines more at the end of a unit's file (`;` parts them); they count from the next daemon-reload on."""
        with open(self.peer.units_seen / self.own(name), "a", encoding="utf-8") as f:
            f.write("\n" + "\n".join(part.strip() for part in self.fill(line).split(";")) + "\n")
        return 0

    def ask(self, *words):
        """The client's exit status; "waits": its job is not over."""
        try:
            return self.peer.ctl(*words, patience=CLIENT_WAITS).status
        except subprocess.TimeoutExpired:
            return "waits"

    def do(self, event):
        """One event; what the client said of it, as its exit status."""
        verb, _, rest = event.partition(" ")
        file = f"{self.folder}/{rest}"
        first, _, more = rest.partition(" ")
        verbs = {
            "tell": lambda: self.tell(first, more),
            "leave": lambda: self.leave(first, more),
            "touch": lambda: os.close(os.open(file, os.O_WRONLY | os.O_CREAT)) or os.utime(file) or 0,
            "write": lambda: pathlib.Path(file).write_text("something\n") and 0,
            "mkdir": lambda: os.makedirs(file, exist_ok=True) or 0,
            "remove": lambda: os.unlink(file) or 0 if os.path.exists(file) else 0,
            "connect": lambda: self.connect(file),
            "starve": lambda: self.starve(file),
            "kill": lambda: self.kill(first, more),
            "edit": lambda: self.edit(first, more),
            "wait": lambda: time.sleep(float(rest)) or 0,
        }
        return verbs[verb]() if verb in verbs else self.ask(verb, *(self.own(word) for word in rest.split()))

    def log(self):
        path = self.folder / ".log"
        return path.read_text().splitlines() if path.exists() else []

    def play(self):
        """What there is to compare; None: the manager does not answer any more."""
        try:
            return self.play_all()
        except subprocess.TimeoutExpired:
            return None

    def play_all(self):
        """[(event, exit status, states, rows of the trace)] and the log of the mains."""
        self.rows, self.states = self.peer.trace.of(self.prefix), {}
        self.peer.ctl("start", f"{self.prefix}-anchor.target")
        seen = []
        for event in self.events:
            count = len(self.rows)
            status = self.do(event)
            states = self.settle()
            seen.append((event, status, states, [row for row in self.rows[count:] if row[0] != "anchor.target"]))
        return seen, self.log()


def clean(peer, runs):
    """Ends what is left of them, and takes their files away."""
    names = [name for each in runs for name in (f"{each.prefix}-anchor.target", *each.names)]
    try:
        peer.ctl("stop", "--no-block", *names)
        peer.ctl("reset-failed", *names)
    except subprocess.TimeoutExpired:
        return
    for each in runs:
        shutil.rmtree(each.folder, ignore_errors=True)  # a service may take its PID file away itself
        for path in peer.units_seen.glob(f"{each.prefix}-*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def ordered_pairs(units):
    """The units that a Before= or After= orders directly."""
    return sorted({tuple(sorted((name, other))) for name, text in units.items() for m in ORDER.finditer(text) for other in m[2].split()})


def of_trace(rows, units, ordered):
    """What the trace says of each unit (its states, its jobs) and of two in order: whose job ended when. In a made scenario
    two causes may ask for the same job, and it depends on the machine whether the second finds the first at its end:
    there jobs of one unit that end alike count once."""
    if ordered is None:
        ends = [row for row in rows if row[1] == "job"]
        rows = [row for row in rows if row[1] == "state"] + [row for at, row in enumerate(ends) if row not in ends[:at]]
    for unit in sorted({row[0] for row in rows}):
        for kind in ("state", "job"):
            yield f"{unit} {kind}s", [what for name, is_kind, what in rows if (name, is_kind) == (unit, kind)]
    if ordered is not None:
        yield "who began first", list(dict.fromkeys(name for name, kind, _ in rows if kind == "state"))
    for pair in ordered_pairs(units):
        # Those that fail for want of a third, or are canceled by one transaction, end at once, in no order.
        ends = [(name, what) for name, kind, what in rows if kind == "job" and name in pair and not what.endswith(("dependency", "canceled"))]
        yield f"jobs of {' and '.join(pair)}", [f"{name[0]}: {what}" for name, what in ends]


def differences(units, theirs, ours, ordered):
    """What is not the same, in lines for people: after each event the client's exit status, the PROPERTIES of each unit,
    the states that it went through and the results of its jobs, and the order in which the jobs of two units that
    Before= or After= orders ended; at the end what the mains said. `ordered`: whether the order of that counts; None: they
    may have been killed before they said anything."""
    lines = [f"{name} does not answer" for name, seen in (("systemd", theirs), ("reaperd", ours)) if seen is None]
    if lines:
        return lines

    def compare(event, what, ours, theirs):
        if ours != theirs:
            lines.append(f"after \"{event}\": {what}: {ours}, not {theirs}")

    for (event, status, states, rows), (_, our_status, our_states, our_rows) in zip(theirs[0], ours[0]):
        compare(event, "the client's status", our_status, status)
        for unit, values in states.items():
            for key, value in values.items():
                compare(event, f"{unit} {key}", our_states.get(unit, {}).get(key), value)
        said, we_said = dict(of_trace(rows, units, ordered)), dict(of_trace(our_rows, units, ordered))
        for what in sorted(said.keys() | we_said.keys()):
            compare(event, what, we_said.get(what, []), said.get(what, []))
    log, our_log = (theirs[1], ours[1]) if ordered else (sorted(theirs[1]), sorted(ours[1]))
    if ordered is not None:
        compare("all", "mains said", our_log, log)
    return lines
