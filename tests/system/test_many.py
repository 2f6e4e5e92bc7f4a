"""Units by the thousand: what they need of each other is never the depth of the stack, and what there is to do grows with
what is there."""

import pathlib
import re

from reaperd import call, wait_for

CHAIN = 4000
CROWD = 250
STARTS = 400


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
