"""reaperd as a service of a real systemd, which runs as PID 1 of a machine of namespaces."""

import pathlib
import shutil
import time

import pytest

from machine import Machine, why_not
from reaperd import REAPERCTL, REAPERD, run, wait_for

ROOT = pathlib.Path(__file__).parents[2]
SYSTEMD = pathlib.Path("/lib/systemd/systemd")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """systemd with what reaperd's package installs, and two units of reaperd's."""
    reason = why_not() or (None if SYSTEMD.exists() else "needs systemd")
    if reason or "static build" in run(REAPERD, "--version").out:
        pytest.skip(reason or "the static build has no libsystemd")
    tree = tmp_path_factory.mktemp("tree")
    (tree / "usr/sbin").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    shutil.copy(REAPERD, tree / "usr/sbin")
    shutil.copy(REAPERCTL, tree / "usr/bin")
    files = {f"etc/systemd/system/{path.name}": path.read_text() for path in (ROOT / "packaging/systemd").glob("reaperd*.s*") if path.is_file()}
    files["etc/systemd/system/small.target"] = "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"
    files["etc/reaperd/units/default.target"] = "[Unit]\nWants=speak.service slow.service\n"
    files["etc/reaperd/units/speak.service"] = (
        "[Service]\nExecStart=/bin/sh -c 'echo \"<4>careful\"; echo plain; trap \"\" TERM; sleep 1000 & wait'\nTimeoutStopSec=1\n")
    files["etc/reaperd/units/slow.service"] = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1\n"
    files["etc/reaperd/i/units/default.target"] = "[Unit]\nDescription=an instance\n"
    for path, text in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with Machine("/", str(SYSTEMD), "--unit=small.target", docker=False, files=tree) as machine:
        wait_for(lambda: machine.run("systemctl", "is-active", "small.target").out == "active\n", "systemd is up")
        yield machine


@pytest.fixture
def up(machine):
    result = machine.run("systemctl", "start", "reaperd.service")
    assert result.status == 0, (result, machine.run("journalctl", "-u", "reaperd", "--no-pager"))
    yield machine
    machine.run("systemctl", "stop", "reaperd.service", "reaperd.socket")


def show(machine, name, unit="reaperd.service"):
    return machine.run("systemctl", "show", "-p", name, "--value", unit).out.strip()


def test_ready_means_that_start_up_is_over(up):
    assert up.run("reaperctl", "is-active", "slow.service").out == "active\n"
    wait_for(lambda: "running: 2 services up, 0 units failed" in show(up, "StatusText"), show(up, "StatusText"))
    assert show(up, "WatchdogUSec") == "30s" and show(up, "NRestarts") == "0"


def test_reload_reads_files_and_stop_leaves_nothing(up):
    up.path("/etc/reaperd/units/later.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    assert up.run("systemctl", "reload", "reaperd").status == 0
    wait_for(lambda: up.run("reaperctl", "start", "later").status == 0, "it was read")
    before = up.run("systemctl", "show", "-p", "MainPID", "--value", "reaperd").out
    assert up.run("systemctl", "restart", "reaperd").status == 0
    assert up.run("systemctl", "show", "-p", "MainPID", "--value", "reaperd").out != before
    assert up.run("reaperctl", "is-active", "later").out == "inactive\n"
    assert up.run("systemctl", "stop", "reaperd").status == 0
    assert show(up, "Result") == "success" and "sleep 1000" not in up.run("ps", "ax").out


def test_lines_are_in_the_journal_with_their_unit(up):
    def lines(*matches):
        return up.run("journalctl", "-o", "cat", "--no-pager", *matches).out.splitlines()

    wait_for(lambda: "careful" in lines("REAPERD_UNIT=speak.service"), "it has arrived")
    assert "plain" in lines("SYSLOG_IDENTIFIER=speak", "_SYSTEMD_UNIT=reaperd.service")
    assert "careful" in lines("REAPERD_UNIT=speak.service", "PRIORITY=4")
    assert "careful" in up.run("reaperctl", "logs", "-o", "cat", "speak").out, "and reaperd keeps them"
    assert "reaperd-journal" not in up.run("reaperctl", "orphans").out


def test_the_socket_is_handed_over(machine):
    assert machine.run("systemctl", "start", "reaperd.socket").status == 0
    try:
        assert machine.run("systemctl", "is-active", "reaperd.service").out != "active\n"
        assert machine.run("reaperctl", "is-active", "speak.service").out == "active\n", "the question started it"
        assert machine.run("systemctl", "restart", "reaperd.service").status == 0
        assert machine.run("reaperctl", "is-active", "speak.service").out == "active\n"
    finally:
        machine.run("systemctl", "stop", "reaperd.service", "reaperd.socket")


def test_a_loop_that_is_stuck_is_restarted(machine):
    drop_in = machine.path("/run/systemd/system/reaperd.service.d/quick.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Service]\nWatchdogSec=1\nWatchdogSignal=SIGKILL\nRestartSec=0\n")
    machine.run("systemctl", "daemon-reload")
    try:
        assert machine.run("systemctl", "start", "reaperd.service").status == 0
        time.sleep(2)
        assert show(machine, "NRestarts") == "0", "a loop that turns is left alone"
        assert machine.run("systemctl", "kill", "--kill-who=main", "-s", "STOP", "reaperd.service").status == 0
        wait_for(lambda: show(machine, "NRestarts") not in ("", "0"), "the watchdog came")
        wait_for(lambda: machine.run("systemctl", "is-active", "reaperd.service").out == "active\n", "it is back")
        restarts = show(machine, "NRestarts")
        assert machine.run("systemctl", "kill", "--kill-who=main", "-s", "ABRT", "reaperd.service").status == 0
        wait_for(lambda: show(machine, "NRestarts") != restarts, "the watchdog's own signal ends it")
    finally:
        machine.run("systemctl", "stop", "reaperd.service")
        drop_in.unlink()
        machine.run("systemctl", "daemon-reload")


def test_instances(machine):
    assert machine.run("systemctl", "start", "reaperd@i.service").status == 0
    socket = "--socket=/run/reaperd-i/io.reaperd"
    assert machine.run("reaperctl", socket, "show", "-p", "Description", "--value", "default.target").out == "an instance\n"
    assert machine.run("systemctl", "stop", "reaperd@i.service").status == 0
