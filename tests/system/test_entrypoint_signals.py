"""What tini and dumb-init promise of signals, terminals and exit statuses, and what they miss."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from reaperd import HELPERS, PATIENCE, REAPERD, children, clean_environment, descendants, is_alive, run, wait_for

REPORT = HELPERS / "sigreport"

# All that can be forwarded: not KILL and STOP; CHLD is for us. 32 and 33 are the C library's own, and are forwarded too.
FORWARDABLE = [n for n in range(1, 65) if n not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD)]


def start(*options, command=(REPORT,), **more):
    """A command that reports its signals, one number a line, after the line `ready`."""
    process = subprocess.Popen(
        [str(w) for w in (REAPERD, *options, "--", *command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        env=clean_environment(), text=True, **more,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def end(process):
    """Ends the command, and checks that its end is told."""
    for child in descendants(process.pid):
        os.kill(child, signal.SIGKILL)
    assert process.wait(PATIENCE) == 128 + signal.SIGKILL
    process.stdout.close()


@pytest.mark.parametrize("status", range(256))
def test_every_exit_status(status):
    assert run(REAPERD, "--", "sh", "-c", f"exit {status}").status == status


def test_every_forwardable_signal_one_at_a_time():
    process = start()
    for number in FORWARDABLE:
        os.kill(process.pid, number)
        assert process.stdout.readline() == f"{number}\n"
    end(process)


@pytest.mark.parametrize("number", [n for n in FORWARDABLE if n not in (18, 17, 20, 21, 22, 23, 28, 32, 33)])
def test_a_signal_that_ends_the_command_is_128_and_its_number(number):
    script = f"import os,resource,signal\nresource.setrlimit(resource.RLIMIT_CORE,(0,0))\nsignal.signal({number},signal.SIG_DFL)\nos.kill(os.getpid(),{number})\nsignal.pause()"
    assert run(REAPERD, "--", "/usr/bin/python3", "-c", script).status == 128 + number


@pytest.mark.parametrize("option", ["-r", "--rewrite-signal"])
def test_rewriting(option):
    process = start(option, "TERM:USR1", option, "HUP:0", option, "SIGWINCH:12")
    for sent, seen in ((signal.SIGTERM, 10), (signal.SIGHUP, None), (signal.SIGWINCH, 12), (signal.SIGINT, 2)):
        process.send_signal(sent)
        if seen:
            assert process.stdout.readline() == f"{seen}\n"
    end(process)


def test_swapping_two_signals():
    process = start("-r", "1:31", "-r", "31:1")
    process.send_signal(1)
    assert process.stdout.readline() == "31\n"
    process.send_signal(31)
    assert process.stdout.readline() == "1\n"
    end(process)


@pytest.mark.parametrize("value", ["TERM", "TERM:", "TERM:NOSUCH", "99:1", ":", "1:99", "0:1"])
def test_a_bad_rewrite_is_wrong_usage(value):
    result = run(REAPERD, "-r", value, "--", "true")
    assert result.status == 2 and value in result.err


@pytest.mark.parametrize("options", [["-e", "143"], ["--expect-exit=143"], ["-e", "1", "-e", "143"]])
def test_remapped_exit_statuses(options):
    assert run(REAPERD, *options, "--", "sh", "-c", "kill -TERM $$").status == 0
    assert run(REAPERD, *options, "--", "sh", "-c", "exit 2").status == 2
    assert run(REAPERD, "-e", "256", "--", "true").status == 2


def test_the_group_gets_signals_with_g():
    script = f"{REPORT} & exec {REPORT}"
    process = start("-g", command=("sh", "-c", script))
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGUSR1)
    assert [process.stdout.readline(), process.stdout.readline()] == ["10\n", "10\n"]
    end(process)


def test_without_g_only_the_command_gets_them():
    process = start("--stop-budget=100ms", command=("sh", "-c", f"{REPORT} & exec {REPORT}"))
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGUSR1)
    assert process.stdout.readline() == "10\n"
    process.send_signal(signal.SIGUSR2)
    assert process.stdout.readline() == "12\n"
    end(process)


def state_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: value.strip() for key, value in re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE)}


def test_mask_and_dispositions_arrive_unchanged():
    script = (
        "import os,signal,sys\n"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
        "for n in (signal.SIGHUP, signal.SIGTTOU, signal.SIGCHLD): signal.signal(n, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGCHLD, 64])\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n"
    )
    show = ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"]
    bare = run("/usr/bin/python3", "-c", script, "/bin/grep", *show[1:]).out
    below = run("/usr/bin/python3", "-c", script, REAPERD, "--", *show).out
    assert below == bare and "SigIgn" in bare


def test_environment_directory_umask_and_limits_are_the_callers(folder):
    script = "import os,resource,sys\nos.umask(0o27)\nresource.setrlimit(resource.RLIMIT_NOFILE,(99,333))\nos.chdir(sys.argv[1])\nos.execv(sys.argv[2], sys.argv[2:])"
    result = run("/usr/bin/python3", "-c", script, folder, REAPERD, "--", "sh", "-c", "pwd; umask; ulimit -n; ulimit -Hn")
    assert result.out.splitlines()[:4] == [str(folder), "0027", "99", "333"]
    values = run(REAPERD, "--", "env", env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": "/x", "LISTEN_PID": "1", "LISTEN_FDS": "0"}).out
    assert "NOTIFY_SOCKET=/x" in values and "LISTEN_PID=1" in values


def test_descriptors_are_the_callers():
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    result = run(REAPERD, "--", "bash", "-c", f"ls /proc/self/fd; echo through >&{write_end}", close_fds=False)
    os.close(write_end)
    assert os.read(read_end, 100) == b"through\n"
    os.close(read_end)
    assert str(write_end) in result.out.split()


def test_our_working_directory_is_not_held(folder):
    inside = folder / "inside"
    inside.mkdir()
    process = start(command=("sh", "-c", f"cd /; exec {REPORT}"), cwd=inside)
    wait_for(lambda: os.readlink(f"/proc/{process.pid}/cwd") == "/", "it is in the root")
    end(process)


def test_parent_death_signal(folder):
    script = f"{REAPERD} -p TERM -- {REPORT} >{folder}/out & echo $!; while ! grep -q ready {folder}/out; do sleep 0.02; done"
    with subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True, env=clean_environment()) as shell:
        pid = int(shell.stdout.readline())
        shell.wait(PATIENCE)
    wait_for(lambda: "15" in (folder / "out").read_text().split(), "the command got the signal")
    below = children(pid)
    for child in below:
        os.kill(child, signal.SIGKILL)
    wait_for(lambda: not is_alive(pid), "reaperd ended")


def test_w_tells_of_each_of_a_hundred_orphans():
    script = f"{HELPERS}/orphans 100; sleep 0.2; exit 0"
    result = run(REAPERD, "-w", "--", "bash", "-c", script)
    assert result.status == 0
    told = re.findall(r"reaped orphan (\d+)", result.err)
    assert len(told) == len(set(told)) == 100, result.err[:500]


def test_s_and_v_are_accepted():
    assert run(REAPERD, "-s", "-v", "--", "true").status == 0
    assert "reaperd" in run(REAPERD, "-vv", "--", "true").err
    assert run(REAPERD, "-s", "--", "true").err == ""


def test_combined_short_options():
    assert run(REAPERD, "-gsw", "-e3", "--", "sh", "-c", "exit 3").status == 0


def test_options_end_at_the_command():
    assert run(REAPERD, "--", "echo", "-g", "--help").out == "-g --help\n"


def test_who_left_group_and_session_gets_term_and_time(folder):
    left = f"trap 'echo asked >{folder}/asked; sleep 0.1; echo done >{folder}/done; exit' TERM; echo $$ >{folder}/pid; while :; do sleep 0.02; done"
    (folder / "left.sh").write_text(left)
    script = f"setsid bash {folder}/left.sh </dev/null >/dev/null 2>&1 & while ! [ -s {folder}/pid ]; do sleep 0.02; done; exit 5"
    assert run(REAPERD, "--", "bash", "-c", script).status == 5
    assert (folder / "done").read_text() == "done\n", "it had its time"
    assert not is_alive(int((folder / "pid").read_text()))


def test_zombies_under_a_live_parent_are_named(folder):
    process = subprocess.Popen([REAPERD, f"--socket={folder}/s", "--", "bash", "-c", "sleep 0.01 & exec sleep 1000"], env=clean_environment())
    ctl = REAPERD.parent / "reaperctl"
    wait_for(lambda: "(sleep)" in run(ctl, f"--socket={folder}/s", "zombies").out, "it is named")
    process.terminate()
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM


class Terminal:
    """A pty with a program that leads its session."""

    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(str(command[0]), [str(word) for word in command], clean_environment(PS1="$ ", TERM="dumb"))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = ""

    def read_until(self, words):
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < deadline, f"no {words!r} in {self.seen!r}"
            ready, _, _ = select.select([self.fd], [], [], 0.1)
            if ready:
                try:
                    self.seen += os.read(self.fd, 4096).decode(errors="replace")
                except OSError:
                    assert words in self.seen, self.seen
        before, self.seen = self.seen.split(words, 1)
        return before

    def write(self, text):
        os.write(self.fd, text.encode())

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            select.select([self.fd], [], [], 0.02)
            try:
                os.set_blocking(self.fd, False)
                os.read(self.fd, 4096)
            except OSError:
                pass
        raise AssertionError("it did not end")


def test_control_c_on_a_terminal():
    t = Terminal(REAPERD, "--", REPORT)
    t.read_until("ready")
    t.write("\x03")
    t.read_until("2")
    os.kill(t.pid, signal.SIGUSR1)
    t.read_until("10")
    os.kill(children(t.pid)[0], signal.SIGKILL)
    assert t.wait() == 128 + 9


@pytest.mark.parametrize("options", [[], ["--setsid"]])
def test_the_command_has_the_terminal_in_its_foreground(options):
    t = Terminal(REAPERD, *options, "--", "bash", "-c", "read line </dev/tty; echo got $line; exit 4")
    t.write("words\n")
    t.read_until("got words")
    assert t.wait() == 4


def test_job_control_of_a_shell_works():
    t = Terminal(REAPERD, "--", "bash", "--norc", "-im")
    t.read_until("$ ")
    t.write("sleep 1000\n")
    shell = wait_for(lambda: children(t.pid), "the shell is there")[0]
    job = wait_for(lambda: [c for c in children(shell) if "sleep" in state_of(c)["Name"]], "the job is there")[0]
    t.write("\x1a")
    t.read_until("Stopped")
    assert state_of(job)["State"].startswith("T")
    t.write("bg; kill %1; wait; echo over-$?\n")
    t.read_until("over-")
    t.write("exit 6\n")
    assert t.wait() == 6


def test_a_stopped_command_stops_us_too_and_cont_wakes_both():
    """As a job of an interactive shell: ^Z gives the shell back, fg goes on."""
    t = Terminal("/bin/bash", "--norc", "-im")
    t.read_until("$ ")
    t.write(f"{REAPERD} -- {REPORT} default-stop\n")
    t.read_until("ready")
    t.write("\x1a")
    t.read_until("Stopped")
    init = next(p for p in children(t.pid) if state_of(p)["Name"] == "reaperd")
    assert state_of(init)["State"].startswith("T") and state_of(children(init)[0])["State"].startswith("T")
    t.write("fg\n")
    wait_for(lambda: not state_of(children(init)[0])["State"].startswith("T"), "the command goes on")
    assert not state_of(init)["State"].startswith("T")
    t.write("\x03")
    t.read_until("2\r\n")
    os.kill(children(init)[0], signal.SIGKILL)
    t.write("\necho left-$?\n")
    t.read_until("left-")
    t.write("exit 0\n")
    t.wait()


def test_the_end_of_a_session_leader_takes_nobody_unasked():
    """A session leader's end sends HUP to the foreground; the command's status is still told."""
    for _ in range(5):
        t = Terminal(REAPERD, "--", "bash", "-c", "exit 3")
        assert t.wait() == 3


def test_in_the_background_of_a_terminal_it_is_not_stopped():
    t = Terminal("/bin/bash", "--norc", "-im")
    t.read_until("$ ")
    t.write(f"{REAPERD} -- sh -c 'exit 7' </dev/null & wait $!; echo status-$?\n")
    t.read_until("status-7")
    t.write("exit 0\n")
    t.wait()
    assert descendants(t.pid) == set()
