"""Orphans, zombies, and who reaps them when."""

import os
import pathlib
import re
import signal
import time

import pytest
from reaperd import HELPERS, REAPERD, call, children, descendants, is_alive, run, wait_for

LAPS = int(os.environ.get("REAPERD_LAPS", "100"))


def zombies_below(pid):
    return [p for p in descendants(pid) if not is_alive(p) and pathlib.Path(f"/proc/{p}").exists()]


def switches(pid):
    """How often it went to sleep."""
    return int(re.search(r"voluntary_ctxt_switches:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def test_an_orphan_is_adopted_named_and_reaped(reaperd):
    reaperd.service("a", "/bin/bash -c '(sleep 1000 & ); exec sleep 999'")
    reaperd.start("a.service")
    wait_for(lambda: [o["name"] for o in reaperd.json("orphans")] == ["sleep"], "there is an orphan")
    orphan = reaperd.json("orphans")[0]
    assert (orphan["unit"], orphan["ppid"]) == ("a.service", reaperd.pid)
    assert abs(orphan["since_usec"] / 1e6 - time.time()) < 120
    before = reaperd.json("stats")["orphans_reaped"]
    os.kill(orphan["pid"], signal.SIGTERM)
    wait_for(lambda: not pathlib.Path(f"/proc/{orphan['pid']}").exists(), "it is reaped at once")
    assert reaperd.json("orphans") == []
    assert reaperd.json("stats")["orphans_reaped"] == before + 1


def test_the_unit_of_an_orphan_is_known_whatever_it_did(reaperd):
    reaperd.service("a", "/bin/bash -c 'setsid env -i /bin/bash -c \"(cd /; exec -a hidden /bin/sleep 1000) &\"; exec sleep 999'")
    reaperd.start("a.service")
    orphan = wait_for(lambda: reaperd.json("orphans"), "there is an orphan")[0]
    assert orphan["unit"] == "a.service"


def test_orphans_of_the_command_belong_to_no_unit(reaperd):
    reaperd.unit("a.service", "[Service]\nExecStart=/bin/sleep 1000\n")
    reaperd.start("a.service", "--", "bash", "-c", "(sleep 1000 & ); exec sleep 999")
    orphan = wait_for(lambda: reaperd.json("orphans"), "there is an orphan")[0]
    assert orphan["unit"] is None


def test_zombies_have_their_parent_named(reaperd):
    reaperd.service("leaky", "/bin/bash -c 'for i in 1 2 3; do sleep 0.01 & done; exec -a leaky sleep 1000'")
    reaperd.start("leaky.service")
    wait_for(lambda: len(reaperd.json("zombies")) == 3, "three zombies")
    main = reaperd.main_pid("leaky")
    for zombie in reaperd.json("zombies"):
        assert (zombie["ppid"], zombie["parent_unit"], zombie["parent_zombies"]) == (main, "leaky.service", 3)
        assert (zombie["state"], zombie["unit"], zombie["name"]) == ("Z", "leaky.service", "sleep")
    out = reaperd.ctl("zombies").out
    assert f"{main} (" in out and "leaky.service" in out
    assert reaperd.json("reap")["reaped"] == 0, "they are not ours to reap"
    reaperd.ctl("stop", "leaky")
    assert reaperd.json("zombies") == []


def test_tree_shows_all_with_marks(reaperd):
    reaperd.service("a", "/bin/bash -c '(sleep 1000 & ); sleep 0.01 & exec sleep 999'")
    reaperd.start("a.service")
    wait_for(lambda: [z["name"] for z in reaperd.json("zombies")] == ["sleep"] and reaperd.json("orphans"), "both are there")
    tree = reaperd.json("tree")
    unit = next(child for child in tree["children"] if child["unit"] == "a.service")
    assert {child["orphan"] for child in unit["children"]} == {True, False}
    out = reaperd.ctl("tree").out
    assert "<zombie>" in out and "<orphan>" in out and "a.service" in out


def test_ten_thousand_orphans_leave_nothing(reaperd):
    count = 10000
    reaperd.service("a", f"{HELPERS}/orphans {count}", "Type=oneshot\nRemainAfterExit=yes\nTimeoutStartSec=100\nLimitNPROC=infinity")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.json("stats")["orphans_reaped"] >= count, "all are reaped")
    assert zombies_below(reaperd.pid) == []
    assert children(reaperd.pid) == []
    assert reaperd.json("stats")["orphans_adopted"] >= count


def test_a_main_process_and_an_orphan_end_together(reaperd):
    """One SIGCHLD may stand for both: the status is the main process's, each time."""
    reaperd.service("a", f"{HELPERS}/crowd together 7", "Type=oneshot\nSuccessExitStatus=7", "StartLimitIntervalSec=0")
    reaperd.service("b", f"{HELPERS}/crowd together 8", "Type=oneshot\nSuccessExitStatus=7", "StartLimitIntervalSec=0")
    reaperd.start("a.service")
    connection = reaperd.connect()
    for _ in range(LAPS):
        assert "error" not in call(connection, "io.reaperd.RunJob", {"job": "start", "units": ["a.service"]})
        assert call(connection, "io.reaperd.RunJob", {"job": "start", "units": ["b.service"]})["error"] == "io.reaperd.JobFailed"
    assert reaperd.show("a", "ExecMainStatus") == 7 and reaperd.show("b", "ExecMainStatus") == 8
    wait_for(lambda: children(reaperd.pid) == [], "all are reaped")


def test_a_command_and_an_orphan_end_together():
    for _ in range(LAPS):
        result = run(REAPERD, "--", HELPERS / "crowd", "together", "7")
        assert result.status == 7, result


def test_traced_children_do_no_harm(reaperd):
    reaperd.service("a", f"/bin/sh -c '{HELPERS}/traceme; {HELPERS}/traceme; exec sleep 1000'")
    reaperd.start("a.service")
    wait_for(lambda: [p for p in descendants(reaperd.pid) if p != reaperd.main_pid("a")] == [], "both ended and are reaped")
    assert reaperd.state("a") == "active"
    assert reaperd.json("stats")["traced_detached"] >= 1


def test_an_idle_reaperd_does_not_wake_up(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")

    run("sleep", "0.3")  # the last client's connection is over
    before = switches(reaperd.pid)
    run("sleep", "3")
    assert switches(reaperd.pid) == before


def test_reap_interval_sweeps_by_polling(reaperd):
    reaperd.service("a")
    config = reaperd.folder / "reaperd.conf"
    config.write_text("[Manager]\nReapIntervalSec=50ms\n")
    reaperd.start(f"--config={config}", "a.service")
    before = switches(reaperd.pid)
    wait_for(lambda: switches(reaperd.pid) > before + 20, "it sweeps")


def test_reap_tells_how_many(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    assert reaperd.ctl("reap").out == "0 reaped\n"


def test_a_stopped_reaperd_reaps_all_when_it_goes_on(reaperd):
    """SIGCHLD coalesces: a thousand exits may be one signal."""
    reaperd.service("a", f"{HELPERS}/orphans 1000", "Type=oneshot\nRemainAfterExit=yes")
    reaperd.service("b")
    reaperd.start("b.service")
    reaperd.ctl("start", "--no-block", "a")
    os.kill(reaperd.pid, signal.SIGSTOP)
    run("sleep", "0.5")
    os.kill(reaperd.pid, signal.SIGCONT)
    wait_for(lambda: reaperd.json("stats")["orphans_reaped"] >= 1000, "all are reaped")
    assert zombies_below(reaperd.pid) == []


def test_as_pid_1_it_is_the_same(reaperd, pid1):
    reaperd.wrapper = pid1
    reaperd.service("a", f"/bin/bash -c '{HELPERS}/orphans 500; (sleep 1000 & ); exec sleep 999'")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.json("stats")["orphans_reaped"] >= 500, "all are reaped")
    assert reaperd.json("orphans")[0]["unit"] == "a.service"
    assert reaperd.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGRTMIN + 3, signal.SIGRTMIN + 4])
def test_signals_stop_it_in_order(reaperd, pid1, number):
    reaperd.wrapper = pid1
    reaperd.service("a", "/bin/sleep 1000", f"ExecStopPost=/bin/touch {reaperd.folder}/stopped")
    reaperd.start("a.service")
    assert reaperd.stop(number) == 0
    assert (reaperd.folder / "stopped").exists()


def test_a_second_term_hurries(reaperd):
    reaperd.service("a", "/bin/bash -c 'trap \"\" TERM; echo ready; while :; do sleep 1000; done'", "TimeoutStopSec=1000")
    reaperd.start("a.service")
    wait_for(lambda: "ready" in reaperd.lines("a"), "the trap is set")
    pid = reaperd.main_pid("a")
    os.kill(reaperd.pid, signal.SIGTERM)
    reaperd.wait_log("stopping")
    os.kill(reaperd.pid, signal.SIGTERM)
    reaperd.process.wait(60)
    assert not is_alive(pid)


def test_the_stop_budget_is_one_deadline_for_all(reaperd):
    for name in "abcd":
        reaperd.service(name, "/bin/bash -c 'trap \"\" TERM; echo ready; while :; do sleep 1000; done'", "TimeoutStopSec=1000",
                        f"After={chr(ord(name) - 1)}.service" if name != "a" else "")  # fmt: skip
    reaperd.start("--stop-budget=2s", *(f"{name}.service" for name in "abcd"))
    for name in "abcd":
        wait_for(lambda: "ready" in reaperd.lines(name), "the trap is set")
    begin = time.monotonic()
    assert reaperd.stop() == 0
    assert time.monotonic() - begin < 20


def test_hup_reloads_and_usr1_rebinds(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    reaperd.service("a", "/bin/sleep 1000", "", "Description=New")
    os.kill(reaperd.pid, signal.SIGHUP)
    wait_for(lambda: reaperd.show("a", "Description") == "New", "it was read anew")
    reaperd.socket.unlink()
    os.kill(reaperd.pid, signal.SIGUSR1)
    wait_for(lambda: reaperd.socket.exists() and reaperd.ctl("is-active", "a").status == 0, "it is bound again")


def test_the_tree_of_a_unit_is_its_part_of_the_whole(reaperd):
    """Children, orphans and what is below them; nothing of other units."""
    deep = "/bin/bash -c '(bash -c \"sleep 1001; true\" & ); bash -c \"sleep 1002; true\" & exec sleep 1003'"
    for name in ("a", "b"):
        reaperd.service(name, deep)
    reaperd.start("a.service", "b.service")

    def part(*of):
        nodes = {node["unit"]: node for node in reaperd.json("tree", *of)["children"]}
        return nodes["a.service"] if not of or len(nodes) == 1 else None

    def shape(node):
        return (node["pid"], node["name"], node["unit"], node.get("orphan"), sorted(map(shape, node["children"]), key=str))

    wait_for(lambda: part()["processes"] == 5, "all are there")
    assert part("a.service")["processes"] == 5
    assert shape(part("a.service")) == shape(part())
