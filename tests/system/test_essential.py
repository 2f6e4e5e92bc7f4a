"""Essential= and the actions: when a unit's end is the end of everything, and what is said then."""

import re
import subprocess

import pytest

from reaperd import PATIENCE, clean_environment


def ends(reaperd, *units):
    """Runs until it ends by itself."""
    result = reaperd.run(f"--socket={reaperd.socket}", "--stop-budget=5s", *units)
    return result


@pytest.mark.parametrize("command,status", [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$$$", 143), ("ulimit -c 0; kill -ABRT $$$$", 134)])
def test_an_essential_unit_ends_all_with_its_status(reaperd, command, status):
    reaperd.service("a", f"/bin/sh -c 'echo last words; sleep 0.1; {command}'", "[X-Reaperd]\nEssential=yes")
    reaperd.service("b", "/bin/sleep 1000", f"ExecStopPost=/bin/touch {reaperd.folder}/stopped")
    result = ends(reaperd, "a.service", "b.service")
    assert result.status == status
    assert (reaperd.folder / "stopped").exists(), "the others are stopped in order"
    assert "a.service" in result.err and "last words" in result.err
    assert re.search(r"status 7|SIGTERM|SIGABRT|status 0", result.err)


def test_a_log_file_that_others_write_too_stays_whole(reaperd):
    """No O_APPEND, as from `command >file 2>&1`: who shares the description shares the offset."""
    reaperd.service("a", "/bin/sh -c 'echo first; exit 3'", "[X-Reaperd]\nEssential=yes")
    log = reaperd.folder / "all"
    with open(log, "wb") as file:
        script = 'echo before; "$@"; echo "after $?"'
        command = ["/bin/sh", "-c", script, "sh", *reaperd.command(f"--socket={reaperd.socket}", "a.service")]
        subprocess.run(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, timeout=PATIENCE, env=clean_environment(), check=False)
    lines = log.read_text().splitlines()
    assert lines[0] == "before" and lines[-1] == "after 3"
    assert lines.count("a.service: first") == 1 and lines.count("  | first") == 1
    assert sum("ended everything" in line for line in lines) == 1


def test_essential_on_failure_lets_success_pass(reaperd):
    reaperd.service("a", "/bin/sh -c 'exit 0'", "[X-Reaperd]\nEssential=on-failure")
    reaperd.service("b", "/bin/sh -c 'sleep 0.5; exit 9'", "[X-Reaperd]\nEssential=on-failure")
    result = ends(reaperd, "a.service", "b.service")
    assert result.status == 9
    assert "b.service" in result.err


def test_an_essential_unit_may_be_restarted_first(reaperd):
    flag = reaperd.folder / "runs"
    reaperd.service("a", f"/bin/sh -c 'echo x >>{flag}; exit 3'", "Restart=on-failure\nRestartSec=10ms\n[X-Reaperd]\nEssential=yes",
                    "StartLimitBurst=3")  # fmt: skip
    result = ends(reaperd, "a.service")
    assert result.status == 3
    assert flag.read_text() == "x\n" * 3


def test_an_essential_unit_may_be_stopped_by_hand(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "[X-Reaperd]\nEssential=yes")
    reaperd.service("b")
    reaperd.start("a.service", "b.service")
    assert reaperd.ctl("stop", "a").status == 0
    assert reaperd.state("b") == "active"


@pytest.mark.parametrize("action", ["exit", "exit-force"])
@pytest.mark.parametrize("command,key,explicit,status", [
    ("/bin/true", "Success", None, 0),
    ("/bin/true", "Success", 5, 5),
    ("/bin/sh -c 'exit 6'", "Failure", None, 6),
    ("/bin/sh -c 'exit 6'", "Failure", 77, 77),
])  # fmt: skip
def test_actions_and_their_statuses(reaperd, action, command, key, explicit, status):
    unit = f"After=b.service\n{key}Action={action}\n" + (f"{key}ActionExitStatus={explicit}\n" if explicit is not None else "")
    reaperd.service("a", command, "Type=oneshot", unit)
    reaperd.service("b", "/bin/sleep 1000", f"ExecStopPost=/bin/touch {reaperd.folder}/stopped")
    result = ends(reaperd, "b.service", "a.service")
    assert result.status == status, result
    assert (reaperd.folder / "stopped").exists() == (action == "exit")


def test_a_failure_does_not_set_off_the_success_action(reaperd):
    reaperd.service("a", "/bin/false", "Type=oneshot", "SuccessAction=exit")
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    reaperd.wait_state("a", "failed")
    assert reaperd.state("b") == "active"


def test_the_start_limit_has_an_action_too(reaperd):
    reaperd.service("a", "/bin/false", "Restart=always\nRestartSec=1ms", "StartLimitBurst=2\nStartLimitAction=exit")
    reaperd.service("b")
    assert ends(reaperd, "b.service", "a.service").status == 1


def test_stop_of_everything_is_no_failure(reaperd):
    reaperd.service("a", "/bin/sh -c 'trap \"exit 4\" TERM; while :; do sleep 0.02; done'", "[X-Reaperd]\nEssential=yes")
    reaperd.start("a.service")
    assert reaperd.stop() == 0


def test_a_bad_value_is_told(reaperd):
    path = reaperd.service("a", "/bin/sleep 1000", "[X-Reaperd]\nEssential=perhaps\nEssentail=yes")
    result = reaperd.run("--check", "a.service")
    assert f"{path}:6: Essential=perhaps" in result.out + result.err
    assert "'Essential'" in result.out + result.err
