"""Bad days: floods, lies, stalls, clocks, disks, files that change under a service (docs/faults.md)."""

import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest
from conftest import can
from reaperd import HELPERS, PATIENCE, REAPERCTL, SANITIZED, clean_environment, descendants, is_alive, run, wait_for
from silent_disk import SilentDisk

NOTIFY = HELPERS / "notify"
FLOOD = HELPERS / "flood"


def notify_address(reaperd, unit):
    environment = pathlib.Path(f"/proc/{reaperd.main_pid(unit)}/environ").read_bytes().split(b"\0")
    return next((v[len(b"NOTIFY_SOCKET=") :].decode() for v in environment if v.startswith(b"NOTIFY_SOCKET=")), None)


def slowest(reaperd, count=20):
    """Of `count` questions, the one that took longest."""
    worst = 0
    for _ in range(count):
        begin = time.monotonic()
        assert reaperd.ctl("is-active", "other").status == 0
        worst = max(worst, time.monotonic() - begin)
    return worst


def test_a_flood_of_messages_delays_nobody(reaperd):
    """As fast as one process can send: others are answered, started and stopped, and what is sent last is heard."""
    reaperd.service("flood", f"{FLOOD} STATUS=x READY=1", "Type=notify\nNotifyAccess=all\nWatchdogSec=60")
    reaperd.service("other", f"/bin/sh -c '{NOTIFY} READY=1; exec sleep 1000'", "Type=notify\nNotifyAccess=all")
    reaperd.start("flood.service")
    assert reaperd.ctl("start", "other").status == 0
    assert slowest(reaperd) < 5
    assert reaperd.ctl("restart", "other", patience=20).status == 0
    assert reaperd.ctl("stop", "flood", patience=20).status == 0
    assert reaperd.state("other") == "active"


ODD_MESSAGES = [b"", b"\0", b"=", b"\n\n\n", b"READY", b"READY=2", b"MAINPID=", b"MAINPID=-1", b"MAINPID=1", b"MAINPID=99999999999999999999",
    b"WATCHDOG_USEC=-5", b"STATUS=\xff\xfe", b"STATUS=" + b"x" * 5000, b"x" * 65000, b"ERRNO=999999999999", b"EXTEND_TIMEOUT_USEC=18446744073709551615",
    b"FDSTORE=1", b"BARRIER=1", b"STATUS=a\0b\nREADY=0", b"A" * 200 + b"=" + b"B" * 3000]  # fmt: skip


def test_odd_messages_do_nothing(reaperd):
    """Empty, long, cut, with as many descriptors as the kernel lets through."""
    reaperd.service("a", "/bin/sleep 1000", "Type=notify\nNotifyAccess=all\nTimeoutStartSec=infinity")
    reaperd.start("--", "sleep", "1000", wait=False)
    wait_for(reaperd.is_up, "it is up")
    reaperd.ctl("start", "--no-block", "a")
    address = "\0" + wait_for(lambda: reaperd.main_pid("a") and notify_address(reaperd, "a"), "it has a socket")[1:]
    before = len(os.listdir(f"/proc/{reaperd.pid}/fd"))
    null = os.open("/dev/null", os.O_RDONLY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(address)
        for message in ODD_MESSAGES:
            s.send(message)
            socket.send_fds(s, [message], [null] * 253)
        os.close(null)
        assert reaperd.show("a", "SubState") == "start"
        assert len(os.listdir(f"/proc/{reaperd.pid}/fd")) <= before + 1
        s.send(b"READY=1")
        assert reaperd.show("a", "SubState") == "start", "we are none of its processes, and here to be looked at"


@pytest.mark.parametrize("access", ["main", "exec", "all"])
def test_others_do_not_speak_for_a_unit(reaperd, root, access):
    """A process of another unit, one of another user, an orphan of none."""
    reaperd.folder.chmod(0o755)
    reaperd.service("a", "/bin/sleep 1000", f"Type=notify\nNotifyAccess={access}\nTimeoutStartSec=infinity\nWatchdogSec=0")
    reaperd.service("other", f"/bin/sh -c 'read address < {reaperd.folder}/gate; NOTIFY_SOCKET=$address {NOTIFY} READY=1 MAINPID=1 STATUS=forged -- sleep 999'")
    reaperd.service("nobody", f"/bin/sh -c 'read address < {reaperd.folder}/gate2; NOTIFY_SOCKET=$address {NOTIFY} READY=1 STATUS=forged; exec sleep 999'", "User=65534")
    gates = [reaperd.folder / "gate", reaperd.folder / "gate2"]
    for gate in gates:
        os.mkfifo(gate)
        gate.chmod(0o666)
    reaperd.start("other.service", "nobody.service")
    reaperd.ctl("start", "--no-block", "a")
    address = wait_for(lambda: reaperd.main_pid("a") and notify_address(reaperd, "a"), "it has a socket")
    for gate in gates:
        gate.write_text(address + "\n")
    wait_for(lambda: reaperd.text().count(f"NotifyAccess={access} does not let it") >= 2, "both are refused")
    assert reaperd.show("a", "SubState", "StatusText") == ["start", ""]


@pytest.mark.parametrize("jump", [-(365 * 86400), 365 * 86400], ids=["back", "ahead"])
def test_the_wall_clock_jumps(reaperd, wishes, jump):
    """No time limit, delay or start limit is moved by it."""
    reaperd.service("slow", "/bin/sleep 1000", "Type=notify\nTimeoutStartSec=2")
    reaperd.service("again", "/bin/false", "Restart=on-failure\nRestartSec=300ms", "StartLimitIntervalSec=1h\nStartLimitBurst=3")
    reaperd.service("runs", "/bin/sleep 1000", "RuntimeMaxSec=1h\nWatchdogSec=1h\nNotifyAccess=all")
    reaperd.start("runs.service", env=wishes.environment)
    begin = time.monotonic()
    reaperd.ctl("start", "--no-block", "slow", "again")
    wishes.offset_clock(jump)
    reaperd.wait_state("slow", "failed")
    assert 1.5 < time.monotonic() - begin < 30
    reaperd.wait_state("again", "failed")
    assert reaperd.show("again", "NRestarts") == 3 or reaperd.show("again", "Result") == "exit-code"
    assert reaperd.text().count("a.service") == 0 and reaperd.text().count("starting it again in 300 ms") == 3
    assert reaperd.state("runs") == "active"
    assert reaperd.ctl("stop", "runs", patience=10).status == 0


def test_a_stalled_reaperd_blames_nobody(reaperd):
    """Stopped for longer than a watchdog: who kept alive meanwhile is not ended for it; who did not is."""
    reaperd.service("alive", f"{FLOOD} --every=100 WATCHDOG=1", "WatchdogSec=1s\nNotifyAccess=all")
    reaperd.service("dead", "/bin/sleep 1000", "WatchdogSec=4s\nNotifyAccess=all")
    reaperd.service("again", "/bin/sh -c 'exit 1'", "Restart=on-failure\nRestartSec=100ms", "StartLimitIntervalSec=1s\nStartLimitBurst=50")
    reaperd.start("alive.service", "dead.service", "again.service")
    main = reaperd.main_pid("alive")
    os.kill(reaperd.pid, signal.SIGSTOP)
    time.sleep(3)
    os.kill(reaperd.pid, signal.SIGCONT)
    reaperd.wait_state("dead", "failed")
    assert reaperd.show("dead", "Result") == "watchdog"
    assert reaperd.show("alive", "ActiveState", "MainPID") == ["active", main]
    assert reaperd.show("again", "Result") != "start-limit-hit", "no burst of starts was counted"


def test_a_stop_that_waits_in_the_kernel(reaperd):
    """A parent in vfork(2) acts on nothing but KILL while its child is stopped."""
    reaperd.service("a", f"{HELPERS}/stuck", "TimeoutStopSec=300ms")
    reaperd.service("b")
    reaperd.start("a.service", "b.service")
    below = wait_for(lambda: len(descendants(reaperd.main_pid("a"))) == 1 and descendants(reaperd.main_pid("a")), "its child is there")
    assert reaperd.ctl("stop", "a", patience=30).status == 0
    assert reaperd.show("a", "Result") == "timeout"
    assert not any(map(is_alive, below))
    assert reaperd.state("b") == "active"


def test_what_outlives_the_last_signal_is_left(reaperd):
    """A final signal that kills nobody stands for a process that nothing kills: the stop ends, and so does that of everything."""
    reaperd.service("a", "/bin/bash -c 'trap \"\" TERM; while :; do sleep 1000; done'", "TimeoutStopSec=200ms\nFinalKillSignal=SIGURG")
    reaperd.service("b")
    reaperd.start("--stop-budget=2s", "a.service", "b.service")
    below = descendants(reaperd.main_pid("a")) | {reaperd.main_pid("a")}
    assert reaperd.ctl("stop", "a", patience=30).status == 0
    assert reaperd.show("a", "ActiveState", "Result") == ["failed", "timeout"]
    assert "processes outlive SIGKILL" in reaperd.text()
    assert reaperd.state("b") == "active"
    assert reaperd.stop(patience=30) == 0
    assert not any(map(is_alive, below))


@pytest.fixture
def silent(reaperd, root):
    """A service that no signal ends until the disk is given up."""
    if not os.path.exists("/dev/fuse") or not can("unshare", "--mount", "true"):
        pytest.skip("needs fuse and mount namespaces")
    disk = SilentDisk(reaperd.folder / "disk")
    reaperd.wrapper = disk.wrapper
    reaperd.service("a", f"/bin/cat {reaperd.folder}/disk/file", "TimeoutStopSec=200ms")
    reaperd.service("b")
    reaperd.start("--stop-budget=2s", "a.service", "b.service", pass_fds=[disk.fd])
    reaperd.stuck = reaperd.main_pid("a")
    assert disk.asked.wait(PATIENCE)
    yield disk
    disk.end()


def test_nothing_ends_a_process_that_waits_for_a_disk(reaperd, silent):
    """The stop ends without it, the next start has a process of its own, and what ends at last is nobody's end."""
    assert reaperd.ctl("stop", "a", patience=30).status == 0
    assert reaperd.show("a", "ActiveState", "Result") == ["failed", "timeout"]
    assert "processes outlive SIGKILL" in reaperd.text() and is_alive(reaperd.stuck)
    reaperd.service("a")
    assert reaperd.ctl("daemon-reload").status == 0 and reaperd.ctl("start", "a").status == 0
    main = reaperd.main_pid("a")
    silent.end()
    wait_for(lambda: not is_alive(reaperd.stuck), "it gets an error and ends")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", main] and main != reaperd.stuck
    assert reaperd.state("b") == "active"


def test_the_stop_of_everything_goes_on_without_what_nothing_ends(reaperd, silent):
    other = reaperd.main_pid("b")
    os.kill(reaperd.pid, signal.SIGTERM)
    assert reaperd.process.wait(30) == 0
    assert "processes outlive SIGKILL" in reaperd.text()
    assert is_alive(reaperd.stuck) and not is_alive(other)


def test_directories_on_a_full_disk(reaperd, root):
    if not can("unshare", "--mount", "true"):
        pytest.skip("needs mount namespaces")
    reaperd.wrapper = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=16k,nr_inodes=4 none /var/lib && mkdir /var/lib/x && dd if=/dev/zero of=/var/lib/full bs=1k count=64 2>/dev/null; exec \"$@\"", "sh"]
    reaperd.service("a", "/bin/sleep 1000", "StateDirectory=reaperd-test-a reaperd-test-b reaperd-test-c")
    reaperd.service("b")
    reaperd.start("b.service")
    assert reaperd.ctl("start", "a").status == 0, "Type=simple is up before its program is"
    reaperd.wait_state("a", "failed")
    assert "StateDirectory" in reaperd.text() and "No space left" in reaperd.text()
    assert reaperd.show("a", "ExecMainStatus") == 238
    assert reaperd.state("b") == "active"


def test_the_file_of_a_running_unit_changes_and_goes(reaperd):
    """The type, too: what runs goes on as it began, and is stopped as the files say then."""
    reaperd.service("a", "/bin/sleep 1000", f"ExecStop=/bin/touch {reaperd.folder}/old")
    reaperd.start("a.service")
    main = reaperd.main_pid("a")
    for text in ("Type=oneshot\nExecStart=/bin/true", "Type=forking\nPIDFile=/no/such\nExecStart=/bin/true", "nonsense", f"ExecStart=/bin/sleep 1000\nExecStop=/bin/touch {reaperd.folder}/new"):
        reaperd.unit("a.service", f"[Service]\n{text}\n")
        assert reaperd.ctl("daemon-reload").status == 0
        assert reaperd.show("a", "ActiveState", "MainPID") == ["active", main]
    (reaperd.units / "a.service").unlink()
    assert reaperd.ctl("daemon-reload").status == 0
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", main]
    assert reaperd.ctl("stop", "a").status == 0
    assert (reaperd.folder / "new").exists() and not (reaperd.folder / "old").exists()
    assert reaperd.ctl("start", "a").status == 5, "there is none any more"


def test_reloads_while_everything_moves(reaperd):
    """Files are read anew over and over, by clients and by SIGHUP, while services end and start; memory and descriptors stay."""
    count = int(os.environ.get("REAPERD_RELOADS", "150"))
    for i in range(10):
        reaperd.service(f"r{i}", f"/bin/sh -c 'sleep 0.{i}; exit 1'", "Restart=always\nRestartSec=10ms", "StartLimitIntervalSec=0")
    reaperd.service("steady")
    reaperd.start("steady.service", *(f"r{i}.service" for i in range(10)))
    main, figures = reaperd.main_pid("steady"), []
    for i in range(count):
        os.kill(reaperd.pid, signal.SIGHUP)
        assert reaperd.ctl("daemon-reload").status == 0
        if i in (count // 3, count - 1):
            figures.append((len(os.listdir(f"/proc/{reaperd.pid}/fd")), int(pathlib.Path(f"/proc/{reaperd.pid}/statm").read_text().split()[1]) * 4))
    assert reaperd.show("steady", "ActiveState", "MainPID") == ["active", main]
    assert abs(figures[1][0] - figures[0][0]) < 30 and (SANITIZED or figures[1][1] - figures[0][1] < 512), figures
    assert reaperd.json("stats")["restarts"] > 0
    assert reaperd.stop() == 0


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM]], ids=["once", "twice"])
def test_the_end_comes_in_the_midst_of_the_beginning(reaperd, signals):
    """With jobs that wait, jobs that run, restarts, orphans and clients."""
    for i in range(30):
        after = f"After=u{i - 1}.service" if i % 3 else ""
        reaperd.service(f"u{i}", "/bin/bash -c '(setsid sleep 1000 &); sleep 0.2; exec sleep 1000'", "Type=exec\nTimeoutStopSec=2", after)
    reaperd.service("never", "/bin/sleep 1000", "Type=notify\nTimeoutStartSec=infinity")
    reaperd.service("again", "/bin/false", "Restart=always\nRestartSec=1ms", "StartLimitIntervalSec=0")
    reaperd.start("never.service", "again.service", *(f"u{i}.service" for i in range(30)), wait=False)
    wait_for(lambda: reaperd.socket.exists() and len(descendants(reaperd.process.pid)) > 5, "it has begun")
    below = descendants(reaperd.process.pid)
    clients = [subprocess.Popen([REAPERCTL, f"--socket={reaperd.socket}", "start", "never"], env=clean_environment(), stderr=subprocess.DEVNULL) for _ in range(5)]
    for number in signals:
        os.kill(reaperd.pid, number)
    assert reaperd.process.wait(PATIENCE) == 0
    for client in clients:
        assert client.wait(PATIENCE) != 0
    assert not [pid for pid in below if is_alive(pid)]


def test_a_parent_that_is_killed(reaperd):
    """reaperd ends by SIGKILL: its services live on without it; the next one takes the socket and starts its own."""
    reaperd.service("a", "/bin/bash -c 'echo $$ >>%s/pids; exec sleep 1000'" % reaperd.folder)
    reaperd.start("a.service")
    first = reaperd.main_pid("a")
    reaperd.process.kill()
    reaperd.process.wait()
    assert is_alive(first)
    reaperd.start("a.service")
    second = reaperd.main_pid("a")
    assert second != first and is_alive(first)
    assert reaperd.stop() == 0
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not is_alive(first), "it is gone")


EXEC_LISTS = ["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"]


def test_no_command_gets_a_descriptor_or_variable_of_ours(reaperd):
    """Each kind of command, with clients, sockets, output and notify sockets open in reaperd."""
    show = reaperd.folder / "show"
    show.write_text(  # 10 is what dash reads the script from
        f"cd {reaperd.folder}; k=$1; set -- /proc/$$/fd/*; tr '\\0' '\\n' </proc/$$/environ | sed s/=.*// >$k.env\n"
        "for fd; do [ ! -e $fd ] || [ ${fd##*/} = 10 ] || echo ${fd##*/}; done >$k.new; mv $k.new $k; [ $k != ExecStart ] || exec sleep 1000\n"
    )
    lines = [f"{key}=/bin/dash {show} {key}" for key in EXEC_LISTS]
    reaperd.unit("a.service", "[Service]\nType=simple\n" + "\n".join(lines) + "\n")
    reaperd.service("b", "/bin/sleep 1000", "NotifyAccess=all")
    inherited = os.open("/dev/zero", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    reaperd.start("b.service", close_fds=False, env={"LD_LIBRARY_PATH": "/secret", "BASH_FUNC_x%%": "() { echo; }", "SECRET": "1" * 100000})
    os.close(inherited)
    with reaperd.connect():
        for verb in ("start", "reload", "stop"):
            assert reaperd.ctl(verb, "a").status == 0
    for key in EXEC_LISTS:
        assert reaperd.wait_file(key) == "0\n1\n2\n", key
        names = set((reaperd.folder / f"{key}.env").read_text().split())
        assert not names & {"SECRET", "LD_LIBRARY_PATH", "BASH_FUNC_x%%"}, key
        assert names <= {"PATH", "INVOCATION_ID", "MAINPID", "SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS", "SYSTEMD_EXEC_PID", "LANG", "HOME", "USER", "LOGNAME", "SHELL", "JOURNAL_STREAM"}, (key, names)


def test_a_service_that_was_stopped_by_a_signal(reaperd):
    """SIGSTOP is no end; the stop wakes it."""
    reaperd.service("a", f"/bin/bash -c 'trap \"echo woken >{reaperd.folder}/woken; exit\" TERM; echo >{reaperd.folder}/ready; while :; do sleep 0.05; done'", "TimeoutStopSec=60")
    reaperd.start("a.service")
    main = reaperd.main_pid("a")
    reaperd.wait_file("ready")
    os.kill(main, signal.SIGSTOP)
    wait_for(lambda: pathlib.Path(f"/proc/{main}/stat").read_text().rpartition(")")[2].split()[0] == "T", "it is stopped")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", main]
    assert reaperd.ctl("stop", "a").status == 0
    assert reaperd.wait_file("woken") == "woken\n"
    assert reaperd.show("a", "Result") == "success"


def test_a_storm_of_signals(reaperd):
    """Those that mean nothing, SIGCHLD without a dead child, and queued ones."""
    reaperd.service("a")
    reaperd.start("a.service")
    main, ignored = reaperd.main_pid("a"), [signal.SIGCHLD, signal.SIGUSR2, signal.SIGWINCH, signal.SIGURG, signal.SIGALRM, signal.SIGPIPE, signal.SIGCONT, 50]
    for _ in range(2000):
        for number in ignored:
            os.kill(reaperd.pid, number)
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", main]
    begin = time.monotonic()
    assert reaperd.stop() == 0
    assert time.monotonic() - begin < 30, "what was asked last is heard"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL])
def test_a_fault_that_is_none(reaperd, pid1, number):
    """The kernel spares the first process of a namespace what others send it, unless it has a handler (pid_namespaces(7))."""
    reaperd.wrapper = ["prlimit", "--core=0", *pid1]
    reaperd.service("a")
    reaperd.start("a.service")
    os.kill(reaperd.pid, number)
    assert reaperd.ctl("restart", "a").status == 0
    assert reaperd.stop() == 0


PID_FILES = {
    "init": "echo 1 >%s", "zero": "echo 0 >%s", "negative": "echo -1 >%s", "huge": "echo 99999999999999999999 >%s", "text": "echo me >%s", "several": "echo 2 3 >%s",
    "ours": "echo $PPID >%s", "link": "echo $$$$ >%s.real; ln -s %s.real %s", "folder": "mkdir %s", "fifo": "mkfifo %s", "device": "ln -s /dev/zero %s",
    "large": "head -c 2000000 /dev/zero | tr \\\\0 7 >%s",
}  # fmt: skip


@pytest.mark.parametrize("script", PID_FILES.values(), ids=PID_FILES.keys())
def test_a_pid_file_that_lies(reaperd, script):
    """It is refused with a word, and nobody is signalled for it."""
    path = f"{reaperd.folder}/pid"
    reaperd.service("a", f"/bin/sh -c '(exec sleep 1000 &); {script.replace('%s', path)}'", f"Type=forking\nPIDFile={path}\nTimeoutStartSec=500ms")
    reaperd.service("b")
    reaperd.start("b.service")
    assert reaperd.ctl("start", "a", patience=30).status == 1
    assert "PID file" in reaperd.text() or "took longer" in reaperd.text()
    assert reaperd.state("b") == "active" and reaperd.process.poll() is None


PROGRAMS = {
    "missing": (None, 0o755, "No such file"), "not-executable": ("#!/bin/sh\n", 0o644, "Permission denied"), "no-interpreter": ("#!/no/such/program\n", 0o755, "#! line"),
    "text": ("just words\n", 0o755, "Exec format error"), "empty": ("", 0o755, "Exec format error"), "half": ("\x7fELF", 0o755, "Exec format error"),
    "loop": ("loop", 0o755, "ymbolic link"), "folder": ("folder", 0o755, "Permission denied"),
}  # fmt: skip


@pytest.mark.parametrize("text,mode,words", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_program_that_cannot_run(reaperd, text, mode, words):
    """Type=exec fails with the path and the reason, here and at the client; the restarts have their limit."""
    path = reaperd.folder / "program"
    if text == "loop":
        path.symlink_to(path)
    elif text == "folder":
        path.mkdir()
    elif text is not None:
        path.write_text(text)
        path.chmod(mode)
    reaperd.service("a", path, "Type=exec\nRestart=always\nRestartSec=1ms", "StartLimitBurst=3\nStartLimitIntervalSec=60")
    reaperd.service("b")
    reaperd.start("b.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1
    assert str(path) in reaperd.text() and words in reaperd.text()
    reaperd.wait_state("a", "failed")
    assert reaperd.text().count(f"cannot run {path}") == 3
    assert reaperd.show("a", "ExecMainStatus") == 203
    assert reaperd.state("b") == "active"


def test_arguments_and_variables_that_are_too_long(reaperd):
    reaperd.service("a", "/bin/echo $X $X $X $X", "Type=exec\nEnvironmentFile=%s/env" % reaperd.folder)
    (reaperd.folder / "env").write_text("X=" + "x" * 200000 + "\n")
    reaperd.start("--", "sleep", "1000")
    assert reaperd.ctl("start", "a").status == 1
    assert "Argument list too long" in reaperd.text()
