"""An allocation fails, any one of them: what was asked for fails, nothing else does (docs/faults.md, 26)."""

import os

import pytest
from reaperd import REAPERD, clean_environment, run

STEP = int(os.environ.get("REAPERD_MALLOC_STEP", "9"))

OPERATIONS = {
    "status": [("status", "a")],
    "list": [("list-units", "--all")],
    "show": [("show", "a")],
    "tree": [("tree",)],
    "logs": [("logs", "a")],
    "load": [("status", "other-{n}.service")],
    "start": [("start", "b"), ("stop", "b")],
    "restart": [("restart", "a")],
    "reload": [("daemon-reload",)],
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_allocation_fails(reaperd, wishes, name):
    reaperd.service("a", "/bin/bash -c 'sleep 1000 & exec sleep 999'", "Environment=A=b\nExecReload=/bin/true", "StartLimitIntervalSec=0")
    reaperd.service("b", "/bin/sleep 1000", "ExecStartPre=/bin/true\nExecStopPost=/bin/true\nTimeoutStopSec=5", "Wants=c.service\nAfter=c.service\nStartLimitIntervalSec=0")
    reaperd.service("c", "/bin/true", "Type=oneshot\nRemainAfterExit=yes")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", env=wishes.environment)
    keep = reaperd.main_pid("keep")
    n = failures = 0
    while True:
        n += STEP
        wishes.fail_after(n)
        for words in OPERATIONS[name]:
            reaperd.ctl(*(word.format(n=n) for word in words), patience=20)
        missed = wishes.left()
        wishes.fail_after(0)
        assert reaperd.process.poll() is None, f"it ended at allocation {n}: {reaperd.process.returncode}\n{reaperd.text()[-2000:]}"
        assert reaperd.show("keep", "ActiveState", "MainPID") == ["active", keep], n
        if missed > 0:
            break
        failures += 1
        reaperd.ctl("reset-failed")
        assert reaperd.ctl("start", "a").status == 0, n
    assert failures > 0
    assert reaperd.ctl("daemon-reload").status == 0
    assert reaperd.ctl("restart", "a", "b").status == 0


def test_an_allocation_fails_at_the_start(reaperd, wishes):
    """It says so and ends, or it does without; it never crashes."""
    reaperd.service("a", "/bin/true", "Type=oneshot")
    n = 0
    while True:
        n += STEP * 5
        wishes.fail_after(n)
        result = run(REAPERD, f"--unit-path={reaperd.units}", f"--socket={reaperd.socket}", "a.service", "--", "/bin/true", env=clean_environment(**wishes.environment))
        assert result.status in (0, 1, 126), (n, result)
        if wishes.left() > 0:
            break
    assert n > STEP * 5
