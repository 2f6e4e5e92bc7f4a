"""Services: their types, commands, restarts and ends."""

import os
import pathlib
import shutil
import signal
import time

import pytest
from reaperd import HELPERS, REAPERCTL, is_alive, wait_for

NOTIFY = HELPERS / "notify"


def test_simple_is_active_at_once(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    assert reaperd.show("a", "ActiveState", "SubState", "Result") == ["active", "running", "success"]
    assert is_alive(reaperd.main_pid("a"))


def test_exec_waits_for_the_program(reaperd):
    reaperd.service("a", "/no/such/program", "Type=exec")
    reaperd.service("b", "/no/such/program", "Type=simple")
    reaperd.start("-", wait=False) if False else reaperd.start("b.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1
    assert "No such file" in result.err
    assert reaperd.ctl("start", "b").status == 0


def test_oneshot_runs_its_commands_in_order(reaperd):
    reaperd.unit(
        "a.service",
        f"[Service]\nType=oneshot\nExecStartPre=/bin/sh -c 'echo pre >>{reaperd.folder}/out'\n"
        f"ExecStart=/bin/sh -c 'echo 1 >>{reaperd.folder}/out'\nExecStart=/bin/sh -c 'echo 2 >>{reaperd.folder}/out'\n"
        f"ExecStartPost=/bin/sh -c 'echo post >>{reaperd.folder}/out'\n",
    )
    reaperd.start("a.service")
    assert (reaperd.folder / "out").read_text() == "pre\n1\n2\npost\n"
    assert reaperd.state("a") == "inactive"


def test_remain_after_exit(reaperd):
    reaperd.service("a", "/bin/true", f"Type=oneshot\nRemainAfterExit=yes\nExecStop=/bin/touch {reaperd.folder}/stopped")
    reaperd.start("a.service")
    assert reaperd.show("a", "ActiveState", "SubState") == ["active", "exited"]
    assert reaperd.ctl("stop", "a").status == 0
    assert (reaperd.folder / "stopped").exists()


def test_oneshot_start_waits_and_tells_of_failure(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo broken >&2; exit 3'", "Type=oneshot")
    reaperd.service("b")
    reaperd.start("b.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1 and "status 3" in result.err
    assert reaperd.show("a", "Result", "ExecMainStatus") == ["exit-code", 3]


def test_a_dash_ignores_failure(reaperd):
    reaperd.unit("a.service", "[Service]\nType=oneshot\nExecStartPre=-/bin/false\nExecStart=-/no/such\nExecStart=/bin/true\n")
    reaperd.start("a.service")
    assert reaperd.show("a", "Result") == "success"


def test_a_failed_pre_command_keeps_it_from_starting(reaperd):
    reaperd.service("a", f"/bin/touch {reaperd.folder}/ran", "ExecStartPre=/bin/false")
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    reaperd.wait_state("a", "failed")
    assert not (reaperd.folder / "ran").exists()


def test_an_exec_condition_skips_it(reaperd):
    reaperd.service("a", f"/bin/touch {reaperd.folder}/ran", "Type=oneshot\nExecCondition=/bin/sh -c 'exit 1'")
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    assert reaperd.show("a", "ActiveState", "Result") == ["inactive", "exec-condition"]
    assert not (reaperd.folder / "ran").exists()


def test_forking_with_a_pid_file(reaperd):
    pid_file = reaperd.folder / "pid"
    reaperd.service(
        "a", f"/bin/sh -c 'setsid sh -c \"echo \\$\\$ >{pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 1000\" & "
        f"while ! [ -s {pid_file} ]; do sleep 0.01; done'", f"Type=forking\nPIDFile={pid_file}"
    )  # fmt: skip
    reaperd.start("a.service")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", int(pid_file.read_text())]
    reaperd.ctl("stop", "a")
    assert not pid_file.exists(), "reaperd removes it as systemd does"


def test_a_pid_file_that_stays_open(reaperd):
    """As sendmail's: it is written into after its parent ended, and never closed."""
    pid_file, go, script = (reaperd.folder / name for name in ("pid", "go", "script"))
    script.write_text(f"exec 9>{pid_file}\nuntil [ -e {go} ]; do sleep 0.01; done\necho $$ >&9\nexec sleep 1000\n")
    reaperd.service("a", f"/bin/sh -c 'sh {script} & until [ -e {pid_file} ]; do sleep 0.01; done'", f"Type=forking\nPIDFile={pid_file}")
    reaperd.start("--", "sleep", "1000")
    reaperd.ctl("start", "--no-block", "a")
    wait_for(lambda: pid_file.exists() and reaperd.show("a", "ControlPID") == 0, "its parent has ended")
    go.touch()
    wait_for(lambda: reaperd.state("a") == "active", "it is up")
    assert reaperd.main_pid("a") == int(pid_file.read_text())


def test_a_pid_file_is_written_as_its_parent_ends(reaperd):
    """Neither before we look for it nor after we wait for it, but in between: some of these times."""
    pid_file, pipe, script = (reaperd.folder / name for name in ("pid", "pipe", "script"))
    os.mkfifo(pipe)
    script.write_text(f": >{pid_file}\nread x <{pipe}\necho $$ >{pid_file}\nexec sleep 1000\n")
    reaperd.service("a", f"/bin/sh -c 'sh {script} & exec 8>{pipe}'", f"Type=forking\nPIDFile={pid_file}\nTimeoutStartSec=10", unit="StartLimitIntervalSec=0")
    reaperd.service("keep")
    reaperd.start("keep.service")
    for _ in range(50):
        assert reaperd.ctl("restart", "a").status == 0


def test_a_main_process_that_hands_over(reaperd):
    """As nginx's does for a new program: whom the PID file names when the old one ends is the main process."""
    pid_file, script = reaperd.folder / "pid", reaperd.folder / "script"
    script.write_text(f"trap 'sleep 1000 & echo $! >{pid_file}; exit' USR2\necho $$ >{pid_file}\nwhile :; do sleep 0.05; done\n")
    reaperd.service("a", f"/bin/sh -c '/bin/bash {script} & until [ -s {pid_file} ]; do sleep 0.01; done'", f"Type=forking\nPIDFile={pid_file}\nRestart=always")
    reaperd.start("a.service")
    old = reaperd.main_pid("a")
    os.kill(old, signal.SIGUSR2)
    wait_for(lambda: not is_alive(old), "the old one ends")
    new = int(pid_file.read_text())
    wait_for(lambda: reaperd.main_pid("a") == new, "the new one is followed")
    assert reaperd.show("a", "ActiveState", "SubState", "NRestarts") == ["active", "running", 0]
    os.kill(new, signal.SIGKILL)
    wait_for(lambda: reaperd.show("a", "NRestarts") == 1, "its end is the service's")


def test_forking_without_a_pid_file_guesses(reaperd):
    reaperd.service("a", f"/bin/sh -c 'sleep 1000 & echo $! >{reaperd.folder}/pid'", "Type=forking")
    reaperd.start("a.service")
    assert reaperd.main_pid("a") == int((reaperd.folder / "pid").read_text())
    assert reaperd.json("orphans") == [], "a daemon's main process is where it should be"
    os.kill(reaperd.main_pid("a"), signal.SIGKILL)
    reaperd.wait_state("a", "failed")


def test_a_pid_file_may_not_name_a_stranger(reaperd):
    pid_file = reaperd.folder / "pid"
    reaperd.service("a", f"/bin/sh -c 'echo {os.getpid()} >{pid_file}; sleep 1000 &'",
                    f"Type=forking\nPIDFile={pid_file}\nTimeoutStartSec=1")  # fmt: skip
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    reaperd.wait_state("a", "failed")
    assert str(os.getpid()) in reaperd.text()


def test_notify_is_active_when_it_says_so(reaperd):
    reaperd.service("a", f"{NOTIFY} READY=1 STATUS=serving -- sleep 1000", "Type=notify")
    reaperd.start("a.service")
    assert reaperd.show("a", "ActiveState", "StatusText") == ["active", "serving"]


def test_a_message_from_a_child_that_ends_at_once_is_heard(reaperd):
    reaperd.service("a", f"/bin/sh -c '{NOTIFY} READY=1; exec sleep 1000'", "Type=notify\nNotifyAccess=all")
    reaperd.start("a.service")
    assert reaperd.state("a") == "active"


def test_notify_access_main_refuses_others(reaperd):
    reaperd.service("a", f"/bin/sh -c '{NOTIFY} READY=1; exec sleep 1000'", "Type=notify\nTimeoutStartSec=500ms")
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    assert reaperd.show("a", "Result") == "timeout"


def test_notify_that_never_comes_is_a_timeout(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "Type=notify\nTimeoutStartSec=300ms")
    reaperd.service("b")
    reaperd.start("b.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1 and "longer than TimeoutStartSec=300ms" in result.err
    assert reaperd.show("a", "Result", "MainPID") == ["timeout", 0]


def test_restart_on_failure_and_its_limit(reaperd):
    reaperd.service("a", f"/bin/sh -c 'echo x >>{reaperd.folder}/runs; exit 1'", "Restart=on-failure\nRestartSec=10ms",
                    "StartLimitBurst=3\nStartLimitIntervalSec=60")  # fmt: skip
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    wait_for(lambda: reaperd.show("a", "ActiveState", "NRestarts") == ["failed", 3], "three restarts, then no more")
    assert (reaperd.folder / "runs").read_text() == "x\n" * 3
    assert "StartLimit" in reaperd.json("show", "a")[0]["Reason"] or "often" in reaperd.show("a", "Reason")
    assert reaperd.ctl("start", "a").status == 1
    reaperd.ctl("reset-failed", "a")
    assert reaperd.state("a") == "inactive"
    assert reaperd.ctl("start", "a").status == 0


@pytest.mark.parametrize(
    "setting,end,again",
    [
        ("always", "exit 0", True),
        ("on-success", "exit 0", True),
        ("on-failure", "exit 0", False),
        ("on-failure", "exit 1", True),
        ("on-failure", "kill -TERM $$$$", False),
        ("on-abnormal", "exit 1", False),
        ("on-abnormal", "kill -KILL $$$$", True),
        ("on-abort", "kill -ABRT $$$$", True),
        ("no", "exit 1", False),
    ],
)
def test_restart_settings(reaperd, setting, end, again):
    flag = reaperd.folder / "flag"
    reaperd.service("a", f"/bin/sh -c 'ulimit -c 0; [ -e {flag} ] && exec sleep 1000; touch {flag}; {end}'",
                    f"Restart={setting}\nRestartSec=10ms")  # fmt: skip
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    if again:
        reaperd.wait_state("a", "active/running")
        wait_for(lambda: reaperd.show("a", "NRestarts") == 1, "one restart")
    else:
        wait_for(lambda: reaperd.state("a") in ("failed", "inactive"), "it stays down")
        assert reaperd.show("a", "NRestarts") == 0


def test_success_and_prevent_exit_status(reaperd):
    reaperd.service("a", "/bin/sh -c 'exit 7'", "SuccessExitStatus=7 DATAERR")
    reaperd.service("b", "/bin/sh -c 'exit 8'", "Restart=always\nRestartPreventExitStatus=8")
    reaperd.service("c")
    reaperd.start("c.service", "a.service", "b.service")
    wait_for(lambda: reaperd.show("a", "ActiveState", "Result") == ["inactive", "success"], "7 is success")
    wait_for(lambda: reaperd.show("b", "ActiveState", "NRestarts") == ["failed", 0], "8 prevents a restart")


def test_stop_runs_exec_stop_and_stop_post_with_the_result(reaperd):
    reaperd.unit(
        "a.service",
        "[Service]\nExecStart=/bin/sleep 1000\nExecStop=/bin/sh -c 'echo stop $MAINPID >>%s/out; kill $MAINPID'\n"
        "ExecStopPost=/bin/sh -c 'echo post $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >>%s/out'\n"
        % (reaperd.folder, reaperd.folder),
    )
    reaperd.start("a.service")
    pid = reaperd.main_pid("a")
    assert reaperd.ctl("stop", "a").status == 0
    assert (reaperd.folder / "out").read_text() == f"stop {pid}\npost success killed TERM\n"


def test_a_service_that_ignores_term_is_killed_in_time(reaperd):
    reaperd.service("a", "/bin/bash -c 'trap \"\" TERM; echo ready; while :; do sleep 1000; done'", "TimeoutStopSec=300ms")
    reaperd.start("a.service")
    wait_for(lambda: "ready" in reaperd.lines("a"), "the trap is set")
    pid = reaperd.main_pid("a")
    begin = time.monotonic()
    reaperd.ctl("stop", "a")
    assert not is_alive(pid)
    assert time.monotonic() - begin < 30
    assert reaperd.show("a", "ActiveState", "Result") == ["failed", "timeout"]


ESCAPE = (
    "/bin/bash -c '(trap \"\" HUP; exec setsid env -i /bin/bash -c \"(/bin/sleep 1000 & echo \\$! >{0}/pid.new; "
    "/bin/mv {0}/pid.new {0}/pid) & wait; exit\" &) ; exec sleep 1000'"
)


@pytest.mark.parametrize("mode,survives", [("control-group", False), ("mixed", False), ("process", True), ("none", True)])
def test_kill_mode(reaperd, mode, survives):
    reaperd.service("a", ESCAPE.format(reaperd.folder), f"KillMode={mode}\nTimeoutStopSec=1")
    reaperd.service("b")
    reaperd.start("b.service", "a.service")
    pid = int(reaperd.wait_file("pid"))
    assert reaperd.ctl("stop", "a").status == 0
    assert is_alive(pid) == survives
    reaperd.stop()
    assert not is_alive(pid), "the ordered stop leaves nothing"


def test_reload_runs_its_command(reaperd):
    reaperd.service("a", "/bin/bash -c 'trap \"echo reloaded\" HUP; echo ready; while :; do sleep 0.05; done'",
                    "ExecReload=/bin/kill -HUP $MAINPID")  # fmt: skip
    reaperd.start("a.service")
    wait_for(lambda: "ready" in reaperd.lines("a"), "the trap is set")
    pid = reaperd.main_pid("a")
    assert reaperd.ctl("reload", "a").status == 0
    wait_for(lambda: "reloaded" in reaperd.lines("a"), "the signal came")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", pid]


def test_kill_signal_and_final_signal(reaperd):
    reaperd.service("a", "/bin/bash -c 'trap \"exit 0\" USR1; trap \"\" TERM; echo ready; while :; do sleep 0.05; done'",
                    "KillSignal=SIGUSR1")  # fmt: skip
    reaperd.start("a.service")
    wait_for(lambda: "ready" in reaperd.lines("a"), "the trap is set")
    reaperd.ctl("stop", "a")
    assert reaperd.show("a", "Result") == "success"


def test_kill_sends_a_signal_to_the_main_process(reaperd):
    reaperd.service("a", "/bin/sleep 1000")
    reaperd.service("b")
    reaperd.start("a.service", "b.service")
    assert reaperd.ctl("kill", "-s", "KILL", "--kill-whom=main", "a").status == 0
    reaperd.wait_state("a", "failed")
    assert reaperd.show("a", "Result", "ExecMainStatus") == ["signal", 9]
    assert reaperd.ctl("kill", "-s", "NOTHING", "b").status == 2


def test_runtime_max_and_watchdog(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "RuntimeMaxSec=200ms")
    reaperd.service("w", f"{NOTIFY} READY=1 WATCHDOG=1 -- sleep 1000", "Type=notify\nWatchdogSec=300ms\nTimeoutStopSec=5")
    reaperd.service("b")
    reaperd.start("b.service", "a.service", "w.service")
    reaperd.wait_state("a", "failed")
    assert reaperd.show("a", "Result") == "timeout"
    reaperd.wait_state("w", "failed")
    assert reaperd.show("w", "Result") == "watchdog"


def test_main_pid_may_be_handed_over_within_the_unit(reaperd):
    reaperd.service("a", f"/bin/sh -c 'sleep 1000 & exec {NOTIFY} \"MAINPID=$!\\nREADY=1\" -- sleep 999'", "Type=notify")
    reaperd.start("a.service")
    wait_for(lambda: "sleep 1000" in " ".join(os.popen(f"ps -o args= -p {reaperd.main_pid('a')}").read().split()), "it moved")


def test_main_pid_of_a_stranger_is_refused(reaperd):
    reaperd.service("a", f"{NOTIFY} MAINPID={os.getpid()} READY=1 -- sleep 1000", "Type=notify")
    reaperd.start("a.service")
    assert reaperd.main_pid("a") != os.getpid()


def test_a_stop_wins_over_restarts_that_come_due(reaperd):
    reaperd.service("a", "/bin/false", "Restart=always\nRestartSec=1ms", "StartLimitIntervalSec=0")
    for rounds in range(1, 16):
        reaperd.start("a.service", wait=False)
        reaperd.wait_log("restart 3)")
        assert reaperd.stop(patience=20) == 0, f"round {rounds}"
        reaperd.log.unlink()


def test_signals_that_the_caller_ignores_are_default_again(reaperd):
    reaperd.service("a", "/bin/grep SigIgn /proc/self/status", "Type=oneshot\nIgnoreSIGPIPE=no")
    reaperd.service("keep")
    reaperd.wrapper = ["bash", "-c", "trap '' USR1 HUP CHLD; exec \"$@\"", "bash"]
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["SigIgn:\t0000000000000000"]


def test_a_failed_start_is_told_although_it_is_tried_again(reaperd):
    reaperd.service("a", "/bin/false", "Type=oneshot\nRestart=on-failure\nRestartSec=100")
    reaperd.service("keep")
    reaperd.start("keep.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1 and "status 1" in result.err
    assert reaperd.show("a", "ActiveState", "SubState") == ["activating", "auto-restart"]
    assert reaperd.ctl("stop", "a").status == 0


@pytest.fixture
def below_run(reaperd, root):
    """A reaperd whose control socket is where every service can see it."""
    folder = pathlib.Path(f"/run/reaperd-test-{os.getpid()}")
    reaperd.socket = folder / "s"
    folder.mkdir()
    yield reaperd
    reaperd.stop()
    shutil.rmtree(folder)


def test_a_notify_socket_is_a_file_where_services_see_it(below_run):
    """Of an abstract one a service in a network of its own would know nothing."""
    reaperd, folder = below_run, below_run.socket.with_suffix(".notify")
    folder.mkdir()
    (folder / "0").touch()
    speak = f"/bin/sh -c 'echo $NOTIFY_SOCKET; {NOTIFY} READY=1; exec sleep 1000'"
    reaperd.service("a", speak, "Type=notify\nNotifyAccess=all\nUser=nobody\nPrivateNetwork=yes")
    reaperd.service("rooted", speak, "Type=notify\nNotifyAccess=all\nRootDirectory=/proc/self/root")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "rooted.service")
    wait_for(lambda: reaperd.lines("a") and reaperd.lines("rooted"), "both have spoken")
    path = pathlib.Path(reaperd.lines("a")[0])
    assert reaperd.state("a") == reaperd.state("rooted") == "active"
    assert path.is_socket() and list(folder.iterdir()) == [path], "what was left of before is gone"
    assert reaperd.lines("rooted")[0].startswith("@"), "which may not see the file"
    reaperd.ctl("stop", "a")
    assert not list(folder.iterdir())
    reaperd.ctl("start", "a")
    assert reaperd.stop() == 0 and not folder.exists()


def test_a_notify_socket_is_no_file_where_others_may_not_go(below_run):
    below_run.socket.parent.chmod(0o700)
    below_run.service("a", f"/bin/sh -c 'echo $NOTIFY_SOCKET; {NOTIFY} READY=1; exec sleep 1000'", "Type=notify\nNotifyAccess=all\nUser=nobody\nTimeoutStartSec=10")
    below_run.start("a.service")
    assert below_run.state("a") == "active" and below_run.lines("a")[0].startswith("@"), below_run.lines("a")


def test_a_barrier_falls_when_what_was_said_before_it_counts(reaperd):
    """sd_notify_barrier(3): READY=1 and then a descriptor whose end we close. Who sees it closed is active."""
    program = reaperd.folder / "barrier.py"
    program.write_text("""import array, os, select, socket, subprocess, sys, time
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
    s.send(b"READY=1\\nSTATUS=before")
    here, there = os.pipe()
    s.sendmsg([b"BARRIER=1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [there]))])
    os.close(there)
poll = select.poll()
poll.register(here, 0)
events = poll.poll(5000)
print("closed" if events and events[0][1] & select.POLLHUP else "open", flush=True)
print(subprocess.run(sys.argv[1:], capture_output=True, text=True).stdout, flush=True)
time.sleep(1000)
""")
    reaperd.service("a", f"/usr/bin/python3 {program} {REAPERCTL} --socket={reaperd.socket} show -p ActiveState -p StatusText -p NFileDescriptorStore a.service",
                    "Type=notify\nFileDescriptorStoreMax=5")
    reaperd.start("a.service")
    wait_for(lambda: "ActiveState=active" in reaperd.lines("a"), "it is active")
    assert "closed" in reaperd.lines("a")
    assert {"StatusText=before", "NFileDescriptorStore=0"} <= set(reaperd.lines("a"))


def test_pauses_grow_from_restart_to_restart(reaperd):
    """RestartSteps= and RestartMaxDelaySec= (systemd 254): from RestartSec= in equal ratios to the longest."""
    reaperd.service("a", "/bin/sh -c 'date +%%s.%%N; exit 1'",
                    "Restart=always\nRestartSec=50ms\nRestartSteps=3\nRestartMaxDelaySec=400ms", "StartLimitIntervalSec=0")
    reaperd.start("a.service")
    wait_for(lambda: len(reaperd.lines("a")) >= 7, "it was started seven times")
    times = [float(line) for line in reaperd.lines("a")[:7]]
    pauses = [later - sooner for sooner, later in zip(times, times[1:])]
    for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.4, 0.4, 0.4)):
        assert pause >= least, pauses
    assert "starting it again in 100 ms (Restart=always, restart 2)" in reaperd.text()
    assert "starting it again in 400 ms (Restart=always, restart 6)" in reaperd.text()
