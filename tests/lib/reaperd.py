"""A reaperd in a private folder, as tests use it."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

BUILD = pathlib.Path(os.environ.get("REAPERD_BUILD", pathlib.Path(__file__).parents[2] / "build"))
REAPERD = BUILD / "reaperd"
REAPERCTL = BUILD / "reaperctl"
HELPERS = BUILD / "helpers"
# AddressSanitizer keeps what is freed for a while: figures of memory say nothing then.
SANITIZED = REAPERD.exists() and b"__asan_init" in REAPERD.read_bytes()
# The sanitizers' own look at the end wants /proc, and nobody who traces.
NO_LEAK_CHECK = {"ASAN_OPTIONS": "detect_leaks=0"}
PATIENCE = 60  # seconds that an event may take on a slow machine


def wait_for(condition, what, patience=PATIENCE):
    """Asks until there is an answer, and gives it back; fails with `what` at the deadline. A file
    that is not there yet is no answer."""
    end = time.monotonic() + patience
    while True:
        try:
            answer = condition()
        except FileNotFoundError:
            answer = None
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"within {patience} s: {what}")
        time.sleep(0.02)


def all_parents():
    """PID of each process -> PID of its parent."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            text = pathlib.Path("/proc", name, "stat").read_text()
        except OSError:
            continue
        parents[int(text.split()[0])] = int(text.rpartition(")")[2].split()[1])
    return parents


def children(pid):
    """The processes that `pid` is the parent of, zombies too."""
    return [child for child, parent in all_parents().items() if parent == pid]


def descendants(pid):
    """Every process below `pid`, zombies too."""
    parents = all_parents()
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found - {pid}
        found |= more


def is_alive(pid):
    """Whether it runs: a zombie does not."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


class Result:
    """How a program ended, and what it wrote."""

    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def clean_environment(**more):
    """Ours, without what would lead reaperd elsewhere."""
    dropped = ("REAPERD_", "XDG_RUNTIME_DIR", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped) or k == "REAPERD_BUILD"}
    return {**kept, **more}


def run(*command, patience=PATIENCE, **options):
    """Runs a program to its end."""
    options.setdefault("env", clean_environment())
    options.setdefault("stdin", subprocess.DEVNULL)
    return Result(
        subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
            **options,
        )
    )


class Reaperd:
    """Units in a folder of their own, a reaperd that runs them, and a reaperctl that asks it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.units = self.folder / "units"
        self.units.mkdir(exist_ok=True)
        self.socket = self.folder / "s"
        self.log = self.folder / "log"
        self.process = None
        self.wrapper = []  # a command in front, such as unshare

    def unit(self, name, text):
        """Writes a unit file, or a drop-in `NAME.d/FILE`."""
        path = self.units / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def service(self, name, command="/bin/sleep 1000", text="", unit=""):
        """A service of one command, with more lines for [Service] and [Unit]."""
        return self.unit(f"{name}.service", f"[Unit]\n{unit}\n[Service]\nExecStart={command}\n{text}\n")

    def command(self, *arguments):
        return [*self.wrapper, REAPERD, f"--unit-path={self.units}", *arguments]

    def run(self, *arguments, **options):
        """Runs it to its end."""
        return run(*self.command(*arguments), **options)

    def start(self, *arguments, wait=True, env=None, **options):
        """Starts it and waits until its start-up is over."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(w) for w in self.command(f"--socket={self.socket}", *arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(**(env or {})),
                **options,
            )
        if wait:
            wait_for(self.is_up, "reaperd is up")
        return self

    def is_up(self):
        assert self.process.poll() is None, f"reaperd ended: {self.process.returncode}\n{self.text()}"
        if not self.socket.exists():
            return False
        result = self.ctl("is-system-running")
        return result.out.strip() not in ("", "initializing", "starting")

    @property
    def pid(self):
        """Its own PID, also behind a wrapper that forks."""
        name = pathlib.Path(f"/proc/{self.process.pid}/comm").read_text().strip()
        return self.process.pid if name == "reaperd" else children(self.process.pid)[0]

    def text(self):
        """What it wrote."""
        return self.log.read_text(errors="replace")

    def ctl(self, *arguments, **options):
        return run(REAPERCTL, f"--socket={self.socket}", *arguments, **options)

    def json(self, *arguments):
        """reaperctl's answer as JSON."""
        result = self.ctl("-o", "json", *arguments)
        assert result.out, result
        return json.loads(result.out)

    def show(self, unit, *names):
        """Properties of a unit; one alone as it is."""
        shown = self.json("show", unit)[0]
        if not names:
            return shown
        return shown[names[0]] if len(names) == 1 else [shown[name] for name in names]

    def state(self, unit):
        return self.show(unit, "ActiveState")

    def wait_state(self, unit, state):
        """Waits for an ActiveState, or `active/running` with the SubState."""
        seen = []

        def reached():
            seen.append("/".join(self.show(unit, "ActiveState", "SubState")))
            return state in (seen[-1], seen[-1].split("/")[0])

        try:
            wait_for(reached, "")
        except AssertionError:
            raise AssertionError(f"{unit} is {seen[-1]}, not {state}\n{self.text()}") from None

    def wait_log(self, words):
        """Waits for words in what it wrote."""
        try:
            wait_for(lambda: words in self.text(), "")
        except AssertionError:
            raise AssertionError(f"no {words!r} in:\n{self.text()}") from None

    def lines(self, unit):
        """What a unit wrote."""
        return [line["text"] for line in self.json("logs", unit)]

    def main_pid(self, unit):
        return self.show(unit, "MainPID")

    def wait_file(self, name):
        """Waits for a file in the private folder, and reads it."""
        path = self.folder / name
        return wait_for(lambda: path.exists() and path.read_text(), f"there is {name}\n{self.text()}")

    def stop(self, number=signal.SIGTERM, patience=PATIENCE):
        """Ends it, checks that it left nothing, and returns its exit status."""
        if self.process.poll() is None:
            below = descendants(self.process.pid)
            os.kill(self.pid, number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                raise AssertionError(f"it did not end:\n{self.text()}") from None
            left = [pid for pid in below if is_alive(pid)]
            assert not left, f"left running: {left}\n{self.text()}"
        self.check_log()
        return self.process.returncode

    def check_log(self):
        assert "ERROR: AddressSanitizer" not in self.text() and "ERROR: LeakSanitizer" not in self.text() and "runtime error" not in self.text(), self.text()

    def kill(self):
        """Ends it and all below it, whatever state it is in."""
        if not self.process or self.process.poll() is not None:
            return
        below = descendants(self.process.pid)
        for pid in {self.process.pid} | below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def connect(self):
        """A raw connection to the control socket."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.socket))  # waits for room; with a time limit it would be refused
        connection.settimeout(PATIENCE)
        return connection


def call(connection, method, parameters=None, **more):
    """One varlink call over a raw connection."""
    message = {"method": method, "parameters": parameters or {}, **more}
    connection.sendall(json.dumps(message).encode() + b"\0")
    return receive(connection)


def receive(connection):
    """The next varlink message; None at the end."""
    data = b""
    while not data.endswith(b"\0"):
        more = connection.recv(1)
        if not more:
            return None
        data += more
    return json.loads(data[:-1])
