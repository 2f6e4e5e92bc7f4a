"""What reaperd tells the manager above it, as seen from that manager's socket; no systemd is needed for it."""

import os
import pathlib
import signal
import socket

import pytest
from reaperd import REAPERD, run, wait_for


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path)}
        self.heard = []

    def lines(self):
        try:
            while True:
                self.heard += self.socket.recv(4096, socket.MSG_DONTWAIT).decode().splitlines()
        except BlockingIOError:
            return self.heard

    def has(self, word):
        return [line for line in self.lines() if line.startswith(word)]

    def wait(self, word):
        return wait_for(lambda: self.has(word), f"{word} comes")


IS_STATIC = "static build" in run(REAPERD, "--version").out
NEEDS_LIBRARY = pytest.mark.skipif(IS_STATIC, reason="the static build has no libsystemd")


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.socket.close()


def maps(reaperd):
    return pathlib.Path(f"/proc/{reaperd.pid}/maps").read_text()


def test_ready_comes_after_the_start_up_and_names_its_outcome(reaperd, manager):
    reaperd.service("slow", "/bin/sh -c 'until [ -e %s ]; do sleep 0.05; done'" % (reaperd.folder / "go"), "Type=oneshot\nRemainAfterExit=yes")
    reaperd.service("bad", "/bin/false", "Type=oneshot")
    reaperd.start("slow.service", "bad.service", wait=False, env=manager.environment)
    manager.wait("EXTEND_TIMEOUT_USEC=")
    wait_for(lambda: reaperd.socket.exists() and reaperd.ctl("stats").status == 0, "it answers")
    reaperd.wait_state("slow", "activating")
    assert not manager.has("READY=1"), "a unit still starts"
    (reaperd.folder / "go").write_text("")
    manager.wait("READY=1")
    assert manager.has("STATUS=degraded: 1 services up, 1 units failed, 0 jobs"), manager.heard
    assert ("libsystemd" in maps(reaperd)) != IS_STATIC


def test_reload_and_stop_are_announced(reaperd, manager):
    reaperd.service("lasting", "/bin/sh -c 'trap \"until [ -e %s ]; do sleep 0.05; done; exit 0\" TERM; echo up; sleep 1000 & wait'" % (reaperd.folder / "go"))
    reaperd.start("lasting.service", env=manager.environment)
    wait_for(lambda: reaperd.lines("lasting"), "it is up")
    manager.wait("READY=1")
    os.kill(reaperd.pid, signal.SIGHUP)
    manager.wait("RELOADING=1")
    wait_for(lambda: len(manager.has("READY=1")) == 2, "the reload is over")
    assert manager.has("MONOTONIC_USEC=")
    manager.heard.clear()
    os.kill(reaperd.pid, signal.SIGTERM)
    manager.wait("STOPPING=1")
    manager.wait("EXTEND_TIMEOUT_USEC=")
    assert manager.heard.index("STOPPING=1") < manager.heard.index("EXTEND_TIMEOUT_USEC=15000000")
    (reaperd.folder / "go").write_text("")
    assert reaperd.process.wait(20) == 0


@NEEDS_LIBRARY
def test_the_watchdog_is_served_while_the_loop_turns(reaperd, manager):
    reaperd.service("a")
    reaperd.start("a.service", env={**manager.environment, "WATCHDOG_USEC": "400000"})
    wait_for(lambda: len(manager.has("WATCHDOG=1")) > 2, "it is served")
    os.kill(reaperd.pid, signal.SIGSTOP)
    wait_for(lambda: pathlib.Path(f"/proc/{reaperd.pid}/stat").read_text().split()[2] == "T", "it stands")
    before = len(manager.has("WATCHDOG=1"))
    manager.socket.settimeout(0.8)
    with pytest.raises(TimeoutError):
        print(manager.socket.recv(4096))
    manager.socket.settimeout(None)
    os.kill(reaperd.pid, signal.SIGCONT)
    wait_for(lambda: len(manager.has("WATCHDOG=1")) > before, "it goes on")


def test_libsystemd_is_for_those_who_ask(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    assert "libsystemd" not in maps(reaperd)


def test_a_manager_that_does_not_listen_holds_nobody_up(reaperd, manager):
    """Its queue is a few messages long: what does not fit waits, and we do not."""
    reaperd.service("a")
    reaperd.start("a.service", env={**manager.environment, "WATCHDOG_USEC": "20000"})
    for _ in range(16):
        os.kill(reaperd.pid, signal.SIGHUP)
        wait_for(lambda: reaperd.state("a.service") == "active", "it answers")


    def states():
        return [line for line in manager.lines() if line in ("RELOADING=1", "READY=1")]

    wait_for(lambda: states()[-2:] == ["RELOADING=1", "READY=1"], "it is heard in the end, and in order")
    assert len(states()) < 16, "what waited too long was left out"


@NEEDS_LIBRARY
def test_a_missing_libsystemd_is_told(reaperd, manager):
    library = next((line.split()[-1] for line in run("/sbin/ldconfig", "-p").out.splitlines() if "libsystemd.so.0" in line), None)
    if os.geteuid() != 0 or not library or run("unshare", "--mount", "true").status:
        pytest.skip("needs root, mount namespaces and libsystemd0")
    reaperd.wrapper = ["unshare", "--mount", "sh", "-c", f'mount --bind /dev/null {os.path.realpath(library)}; exec "$0" "$@"']
    reaperd.service("a")
    reaperd.start("a.service", env=manager.environment)
    assert "libsystemd.so.0 cannot be loaded (package libsystemd0)" in reaperd.text()
    assert reaperd.state("a.service") == "active", "and everything else goes on"
