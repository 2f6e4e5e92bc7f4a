"""What processes are told in their environment of why they run: by which trigger, after whose end."""

from reaperd import wait_for

PRINT = "/bin/sh -c 'env | grep -E \"^(TRIGGER|MONITOR|SYSTEMD_EXEC)_\" | sort; echo end'"


def told(reaperd, name):
    """The variables that the service printed."""
    wait_for(lambda: reaperd.lines(name)[-1:] == ["end"], f"{name} has spoken")
    return dict(line.split("=", 1) for line in reaperd.lines(name)[:-1])


def oneshot(reaperd, name, command=PRINT, unit=""):
    reaperd.unit(f"{name}.service", f"[Unit]\n{unit}\n[Service]\nType=oneshot\nExecStart={command}\n")


def test_a_timer_says_when_it_went_off(reaperd):
    oneshot(reaperd, "a")
    reaperd.unit("a.timer", "[Timer]\nOnActiveSec=10ms\n")
    reaperd.start("a.timer")
    seen = told(reaperd, "a")
    assert seen["TRIGGER_UNIT"] == "a.timer" and int(seen["TRIGGER_TIMER_REALTIME_USEC"]) == reaperd.show("a.timer", "LastTriggerUSec")
    assert int(seen["TRIGGER_TIMER_MONOTONIC_USEC"]) > 0
    reaperd.wait_state("a.service", "inactive")
    reaperd.ctl("start", "a.service")
    assert "SYSTEMD_EXEC_PID" in reaperd.lines("a")[-2] and reaperd.lines("a")[-3] == "end", "by hand there is no trigger"


def test_a_path_says_what_was_found(reaperd):
    reaperd.service("a", PRINT, "RemainAfterExit=yes")
    reaperd.unit("a.path", f"[Path]\nPathExists={reaperd.folder}/one\nPathExistsGlob={reaperd.folder}/t*o\n")
    reaperd.start("a.path")
    (reaperd.folder / "two").touch()
    seen = told(reaperd, "a")
    assert seen["TRIGGER_UNIT"] == "a.path" and seen["TRIGGER_PATH"] == f"{reaperd.folder}/two"


def test_who_is_called_after_a_failure_is_told_of_it(reaperd):
    reaperd.service("a", "/bin/sh -c 'exit 7'", unit="OnFailure=b.service")
    reaperd.service("c", "/bin/sh -c 'kill -KILL $$$$'", unit="OnFailure=d.service")
    oneshot(reaperd, "b")
    oneshot(reaperd, "d")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "c.service")
    seen = told(reaperd, "b")
    del seen["SYSTEMD_EXEC_PID"]
    assert seen.pop("MONITOR_INVOCATION_ID") == reaperd.show("a.service", "InvocationID")
    assert seen == {"MONITOR_UNIT": "a.service", "MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_CODE": "exited", "MONITOR_EXIT_STATUS": "7"}
    seen = told(reaperd, "d")
    assert [seen[f"MONITOR_{key}"] for key in ("UNIT", "SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS")] == ["c.service", "signal", "killed", "KILL"]


def test_who_may_be_called_by_several_is_told_nothing(reaperd):
    for name in "ac":
        reaperd.service(name, "/bin/sh -c 'exit 7'", unit="OnFailure=b.service")
    oneshot(reaperd, "b")
    reaperd.service("keep", unit="After=c.service")  # loads it
    reaperd.start("keep.service", "a.service")
    assert list(told(reaperd, "b")) == ["SYSTEMD_EXEC_PID"]
