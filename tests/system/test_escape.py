"""Whatever a process does to get away, the stop of its unit ends it; and nobody else (docs/faults.md, 13 to 18)."""

import os
import pathlib
import shutil

import pytest
from conftest import can
from reaperd import HELPERS, children, descendants, is_alive, run, wait_for

ESCAPE = HELPERS / "escape"

TRICKS = {
    "session": "fork setsid fork",
    "hidden": "fork setsid fork hide close",
    "user": "user=12345 fork setsid fork hide close",
    "root": "root=/usr fork setsid fork",
    "crowd": "fork setsid crowd=50 fork",
    "stopped": "fork setsid fork stop",
    "lowered": "locks=0 fork setsid fork hide close",
    "lowered-late": "fork setsid fork locks=77",
    "lowered-other": "rss=0 fork setsid fork hide close",
    "lowered-both-in-session": "locks=0 rss=0 fork fork hide close",
    "lowered-as-user": "user=12345 locks=5 setsid fork setsid fork hide",
}


@pytest.fixture
def yard(reaperd):
    """A folder that anyone may write to, and bystanders that have to survive."""
    reaperd.folder.chmod(0o755)
    yard = reaperd.folder / "yard"
    yard.mkdir()
    yard.chmod(0o777)
    reaperd.service("bystander", "/bin/bash -c 'setsid sleep 1000 & exec sleep 1000'")
    shutil.copy(ESCAPE, reaperd.folder)  # where we were built others may not come
    return yard


def whoever_left_a_name(yard):
    names = os.listdir(yard)
    assert not [name for name in names if name.startswith("!")], "a trick failed"
    return [int(name) for name in names]


def stop_ends_all(reaperd, yard, unit, count):
    wait_for(lambda: len(whoever_left_a_name(yard)) >= count, f"{count} are out")
    wait_for(lambda: children(reaperd.main_pid("bystander")), "the bystander has its child")
    bystanders = {reaperd.main_pid("bystander"), *children(reaperd.main_pid("bystander"))}
    escaped = whoever_left_a_name(yard)
    assert all(map(is_alive, escaped))
    assert reaperd.ctl("stop", unit).status == 0
    assert [pid for pid in escaped if is_alive(pid)] == []
    assert len(bystanders) == 2 and all(map(is_alive, bystanders))
    assert reaperd.state("bystander") == "active"


@pytest.mark.parametrize("tricks", TRICKS.values(), ids=TRICKS.keys())
def test_a_stop_ends_who_tries_to_escape(reaperd, yard, tricks, request):
    if "user=" in tricks or "root=" in tricks:
        request.getfixturevalue("root")
    count = 51 if "crowd" in tricks else 1
    reaperd.service("a", f"/bin/sh -c '{ESCAPE} {yard} {tricks} & exec sleep 999'", "TimeoutStopSec=1\nUMask=0")
    reaperd.start("a.service", "bystander.service")
    stop_ends_all(reaperd, yard, "a", count)


@pytest.mark.parametrize("tricks", ["fork setsid fork hide close", "locks=0 fork setsid fork hide close"], ids=["marked", "lowered"])
def test_the_end_of_the_main_process_ends_them_too(reaperd, yard, tricks):
    reaperd.service("a", f"/bin/sh -c '{ESCAPE} {yard} {tricks} & sleep 0.1; read x <{reaperd.folder}/gate'", "TimeoutStopSec=1")
    os.mkfifo(reaperd.folder / "gate")
    reaperd.start("a.service", "bystander.service")
    escaped = wait_for(lambda: whoever_left_a_name(yard), "it is out")
    (reaperd.folder / "gate").write_text("go\n")
    reaperd.wait_state("a", "failed")
    assert not any(map(is_alive, escaped))
    assert reaperd.state("bystander") == "active"


def stop_ends_the_bomb(reaperd, size):
    wait_for(lambda: len(descendants(reaperd.pid)) > size, "it has exploded")
    assert reaperd.ctl("stop", "a").status == 0
    wait_for(lambda: len(descendants(reaperd.pid)) == 2, "nothing is left but the bystander")
    assert reaperd.state("bystander") == "active"


def test_a_stop_ends_a_fork_bomb_of_a_limited_user(reaperd, yard, root):
    reaperd.service("a", f"{reaperd.folder}/escape {yard} bomb", "TimeoutStopSec=1s\nLimitNPROC=100\nUser=31234")
    reaperd.start("a.service", "bystander.service")
    stop_ends_the_bomb(reaperd, 70)


def test_a_stop_ends_a_fork_bomb_that_takes_all_there_is(reaperd, yard, pid1):
    """As PID 1 of a namespace with room for 400 processes: reaperd cannot fork either."""
    front = [*pid1, "sh", "-c", "echo 400 >/proc/sys/kernel/pid_max 2>/dev/null; exec \"$@\"", "sh"]
    if run(*front, "sh", "-c", "[ $(cat /proc/sys/kernel/pid_max) = 400 ]").status or run("cat", "/proc/sys/kernel/pid_max").out == "400\n":
        pytest.skip("needs a pid_max of each PID namespace")
    reaperd.service("a", f"{ESCAPE} {yard} bomb", "TimeoutStopSec=1s")
    reaperd.wrapper = front
    reaperd.start("bystander.service")
    assert reaperd.ctl("start", "--no-block", "a").status == 0
    stop_ends_the_bomb(reaperd, 250)


def test_su_and_sudo_do_not_lead_out(reaperd, yard, root):
    """Through PAM, whose modules set limits and sessions of their own."""
    programs = {"su": "su -s /bin/sh nobody -c", "sudo": "sudo -n -u nobody sh -c", "runuser": "runuser -s /bin/sh nobody -c"}
    there = {name: front for name, front in programs.items() if shutil.which(name) and can(*front.split(), "true")}
    if not there:
        pytest.skip("needs su, sudo or runuser")
    script = reaperd.folder / "script"
    lines = [f"{front} 'exec setsid {reaperd.folder}/escape {yard} fork setsid fork hide' &" for front in there.values()]
    script.write_text("\n".join(lines) + "\nexec sleep 999\n")
    reaperd.service("a", f"/bin/sh {script}", "TimeoutStopSec=1")
    reaperd.start("a.service", "bystander.service")
    stop_ends_all(reaperd, yard, "a", len(there))


def limits_of(pid):
    """Both marks, as /proc/PID/limits shows them."""
    lines = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    return [line[44:].split()[0] for line in lines if line.startswith(("Max resident set", "Max file locks"))]


def test_who_takes_the_mark_of_another_gains_nothing(reaperd, yard):
    """Lowered to that of a later start it still goes with its own unit, and may not speak for the other."""
    script = reaperd.folder / "script"
    script.write_text(
        f"read mark address <{reaperd.folder}/gate\n{ESCAPE} {yard} locks=$mark fork setsid fork\n"
        f"NOTIFY_SOCKET=$address prlimit --locks=$mark:$mark {HELPERS}/notify READY=1 -- sleep 998 &\nexec sleep 999\n"
    )
    os.mkfifo(reaperd.folder / "gate")
    reaperd.service("forger", f"/bin/sh {script}", "TimeoutStopSec=1")
    reaperd.service("b", "/bin/sleep 1000", "NotifyAccess=all\nType=notify\nTimeoutStartSec=infinity")
    reaperd.start("forger.service", "bystander.service")
    reaperd.ctl("start", "--no-block", "b")
    main = wait_for(lambda: reaperd.main_pid("b"), "b is there")
    environment = wait_for(lambda: [v for v in pathlib.Path(f"/proc/{main}/environ").read_text().split("\0") if v.startswith("NOTIFY_SOCKET=")], "it has its socket")
    (reaperd.folder / "gate").write_text(f"{limits_of(main)[1]} {environment[0].partition('=')[2]}\n")
    escaped = wait_for(lambda: whoever_left_a_name(yard), "it is out")
    reaperd.wait_log("NotifyAccess=all does not let it")
    assert limits_of(escaped[0])[1] == limits_of(main)[1]
    assert reaperd.show("b", "SubState") == "start"
    assert reaperd.ctl("stop", "b").status == 0
    assert all(map(is_alive, escaped)), "it is none of b's"
    assert reaperd.ctl("stop", "forger").status == 0
    assert not any(map(is_alive, escaped))
