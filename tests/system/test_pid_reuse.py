"""Numbers of processes are used again; nobody is taken for whom he is not (docs/faults.md, 13, 14, 16, 17)."""

import os
import re

import pytest
from reaperd import HELPERS, REAPERCTL, run, wait_for

STOPS = int(os.environ.get("REAPERD_STOPS", "150"))
KILLS = int(os.environ.get("REAPERD_KILLS", "60"))
ROOM = 400  # pid_max


@pytest.fixture
def crowded(reaperd, pid1, root):
    """As PID 1 of a namespace where numbers come round after 100 processes; /proc of it is at hand as root/proc."""
    reaperd.wrapper = [*pid1, "sh", "-c", f"echo {ROOM} >/proc/sys/kernel/pid_max; exec \"$@\"", "sh"]
    host = run("cat", "/proc/sys/kernel/pid_max").out
    if run(*reaperd.wrapper, "cat", "/proc/sys/kernel/pid_max").out != f"{ROOM}\n" or run("cat", "/proc/sys/kernel/pid_max").out != host:
        pytest.skip("needs a pid_max of each PID namespace")
    return reaperd


def test_a_main_process_that_others_reaped_is_not_signalled_by_number(crowded):
    """MAINPID= named somebody else's child; it ended, and its number is a bystander's now."""
    r = crowded
    script = r.folder / "script"
    script.write_text(
        f"sleep 1000 & child=$!; {HELPERS}/notify MAINPID=$child READY=1\necho $child >{r.folder}/child\n"
        f"wait $child; echo over >{r.folder}/over; exec sleep 999\n"
    )
    taker = r.folder / "taker"
    taker.write_text(
        f"want=$(cat {r.folder}/child); until [ \"$!\" = $want ]; do [ -z \"$!\" ] || kill $!; echo $((want - 1)) >/proc/sys/kernel/ns_last_pid; sleep 1000 & done\n"
        f"echo $! >{r.folder}/taken; wait; echo signalled >{r.folder}/signalled; exec sleep 999\n"
    )
    r.service("a", f"/bin/bash {script}", "Type=notify\nNotifyAccess=all\nKillMode=mixed\nTimeoutStopSec=50")
    r.service("taker", f"/bin/bash {taker}")
    r.start("a.service")
    child = int(r.wait_file("child"))
    assert r.main_pid("a") == child
    assert r.ctl("kill", "--kill-whom=main", "-s", "KILL", "a").status == 0
    r.wait_file("over")
    r.ctl("start", "taker")
    assert int(r.wait_file("taken")) == child
    r.ctl("kill", "--kill-whom=main", "-s", "TERM", "a")
    assert r.ctl("stop", "a", patience=30).status == 0, "nobody is waited for"
    assert not (r.folder / "signalled").exists()
    assert r.state("taker") == "active"


def test_stops_under_reuse_hit_nobody_else(crowded):
    """Units of several processes are stopped over and over while numbers come round."""
    r = crowded
    for i in range(4):
        r.service(f"bystander{i}", f"/bin/bash -c 'trap \"echo TERM >>{r.folder}/hit\" TERM HUP INT CONT USR1; (setsid sleep 100000 &) ; while :; do sleep 1000 & wait; done'", "TimeoutStopSec=200ms")
    r.service("churn", "/bin/bash -c 'while :; do for i in 1 2 3 4 5 6 7 8; do /bin/true & done; wait; sleep 0.01; done'")
    for i in range(3):
        r.service(f"victim{i}", "/bin/bash -c 'for i in 1 2 3; do (setsid sleep 1000 &) ; done; exec sleep 1000'", "TimeoutStopSec=60", "StartLimitIntervalSec=0")
    r.start(*(f"bystander{i}.service" for i in range(4)), "churn.service")
    before = [r.main_pid(f"bystander{i}") for i in range(4)]
    spawned = r.json("stats")["spawned"]
    script = (
        f"i=0; while [ $i -lt {STOPS // 3} ]; do i=$((i + 1))\n"
        f"{REAPERCTL} --socket={r.socket} start victim0 victim1 victim2 && {REAPERCTL} --socket={r.socket} stop victim0 victim1 victim2 || exit 1; done"
    )
    result = run("bash", "-c", script, patience=max(170, STOPS))
    assert result.status == 0, result
    assert r.json("stats")["spawned"] - spawned >= STOPS // 3 * 3
    assert not (r.folder / "hit").exists()
    assert [r.main_pid(f"bystander{i}") for i in range(4)] == before
    assert all(r.show(f"bystander{i}", "ActiveState", "NRestarts") == ["active", 0] for i in range(4))
    assert r.state("churn") == "active"


def test_a_main_process_killed_over_and_over(reaperd):
    """The policy holds and the counter is exact; no descriptor and no memory is lost."""
    reaperd.service("a", "/bin/sleep 1000", "Restart=on-failure\nRestartSec=0", "StartLimitIntervalSec=0")
    reaperd.service("b")
    reaperd.start("a.service", "b.service")
    main, figures = reaperd.main_pid("a"), []
    for i in range(KILLS):
        os.kill(main, 9)
        main = wait_for(lambda: reaperd.show("a", "MainPID") not in (0, main) and reaperd.show("a", "MainPID"), "its successor runs")
        if i in (KILLS // 4, KILLS - 1):
            text = open(f"/proc/{reaperd.pid}/status").read()
            figures.append((len(os.listdir(f"/proc/{reaperd.pid}/fd")), int(re.search(r"VmRSS:\s+(\d+)", text)[1])))
    assert reaperd.show("a", "NRestarts", "ActiveState") == [KILLS, "active"]
    assert reaperd.json("stats")["restarts"] == KILLS
    assert reaperd.show("b", "NRestarts", "ActiveState") == [0, "active"]
    assert figures[0][0] == figures[1][0]
    assert figures[1][1] - figures[0][1] < 256, "kilobytes"
    reaperd.ctl("stop", "a")
    assert reaperd.json("orphans") == []
