"""Units by the thousand: what they need of each other is never the depth of the stack, and what there is to do grows with
what is there."""

import pathlib
import re
import time

from reaperd import call, is_alive, wait_for

CHAIN = 4000
CROWD = 250
STARTS = 400
PARENTS = 20


def stack_kib(pid):
    return int(re.search(r"VmStk:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def cpu_seconds(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def states(reaperd, *names):
    return reaperd.ctl("is-active", *names).out.split()


def test_a_long_chain_comes_up_and_goes_down(reaperd):
    for n in range(CHAIN):
        needs = f"Requires=u{n + 1}.target\nAfter=u{n + 1}.target\n" if n + 1 < CHAIN else ""
        reaperd.unit(f"u{n}.target", f"[Unit]\nDefaultDependencies=no\n{needs}")
    reaperd.start("u0.target")
    ends = ["u0.target", f"u{CHAIN // 2}.target", f"u{CHAIN - 1}.target"]
    wait_for(lambda: states(reaperd, *ends) == ["active"] * 3, "the chain is up")
    reaperd.ctl("stop", ends[-1])
    assert states(reaperd, *ends) == ["inactive"] * 3
    assert stack_kib(reaperd.pid) < 1024
    assert cpu_seconds(reaperd.pid) < 20


def test_everybody_wants_everybody(reaperd):
    names = [f"u{n}.target" for n in range(CROWD)]
    for name in names:
        reaperd.unit(name, f"[Unit]\nDefaultDependencies=no\nWants={' '.join(n for n in names if n != name)}\n")
    reaperd.start("u0.target")
    wait_for(lambda: states(reaperd, *names) == ["active"] * CROWD, "all are up")
    wants = reaperd.show("u7.target", "Wants", "WantedBy")
    assert [sorted(list_) for list_ in wants] == [sorted(set(names) - {"u7.target"})] * 2
    assert stack_kib(reaperd.pid) < 1024
    assert cpu_seconds(reaperd.pid) < 20


def test_a_client_is_heard_while_many_start(reaperd):
    """Jobs run for a while in each turn, however many there are."""
    names = [f"s{n}.service" for n in range(STARTS)]
    for name in names:
        reaperd.service(name.removesuffix(".service"))
    reaperd.unit("all.target", f"[Unit]\nWants={' '.join(names)}\n")
    reaperd.service("keep")
    reaperd.start("keep.service")
    client = reaperd.connect()

    def spawned():
        return call(client, "io.reaperd.Stats")["parameters"]["stats"]["spawned"]

    before, seen = spawned(), set()
    assert reaperd.ctl("start", "--no-block", "all.target").status == 0
    wait_for(lambda: seen.add(spawned()) or max(seen) == before + STARTS, "all are started")
    assert seen - {before, before + STARTS}, seen


def test_children_whom_their_parents_wait_for_are_ended_too(reaperd):
    """Main processes that end only after their children, of which no signal of theirs tells them."""
    names = [f"s{n}.service" for n in range(PARENTS)]
    for n in range(PARENTS):
        waits = f"trap 'wait; exit 0' TERM; setsid sleep 1000 & echo $$! > child{n}; wait"
        reaperd.service(f"s{n}", f'/bin/sh -c "{waits}"', text=f"WorkingDirectory={reaperd.folder}\nTimeoutStopSec=60\n", unit="PartOf=all.target\n")
    reaperd.unit("all.target", f"[Unit]\nWants={' '.join(names)}\n")
    reaperd.start("all.target")
    pids = [int(reaperd.wait_file(f"child{n}").split()[0]) for n in range(PARENTS)]
    begin = time.monotonic()
    assert reaperd.ctl("stop", "s0.service").status == 0  # alone
    assert not is_alive(pids[0]) and all(is_alive(pid) for pid in pids[1:])
    assert reaperd.ctl("stop", "all.target").status == 0  # the others together
    wait_for(lambda: states(reaperd, *names) == ["inactive"] * PARENTS, "all are down")
    assert not any(is_alive(pid) for pid in pids)
    assert time.monotonic() - begin < 60  # nobody was killed after his TimeoutStopSec=
    assert {reaperd.show(name, "Result") for name in names} == {"success"}
