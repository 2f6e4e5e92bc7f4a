"""Limits of jobs and of lives, beside those of the states."""

import time

from reaperd import wait_for


def test_a_job_ends_by_its_own_limit(reaperd):
    reaperd.unit("a.service", "[Unit]\nJobTimeoutSec=300ms\nOnFailure=told.service\n[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    reaperd.service("b", unit="Requires=a.service\nAfter=a.service")
    reaperd.service("told")
    reaperd.service("keep")
    reaperd.start("keep.service")
    result = reaperd.ctl("start", "b.service")
    assert result.status == 1 and reaperd.state("b.service") == "inactive", result
    assert reaperd.show("a.service", "ActiveState", "SubState") == ["activating", "start"], "the unit goes on"
    assert "its start job took longer than JobTimeoutSec=" in reaperd.text()
    reaperd.wait_state("told.service", "active")


def test_what_fails_as_everything_stops_starts_nothing(reaperd):
    """A start that the stop cuts short is a failure, but nobody is called for it any more."""
    reaperd.unit("a.service", "[Unit]\nOnFailure=told.service\n[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    reaperd.service("told")
    reaperd.start("told.service")
    reaperd.ctl("start", "--no-block", "a.service")
    reaperd.wait_state("a.service", "activating")
    assert reaperd.stop() == 0


def test_a_job_that_waits_has_a_limit_too(reaperd):
    reaperd.unit("a.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    reaperd.service("b", unit="After=a.service\nJobTimeoutSec=300ms")
    reaperd.service("c", unit="After=a.service\nJobRunningTimeoutSec=100ms")
    reaperd.service("keep")
    reaperd.start("keep.service")
    reaperd.ctl("start", "--no-block", "a.service")
    assert reaperd.ctl("start", "b.service").status == 1
    reaperd.ctl("start", "--no-block", "c.service")
    assert [job["unit"] for job in reaperd.json("list-jobs")] == ["a.service", "c.service"], "only what runs counts there"


def test_what_follows_a_job_that_is_late(reaperd):
    reaperd.unit("a.service", "[Unit]\nJobTimeoutSec=200ms\nJobTimeoutAction=exit\n[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    reaperd.service("keep")
    reaperd.start("keep.service")
    reaperd.ctl("start", "--no-block", "a.service")
    reaperd.process.wait(60)
    assert "JobTimeoutAction=" in reaperd.text()


def test_a_service_lives_as_long_as_any_of_it(reaperd):
    reaperd.service("a", "/bin/sh -c 'sleep 1000 & echo $! >%s/pid'" % reaperd.folder, "ExitType=cgroup")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.show("a.service", "ExecMainCode") == 1, "its main process ended")
    assert reaperd.show("a.service", "ActiveState", "SubState", "MainPID") == ["active", "running", 0]
    reaperd.ctl("kill", "-s", "TERM", "a.service")
    reaperd.wait_state("a.service", "inactive/dead")
    assert reaperd.show("a.service", "Result") == "success"


def test_its_main_process_fails_it_all_the_same(reaperd):
    reaperd.service("a", "/bin/sh -c 'sleep 1000 & exit 3'", "ExitType=cgroup")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    reaperd.wait_state("a.service", "failed")
    assert reaperd.show("a.service", "Result", "ExecMainStatus") == ["exit-code", 3]


def test_a_life_is_not_longer_for_a_reload(reaperd):
    reaperd.service("a", text="RuntimeMaxSec=2s\nRuntimeRandomizedExtraSec=100ms\nExecReload=/bin/true")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    begin = reaperd.show("a.service", "ActiveEnterTimestamp")
    while reaperd.state("a.service") == "active":
        reaperd.ctl("reload", "a.service")
        time.sleep(0.1)
    reaperd.wait_state("a.service", "failed")
    assert reaperd.show("a.service", "Result") == "timeout"
    assert reaperd.show("a.service", "ActiveExitTimestamp") - begin >= 2000000
