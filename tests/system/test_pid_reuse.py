"""Numbers of processes are used again; nobody is taken for whom he is not (docs/faults.md, 13, 14, 16, 17)."""

import os
import re

import pytest
from reaperd import HELPERS, SANITIZED, call, children, run, wait_for

STOPS = int(os.environ.get("REAPERD_STOPS", "150"))
KILLS = int(os.environ.get("REAPERD_KILLS", "60"))
ROOM, LOWEST = 400, 300  # pid_max, and from where numbers come round


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
    """Units of five processes each are stopped over and over; their numbers come round to bystanders, most of them just born."""
    r = crowded
    bystanders, victims = [f"bystander{i}" for i in range(2)], []
    for name in bystanders:
        r.service(name, f"{HELPERS}/crowd watch {r.folder}/hit 8")
    for i in range(3):
        for name, what, text in (("simple", "leave", ""), ("mixed", "leave", "KillMode=mixed"), ("daemon", "daemon", "Type=forking\nGuessMainPID=no")):
            victims.append(f"{name}{i}.service")
            r.service(f"{name}{i}", f"{HELPERS}/crowd {what}", f"{text}\nTimeoutStopSec=60", "StartLimitIntervalSec=0")
    r.service("idle", "/bin/sleep infinity")
    r.start("idle.service")
    connection = r.connect()

    def stop_all(rounds):
        for _ in range(rounds):
            for job in ("start", "stop"):
                answer = call(connection, "io.reaperd.RunJob", {"job": job, "units": victims})
                assert "error" not in answer, answer

    stop_all(ROOM // len(victims) // 4)  # the lowest numbers are given once only
    r.ctl("start", *bystanders)
    before, rounds = [r.main_pid(name) for name in bystanders], STOPS // len(victims) + 1
    assert min(before) >= LOWEST
    counted = r.json("stats")
    stop_all(rounds)
    counters = {name: value - counted[name] for name, value in r.json("stats").items()}
    assert counters["spawned"] == rounds * len(victims)
    assert counters["reaped"] >= 4 * counters["spawned"]
    assert (r.folder / "hit").read_text() == ""
    assert [r.main_pid(name) for name in bystanders] == before
    assert all(r.show(name, "ActiveState", "NRestarts") == ["active", 0] for name in bystanders)
    assert len(children(r.pid)) == 3, "the bystanders and the idle one"


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


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
            figures.append((descriptors(reaperd.pid), int(re.search(r"VmRSS:\s+(\d+)", text)[1])))
    assert reaperd.show("a", "NRestarts", "ActiveState") == [KILLS, "active"]
    assert reaperd.json("stats")["restarts"] == KILLS
    assert reaperd.show("b", "NRestarts", "ActiveState") == [0, "active"]
    wait_for(lambda: descriptors(reaperd.pid) <= figures[0][0], "a start and a client on their way have closed theirs")
    assert SANITIZED or figures[1][1] - figures[0][1] < 256, "kilobytes"
    reaperd.ctl("stop", "a")
    assert reaperd.json("orphans") == []
