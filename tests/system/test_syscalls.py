"""A system call of reaperd's own fails: one thing goes wrong, and the daemon goes on (docs/faults.md, 5, 25, 29, 30)."""

import contextlib
import os
import shutil
import signal
import subprocess

import pytest
from conftest import can
from reaperd import NO_LEAK_CHECK, PATIENCE, clean_environment, descendants, is_alive, wait_for

# Not those that fail only for wrong arguments, or whose failure has done its work (close(2)); without a subreaper orphans go elsewhere.
ERRORS = {
    "accept4": "ECONNABORTED", "bind": "EACCES", "chdir": "EACCES", "clone": "EAGAIN", "clone3": "EAGAIN", "close_range": "ENOSYS",
    "dup": "EMFILE", "epoll_create1": "EMFILE", "epoll_ctl": "ENOSPC", "epoll_wait": "EINTR", "fcntl": "EINVAL", "flock": "EINTR",
    "getdents64": "EIO", "getrandom": "EAGAIN", "getsockname": "ENOBUFS", "getsockopt": "ENOBUFS", "inotify_init1": "EMFILE", "kill": "EPERM",
    "listen": "EADDRINUSE", "lseek": "EIO", "mkdir": "EROFS", "mmap": "ENOMEM", "newfstatat": "EIO", "openat": "EMFILE",
    "pidfd_open": "EMFILE", "pidfd_send_signal": "EPERM", "pipe2": "EMFILE", "poll": "EINTR", "prlimit64": "EPERM", "read": "EIO",
    "readlink": "EIO", "recvmsg": "ENOBUFS", "sendto": "ENOBUFS", "setsockopt": "ENOBUFS",
    "signalfd4": "EMFILE", "socket": "EMFILE", "splice": "EINVAL", "timerfd_create": "EMFILE", "timerfd_settime": "EINVAL", "umask": "EINVAL",
    "unlink": "EROFS", "waitid": "EINTR", "write": "EIO", "pread64": "EIO", "fchmod": "EPERM", "rename": "EIO",
}  # fmt: skip
LONG = "REAPERD_SYSCALLS" in os.environ
HOPELESS = [("mmap", "1"), ("mmap", "1+2"), ("pipe2", "2+2")]  # the loader crashes of its own; one of the two of each start
CASES = [(call, when) for call in ERRORS for when in ("1", "2", "3", "5", "8", "13", "21", "34+55", "2+3", "1+2", "2+2") if (call, when) not in HOPELESS] if LONG else [
    ("clone", "3"), ("epoll_wait", "20+3"), ("waitid", "2+2"), ("pipe2", "3"), ("timerfd_settime", "2+2"), ("accept4", "2+3"), ("openat", "200+7"), ("read", "60+9"), ("fcntl", "2+2")]  # fmt: skip


@pytest.fixture
def failing():
    if not shutil.which("strace") or not can("strace", "-o", "/dev/null", "-e", "inject=close:error=EIO:when=9", "true"):
        pytest.skip("needs strace, and to be allowed to trace")
    return lambda call, error, when: ["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]


@contextlib.contextmanager
def injected(reaperd, call, error):
    """Each such call of a running reaperd and of its children fails meanwhile."""
    strace = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", "-p", str(reaperd.pid), "-e", f"trace={call}", "-e", f"inject={call}:error={error}"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert "attached" in strace.stderr.readline()
        yield
    finally:
        strace.terminate()
        strace.wait()
        strace.stderr.close()


def is_over_or_up(reaperd):
    return reaperd.process.poll() is not None or "without one" in reaperd.text() or reaperd.socket.exists() and reaperd.is_up()


@pytest.mark.unsanitized("the sanitizers make calls of their own")
@pytest.mark.parametrize("call,when", CASES)
def test_one_that_fails(reaperd, failing, call, when):
    """Fatal at the start alone, and then with a word."""
    reaperd.service("keep", "/bin/sleep 1000", "Restart=always\nRestartSec=50ms\nRestartSteps=0", "StartLimitIntervalSec=0")
    reaperd.service("a", "/bin/bash -c 'setsid sleep 1000 & exec sleep 999'", "Restart=on-failure\nRestartSec=50ms\nTimeoutStopSec=2", "StartLimitIntervalSec=0")
    reaperd.service("b", "/bin/true", "Type=oneshot\nNotifyAccess=all")
    reaperd.wrapper = failing(call, ERRORS[call], when)
    reaperd.start("keep.service", "a.service", "--stop-budget=20s", wait=False)
    try:
        wait_for(lambda: is_over_or_up(reaperd), "")
    except AssertionError:
        raise AssertionError(f"it is neither up nor over\n{reaperd.text()}") from None
    if reaperd.process.poll() is not None:
        assert reaperd.process.returncode in (0, 1, 2, 127) and reaperd.text(), "why it cannot start is told, or the loader says it"
        return
    pid = reaperd.pid
    for words in (["start", "b"], ["restart", "a"], ["kill", "-s", "KILL", "a"], ["status", "a"], ["daemon-reload"], ["tree"], ["stop", "b"]):
        try:
            reaperd.ctl(*words, patience=45)  # where no look into /proc works, all time limits of a stop go by
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{words} is never answered\n{reaperd.text()}") from None
    below = descendants(pid)
    assert reaperd.process.poll() is None, reaperd.text()
    if "without one" not in reaperd.text() and "keep.service: cannot be read" not in reaperd.text():
        wait_for(lambda: reaperd.ctl("is-active", "keep").status == 0, f"what has to run runs\n{reaperd.text()}")
    os.kill(pid, signal.SIGTERM)
    try:
        reaperd.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"it does not end\n{reaperd.text()}") from None
    wait_for(lambda: not any(map(is_alive, below)), "nothing is left", patience=10)


@pytest.mark.parametrize("call", ["setgroups", "setresgid", "setresuid", "chdir", "setsid", "umask"])
def test_a_child_that_cannot_become_another_never_runs(reaperd, failing, root, call):
    """What is not security is told and done without."""
    reaperd.folder.chmod(0o777)
    reaperd.service("a", f"/bin/sh -c 'echo ran >{reaperd.folder}/ran'", "Type=oneshot\nUser=65534\nWorkingDirectory=/tmp")
    reaperd.service("b")
    reaperd.start("b.service")
    with injected(reaperd, call, "EAGAIN"):
        started = reaperd.ctl("start", "a").status == 0
    harmless = call in ("setsid", "umask")
    assert started == harmless and (reaperd.folder / "ran").exists() == harmless
    assert harmless or "Resource temporarily unavailable" in reaperd.text()
    assert reaperd.state("b") == "active"


def speak_and_stay(reaperd):
    names = [f"s{n}" for n in range(5)]
    for name in names:
        reaperd.service(name, "/bin/sh -c 'echo here; exec sleep 1000'")
    return names


@pytest.mark.unsanitized("the sanitizers make calls of their own")
def test_where_children_cannot_share_our_descriptors(reaperd, failing):
    """As under emulators: they are forked with copies of them."""
    names = speak_and_stay(reaperd)
    reaperd.wrapper = [*failing("clone", "EINVAL", "1+2"), "-f"]
    reaperd.start(*(f"{name}.service" for name in names))
    wait_for(lambda: all(reaperd.lines(name) == ["here"] for name in names), "all run, and are heard")
    assert reaperd.stop() == 0


def test_children_that_cannot_part_from_us(reaperd, failing):
    """By the call that leaves them a few descriptors: then by the one that copies all."""
    names = speak_and_stay(reaperd)
    reaperd.service("keep")
    reaperd.start("keep.service")
    with injected(reaperd, "close_range", "ENOMEM"):
        assert reaperd.ctl("start", *names).status == 0
        wait_for(lambda: all(reaperd.lines(name) == ["here"] for name in names), "all run, and are heard")
    assert reaperd.stop() == 0


def test_stops_are_whole_where_no_folder_can_be_listed(reaperd, failing):
    """Our own children are known all the same, and whoever is below them becomes one."""
    reaperd.service("a", "/bin/bash -c 'setsid bash -c \"setsid sleep 1000 & exec sleep 998\" & exec sleep 999'", "TimeoutStopSec=5")
    reaperd.start("a.service", env=NO_LEAK_CHECK)
    before = wait_for(lambda: len(descendants(reaperd.pid)) == 3 and descendants(reaperd.pid), "all are there")
    with injected(reaperd, "getdents64", "EIO"):
        assert reaperd.ctl("restart", "a").status == 0
        assert not any(map(is_alive, before))
        wait_for(lambda: len(descendants(reaperd.pid)) == 3, "all are there again")
        assert reaperd.stop() == 0


@pytest.mark.parametrize("at_once", [5, 1000])
def test_reads_and_writes_that_move_a_part(reaperd, wishes, at_once):
    """Units, requests, answers and output are whole all the same."""
    said = [f"{i}: " + "x" * (i * 7 % 300) for i in range(100)]
    (reaperd.folder / "said").write_text("\n".join(said) + "\n")
    logs = reaperd.folder / "logs"
    (reaperd.folder / "conf").write_text(f"[Manager]\nLogDirectory={logs}\n")
    reaperd.service("a", f"/bin/cat {reaperd.folder}/said", "Type=oneshot\nRemainAfterExit=yes", "Description=whole")
    reaperd.service("missing", "/no/such/program", "Type=exec")
    wishes.move_at_once(at_once)
    reaperd.start("a.service", "--clean-environment", f"--config={reaperd.folder}/conf", env=wishes.environment)
    wait_for(lambda: len(reaperd.lines("a")) == len(said), "it has spoken")
    assert reaperd.lines("a") == said
    assert reaperd.show("a", "Description", "ExecMainStatus", "Result") == ["whole", 0, "success"]
    assert (reaperd.units / "a.service").read_text().strip() in reaperd.ctl("cat", "a", env=clean_environment(**wishes.environment)).out
    assert "/no/such/program" in reaperd.ctl("start", "missing").err
    assert all(f"a.service: {line}" in reaperd.text() for line in said)
    assert reaperd.stop() == 0
    assert [line.split(" ", 2)[2] for line in (logs / "a.service.log").read_text().splitlines()] == said
