"""Places where an entrypoint has to work and programs often do not."""

import os
import pathlib
import re
import resource
import signal
import subprocess

import pytest
from conftest import can
from reaperd import HELPERS, NO_LEAK_CHECK, PATIENCE, REAPERCTL, REAPERD, clean_environment, children, is_alive, run, wait_for

CALLS = {"clone3": 435, "pidfd_open": 434, "close_range": 436, "pidfd_send_signal": 424}


@pytest.fixture(scope="session")
def mounts():
    """The command in front that has its own mounts, and PIDs, and runs a script first."""
    front = ["unshare", "--mount", "--pid", "--fork"]
    if os.geteuid() != 0:
        front = ["unshare", "-Ur", "--mount", "--pid", "--fork"]
    if not can(*front, "--mount-proc", "true"):
        pytest.skip("needs mount and PID namespaces")
    return front


@pytest.mark.unsanitized("the sanitizers want /proc to read their options from")
def test_without_proc(mounts):
    script = "mount -t tmpfs none /proc && exec \"$@\""
    command = [REAPERD, "--", "bash", "-c", "(sleep 0.05 &); sleep 0.2; exit 7"]
    assert run(*mounts, "sh", "-c", script, "sh", *command).status == 7


def test_units_without_proc(mounts, reaperd):
    reaperd.service("a", "/bin/sleep 1000", "ExecStopPost=/bin/touch %s/stopped" % reaperd.folder)
    reaperd.wrapper = [*mounts, "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"]
    reaperd.start("a.service", env=NO_LEAK_CHECK)
    assert reaperd.state("a") == "active"
    result = reaperd.ctl("tree")
    assert result.status == 1 and "/proc" in result.err
    assert reaperd.ctl("stop", "a").status == 0
    assert (reaperd.folder / "stopped").exists()


def test_on_a_read_only_root(mounts, folder):
    (folder / "a.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    script = "mount --make-rprivate / && mount --rbind / / && mount -o remount,bind,ro / && for d in /tmp /run; do mount -o remount,bind,ro $d 2>/dev/null; done; exec \"$@\""
    command = [REAPERD, f"--unit-path={folder}", "a.service", "--", "sh", "-c", f"! touch {folder}/x 2>/dev/null; exit 6"]
    result = run(*mounts, "--mount-proc", "sh", "-c", script, "sh", *command)
    if "cannot" in result.err and "mount" in result.err:
        pytest.skip("needs to remount the root read-only")
    assert result.status == 6, result
    assert "running without one" in result.err


def test_any_uid_without_an_entry(root):
    result = run("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", REAPERD, "--", "sh", "-c", "id -u; exit 3")
    assert (result.out, result.status) == ("54321\n", 3)


def test_units_as_any_uid(reaperd, root):
    reaperd.folder.chmod(0o777)
    reaperd.wrapper = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
    reaperd.service("a", "/bin/sh -c 'id -u; exec sleep 1000'", "User=54321")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.lines("a") == ["54321"], "it tells its user")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_with_standard_descriptors_closed(closed, folder):
    script = f"exec {REAPERD} -- sh -c 'echo x >{folder}/out 2>/dev/null; exit 5' {closed}"
    assert run("bash", "-c", script).status == 5
    assert (folder / "out").read_text() == "x\n"


def test_units_with_standard_descriptors_closed(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo kept; exec sleep 1000'")
    reaperd.wrapper = ["bash", "-c", "exec \"$@\" <&- >&- 2>&-", "bash"]
    reaperd.start("a.service")
    wait_for(lambda: reaperd.lines("a") == ["kept"], "its output is kept")


def test_without_any_argument(folder):
    script = "import ctypes,os,sys\nctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p*1)(None), (ctypes.c_char_p*3)(b'REAPERD_UNIT_PATH='+sys.argv[2].encode(), b'REAPERD_SOCKET='+sys.argv[2].encode()+b'/s', None))"
    process = subprocess.Popen(["/usr/bin/python3", "-c", script, str(REAPERD), str(folder)], stdin=subprocess.DEVNULL)
    wait_for(lambda: (folder / "s").exists(), "it is up")
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("target", ["/dev/full", "&-"])
def test_with_a_standard_error_that_takes_nothing(target):
    assert run("bash", "-c", f"exec {REAPERD} -vv -w -- sh -c 'true & exit 4' 2>{target}").status == 4


def test_units_with_a_full_disk_for_output(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo kept; exec sleep 1000'")
    reaperd.wrapper = ["bash", "-c", "exec \"$@\" >/dev/full 2>&1", "bash"]
    reaperd.start("a.service")
    wait_for(lambda: reaperd.lines("a") == ["kept"], "it is kept nevertheless")
    assert reaperd.stop() == 0


def test_with_all_signals_blocked_and_chld_ignored():
    script = (
        "import os,signal,sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1,65))\nos.execv(sys.argv[1], sys.argv[1:])\n"
    )
    assert run("/usr/bin/python3", "-c", script, REAPERD, "--", "sh", "-c", "exit 8").status == 8


def test_units_with_all_signals_blocked_and_chld_ignored(reaperd):
    script = (
        "import os,signal,sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1,65))\nos.execv(sys.argv[1], sys.argv[1:])\n"
    )
    reaperd.wrapper = ["/usr/bin/python3", "-c", script]
    reaperd.service("a", "/bin/sh -c 'exit 8'")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    reaperd.wait_state("a", "failed")
    assert reaperd.show("a", "ExecMainStatus") == 8


@pytest.mark.parametrize("count", [10, resource.getrlimit(resource.RLIMIT_NOFILE)[1]])
def test_few_and_very_many_open_files(count, reaperd):
    reaperd.service("a", "/bin/sh -c 'exec sleep 1000'")
    reaperd.wrapper = ["prlimit", f"--nofile={count}:{count}"]
    if count == 10:
        assert run(*reaperd.wrapper, REAPERD, "--", "sh", "-c", "ulimit -n; exit 3").out == "10\n"
        return
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    reaperd.start("a.service")
    assert reaperd.state("a") == "active"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20


def test_a_limit_of_processes(reaperd, root):
    """fork says EAGAIN: the client is told, and Restart= tries again."""
    reaperd.folder.chmod(0o777)
    uid = 40000 + os.getpid() % 10000
    reaperd.wrapper = ["prlimit", "--nproc=3:3", "setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    reaperd.service("a")
    reaperd.service("b")
    reaperd.service("c", "/bin/sleep 1000", "Restart=on-failure\nRestartSec=50ms", "StartLimitIntervalSec=0")
    reaperd.start("a.service", "b.service")
    result = reaperd.ctl("start", "c")
    assert result.status == 1
    assert "temporarily unavailable" in reaperd.text() or "process could not be made" in result.err
    assert reaperd.ctl("stop", "b").status == 0
    reaperd.wait_state("c", "active/running")


@pytest.mark.unsanitized("the sanitizers reserve more than there is")
def test_a_limit_of_memory(reaperd):
    """At what it uses and a little more: requests fail and output goes, but who ends is reaped and started again."""
    reaperd.service("a", "/bin/sleep 1000", "Restart=always\nRestartSec=0\nLimitAS=infinity", "StartLimitIntervalSec=0")
    reaperd.service("talks", "/bin/sh -c 'yes | head -c 3000000; exec sleep 999'")
    for i in range(100):
        reaperd.service(f"large{i}", text=f"Environment=A={'x' * 8000}")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "talks.service")
    kept = {name: reaperd.main_pid(name) for name in ("keep", "talks")}
    main = reaperd.main_pid("a")
    used = int(re.search(r"VmSize:\s+(\d+)", pathlib.Path(f"/proc/{reaperd.pid}/status").read_text())[1]) * 1024
    before = resource.prlimit(reaperd.pid, resource.RLIMIT_AS, (used + 65536, resource.RLIM_INFINITY))
    assert reaperd.ctl("show", *(f"large{i}" for i in range(100))).status != 0
    for _ in range(20):
        os.kill(main, signal.SIGKILL)
        main = wait_for(lambda old=main: next(iter(set(children(reaperd.pid)) - {old, *kept.values()}), None), "its successor runs")
    resource.prlimit(reaperd.pid, resource.RLIMIT_AS, before)
    assert reaperd.ctl("show", "large0").status == 0
    assert reaperd.show("a", "NRestarts", "ActiveState", "MainPID") == [20, "active", main]
    assert {name: reaperd.main_pid(name) for name in kept} == kept


@pytest.mark.parametrize("number,calls", [(38, list(CALLS)), (1, list(CALLS)), (1, ["pidfd_send_signal"])], ids=["ENOSYS", "EPERM", "one"])
def test_with_newer_system_calls_refused(reaperd, number, calls):
    reaperd.wrapper = [HELPERS / "refuse", str(number), *(str(CALLS[c]) for c in calls), "--"]
    reaperd.service("a", "/bin/bash -c '(setsid sleep 1000 &); ls -l /proc/self/fd; exec sleep 999'")
    reaperd.start("a.service")
    orphan = wait_for(lambda: reaperd.json("orphans"), "it has a child that went its own way")[0]
    assert orphan["unit"] == "a.service"
    assert len([line for line in reaperd.lines("a") if "->" in line]) <= 4, "no descriptor of ours is left open"
    assert reaperd.ctl("stop", "a").status == 0
    assert not is_alive(orphan["pid"])


def test_a_command_with_newer_system_calls_refused():
    front = [HELPERS / "refuse", "38", *(str(n) for n in CALLS.values()), "--"]
    assert run(*front, REAPERD, "--", "bash", "-c", "(sleep 0.05 &); exit 9").status == 9


def test_relative_paths_hold(folder):
    (folder / "units").mkdir()
    (folder / "units" / "a.service").write_text("[Service]\nExecStart=/bin/pwd\nRemainAfterExit=yes\n")
    process = subprocess.Popen([REAPERD, "--unit-path=units", "--socket=s", "a.service"], cwd=folder, env=clean_environment(), stdout=subprocess.DEVNULL)
    wait_for(lambda: (folder / "s").exists(), "the socket is where it was asked for")
    (folder / "units" / "b.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    assert run(REAPERCTL, f"--socket={folder}/s", "start", "b").status == 0
    (folder / "s").unlink()
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: (folder / "s").exists(), "it is bound there again")
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.mark.static
def test_a_static_build_needs_nothing(root, folder):
    """In a root that holds reaperd, reaperctl and one more program, all static."""
    for program in (REAPERD, REAPERCTL, HELPERS / "sigreport"):
        target = folder / pathlib.Path(program).name
        target.write_bytes(pathlib.Path(program).read_bytes())
        target.chmod(0o755)
    (folder / "units").mkdir()
    (folder / "units" / "a.service").write_text("[Service]\nExecStart=/sigreport\nUser=0\n")
    front = ["/usr/sbin/chroot", folder]
    process = subprocess.Popen([*front, "/reaperd", "--unit-path=/units", "--socket=/s", "a.service"], env={}, stdin=subprocess.DEVNULL)
    wait_for(lambda: (folder / "s").exists(), "it is up")
    assert run(*front, "/reaperctl", "--socket=/s", "is-active", "a", env={}).out == "active\n"
    assert run(*front, "/reaperctl", "--socket=/s", "kill", "-s", "KILL", "a", env={}).status == 0
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert run(*front, "/reaperd", "--", "/no/such", env={}).status == 127
