"""status, and a start that fails: why it is so, in words."""

import pytest
from reaperd import wait_for

SLEEP = "[Service]\nExecStart=/bin/sleep 1000\n"


@pytest.fixture
def up(reaperd):
    reaperd.unit("web.service", SLEEP + "NoSuchKey=1\n[Unit]\nDocumentation=man:sleep(1)\n[Install]\nWantedBy=multi-user.target\n")
    reaperd.unit("fails.service", "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo no database >&2; exit 1'\n")
    reaperd.unit("needs.service", "[Unit]\nRequires=fails.service\nAfter=fails.service\n" + SLEEP)
    return reaperd.start("web.service")


def why(up, unit):
    lines = [line for line in up.ctl("status", unit).out.splitlines() if line.startswith("        Why: ")]
    return lines[0].removeprefix("        Why: ") if lines else None


def test_a_dependency_that_failed_is_named_with_its_reason(up):
    result = up.ctl("start", "needs")
    assert result.status == 1 and "it needs fails.service, which failed: its main process" in result.err
    assert "status 1/FAILURE" in why(up, "needs")


def test_a_failed_start_shows_the_last_lines(up):
    result = up.ctl("start", "fails")
    assert result.status == 1 and "  | no database\n" in result.err and "reaperctl logs fails.service" in result.err
    assert up.ctl("start", "--quiet", "fails").err == ""


def test_what_is_not_there_gets_a_hint(up):
    for verb, status in (("start", 5), ("status", 4)):
        result = up.ctl(verb, "wbe")
        assert result.status == status and '(did you mean "web.service"?)' in result.err
    up.unit("lost.service", "[Unit]\nRequires=nosuch.service\n" + SLEEP)
    assert up.ctl("start", "lost").status == 5
    assert why(up, "lost") == "it needs nosuch.service, which is not-found"


def test_conditions_and_asserts_are_named(up):
    up.unit("cond.service", "[Unit]\nConditionPathExists=/nonexistent\n" + SLEEP)
    up.unit("assert.service", "[Unit]\nAssertPathExists=!/\n" + SLEEP)
    assert up.ctl("start", "cond").status == 0
    assert why(up, "cond") == "its condition does not hold: ConditionPathExists=/nonexistent"
    assert up.ctl("start", "assert").status == 1
    assert why(up, "assert") == "its assertion does not hold: AssertPathExists=!/"


def test_the_next_start_is_told(up):
    up.unit("again.service", "[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=500\n")
    up.ctl("start", "again")
    wait_for(lambda: up.show("again", "SubState") == "auto-restart", "it waits to be started again")
    assert "; it is started again in 8min " in why(up, "again")


def test_what_a_job_waits_for_is_told(up):
    up.unit("slow.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    up.unit("later.service", "[Unit]\nAfter=slow.service\n" + SLEEP)
    up.ctl("start", "--no-block", "slow", "later")
    assert why(up, "later") == "its start waits for slow.service, which has a start job"
    assert up.ctl("stop", "slow", "later").status == 0


def test_a_process_stands_for_its_unit(up):
    out = up.ctl("status", str(up.show("web", "MainPID"))).out
    assert out.startswith("● web.service") and "Docs: man:sleep(1)" in out
    result = up.ctl("status", "999999999")
    assert result.status == 1 and "no unit" in result.err
    assert up.ctl("status", "web", "-n", "many").status == 2


def test_the_file_is_told_and_what_is_odd_in_it(up):
    out = up.ctl("status", "web").out
    assert "web.service; disabled; preset: enabled)" in out
    assert "web.service:3: unknown key 'NoSuchKey'" in out
    up.ctl("enable", "web")
    assert "web.service; enabled; preset: enabled)" in up.ctl("status", "web").out


def test_several_units_are_told_one_after_another(up):
    up.unit("says.service", "[Service]\nExecStart=/bin/sh -c 'echo said; exec sleep 1000'\n")
    up.ctl("start", "says")
    wait_for(lambda: "said" in up.ctl("logs", "says").out, "it said so")
    result = up.ctl("status", "says", "nosuch", "web", "says.service")
    assert result.status == 4 and "there is no unit nosuch.service" in result.err
    first, second, third = result.out.split("● ")[1:]
    assert first.startswith("says.service") and second.startswith("web.service") and third.startswith("says.service")
    assert all(text.rstrip().endswith(": said") for text in (first, third)) and "said" not in second
    assert not up.ctl("status", "-n", "0", "says").out.rstrip().endswith("said")


def test_the_whole_names_what_failed(up):
    assert "Failed:" not in up.ctl("status").out
    up.ctl("start", "fails")
    assert "     Failed: fails.service\n" in up.ctl("status").out


@pytest.mark.parametrize("settings, verb, reason", [
    ("Type=notify\nTimeoutStartSec=100ms", "start", "start took longer than TimeoutStartSec=100ms"),
    ("ExecStartPre=/bin/sleep 1000\nTimeoutStartSec=100ms", "start", "start-pre took longer than TimeoutStartSec=100ms"),
    ("RuntimeMaxSec=100ms", "start", "it ran longer than RuntimeMaxSec=100ms"),
    ("ExecStop=/bin/sleep 1000\nTimeoutStopSec=100ms", "stop", "stop took longer than TimeoutStopSec=100ms"),
    ("Type=notify\nTimeoutStartSec=100ms\nTimeoutStartFailureMode=abort\nTimeoutAbortSec=1ms", "start",
     "start took longer than TimeoutStartSec=100ms"),
])
def test_a_time_limit_is_named_with_its_value(up, settings, verb, reason):
    up.unit("late.service", SLEEP + settings + "\n")
    result = up.ctl("start", "late")
    if verb == "stop":
        up.ctl("stop", "late")
    wait_for(lambda: up.show("late.service", "ActiveState") == "failed", "the limit")
    assert why(up, "late") == reason
    assert reason in result.err or verb == "stop" or "Runtime" in settings
    up.wait_log(f"late.service: {reason}")


def test_without_a_verb_who_chooses_gets_a_list(up):
    up.ctl("start", "fails")
    assert up.ctl().out.startswith("● reaperd")
    assert up.ctl("--failed", "--plain", "--no-legend").out.split()[0] == "fails.service"
    one = up.ctl("list-units", "web.service").out
    assert "1 loaded unit listed." in one and "'reaperctl list-unit-files'" in one
    assert up.ctl("orphans").out == "No orphans.\n" and up.ctl("zombies").out == "No zombies.\n"
