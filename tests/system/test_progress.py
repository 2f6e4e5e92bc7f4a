"""How jobs go while they are waited for: live on a terminal, a line now and then elsewhere."""

import os
import subprocess

import pytest

from reaperd import REAPERCTL, clean_environment, wait_for


@pytest.fixture
def slow(reaperd):
    """Two units, one after the other; the first is up once somebody writes into its fifo."""
    os.mkfifo(reaperd.folder / "gate")
    reaperd.service("gate", f"/bin/sh -c 'read x < {reaperd.folder}/gate'", "Type=oneshot\nRemainAfterExit=yes\nTimeoutStartSec=90")
    reaperd.service("late", unit="Requires=gate.service\nAfter=gate.service")
    reaperd.unit("none.target", "[Unit]\nDescription=Nothing yet\n")
    reaperd.start("none.target")
    return reaperd


def open_gate(reaperd):
    (reaperd.folder / "gate").write_text("go\n")


def test_live_on_a_terminal(slow):
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execve(REAPERCTL, ["reaperctl", f"--socket={slow.socket}", "start", "late"], clean_environment(TERM="xterm"))
    shown = b""

    def shows(text):
        nonlocal shown
        shown += os.read(terminal, 65536)
        return text in shown

    wait_for(lambda: shows(b"0 more run, 1 wait"), "it says what waits")
    assert b"start of gate.service: start for " in shown and b", at most 1min " in shown
    wait_for(lambda: shows(b"\x1b[2A\x1b[J"), "it is drawn anew")
    open_gate(slow)
    assert os.waitpid(pid, 0)[1] == 0
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    assert shown.endswith(b"\x1b[2A\x1b[J"), "nothing stays on the screen"
    os.close(terminal)


def test_a_line_now_and_then_elsewhere(slow):
    command = [REAPERCTL, f"--socket={slow.socket}", "start", "late"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean_environment()) as process:
        line = process.stderr.readline()
        open_gate(slow)
        assert process.wait(60) == 0 and process.stderr.read() == ""
    assert line.startswith("reaperctl: start of gate.service: start for ") and line.endswith(" more\n")


def test_what_is_quick_or_quiet_says_nothing(slow):
    open_gate_later = subprocess.Popen(["/bin/sh", "-c", f"echo go > {slow.folder}/gate"])
    result = slow.ctl("start", "late")
    assert (result.status, result.out, result.err) == (0, "", "")
    assert open_gate_later.wait(60) == 0
