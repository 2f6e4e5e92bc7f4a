"""Log files of units: written, rotated, read, and what a bad disk does to them."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest
from reaperd import REAPERCTL, children, run, wait_for

TALKER = "/bin/sh -c 'while read -r line; do echo \"$line\"; done <{fifo}'"


@pytest.fixture(name="logged")
def logged_fixture(reaperd):
    """A reaperd that writes log files, with settings of the test's own, and a ring of a line."""
    reaperd.logs = reaperd.folder / "logs"

    def start(*units, ring="1K", **settings):
        configuration = reaperd.folder / "conf"
        lines = [f"LogDirectory={reaperd.logs}", f"OutputRingSize={ring}", *(f"{key}={value}" for key, value in settings.items())]
        configuration.write_text("[Manager]\n" + "\n".join(lines) + "\n")
        return reaperd.start(f"--config={configuration}", *units)

    reaperd.start_logged = start
    return reaperd


class Talker:
    """A service that says what it is told to."""

    def __init__(self, reaperd, name="a"):
        self.name = name
        self.fifo = reaperd.folder / f"{name}.fifo"
        os.mkfifo(self.fifo)
        reaperd.service(name, TALKER.format(fifo=self.fifo))

    def open(self):
        self.file = open(self.fifo, "w", encoding="utf-8", buffering=1)  # pylint: disable=consider-using-with

    def say(self, *lines):
        for line in lines:
            self.file.write(f"{line}\n")


def rotated(reaperd, unit="a.service"):
    return sorted(p.name for p in reaperd.logs.glob(f"{unit}.log.*") if p.suffix != ".part")


def texts(reaperd, *arguments):
    return reaperd.ctl("logs", "-o", "cat", *arguments).out.splitlines()


def writer(reaperd):
    """The PID of the process that writes."""
    return next(pid for pid in children(reaperd.pid) if pathlib.Path(f"/proc/{pid}/comm").read_text() == "reaperd-logs\n")


@pytest.mark.parametrize("compress", ["no", "zstd"])
def test_files_hold_what_the_ring_does_not(logged, compress):
    if compress == "zstd" and not shutil.which("zstd"):
        pytest.skip("no program zstd")
    logged.service("a", "/bin/sh -c 'seq 1 20000; exec sleep 1000'")
    logged.start_logged("a.service", LogFileMaxBytes="100K", LogFileMaxFiles=100, LogFileCompress=compress)
    wait_for(lambda: (logged.logs / "a.service.log").read_text().endswith(" 6 20000\n"), "all is written")
    names = wait_for(lambda: compress == "no" and rotated(logged) or [n for n in rotated(logged) if n.endswith(".zst")] == rotated(logged) and rotated(logged), "rotated")
    assert len(names) >= 1
    assert texts(logged) == [str(n) for n in range(1, 20001)]
    assert texts(logged, "-n", "3", "a") == ["19998", "19999", "20000"]
    assert texts(logged, "-g", "^1999[0-3]$") == ["19990", "19991", "19992", "19993"]
    assert texts(logged, "--since=@99999999999") == []
    assert (logged.logs / "a.service.log").stat().st_mode & 0o777 == 0o640


def test_old_files_go(logged):
    talker = Talker(logged)
    logged.start_logged("a.service", LogFileMaxBytes="4K", LogFileMaxFiles=2)
    talker.open()
    for n in range(12):
        talker.say(*(f"{n} {line} {'x' * 90}" for line in range(40)))
        wait_for(lambda n=n: f" {n} 39 x" in (logged.logs / "a.service.log").read_text(), "it is written")
    assert len(rotated(logged)) == 2
    assert texts(logged)[-1].startswith("11 39 ")


def test_age_rotates_and_removes(logged):
    talker = Talker(logged)
    logged.start_logged("a.service", LogFileMaxAgeSec="300ms")
    talker.open()

    def goes_on():
        talker.say("line")
        return rotated(logged)

    first = wait_for(goes_on, "it is rotated by its age")[0]
    wait_for(lambda: goes_on() and first not in rotated(logged), "and removed by its age")


def test_rotation_on_demand(logged):
    talker = Talker(logged)
    logged.start_logged("a.service")
    talker.open()
    talker.say("before")
    wait_for(lambda: "before" in (logged.logs / "a.service.log").read_text(), "it is written")
    assert logged.ctl("logs", "--rotate").status == 0
    wait_for(lambda: len(rotated(logged)) == 1, "there is a new file")
    talker.say("after")
    wait_for(lambda: "after" in (logged.logs / "a.service.log").read_text(), "and it is written to")
    assert texts(logged) == ["before", "after"]
    assert run(REAPERCTL, f"--socket={logged.socket}", "logs", "--no-such").status == 2


def journalctl(reaperd, *words):
    (reaperd.folder / "journalctl").exists() or (reaperd.folder / "journalctl").symlink_to(REAPERCTL)
    return run(reaperd.folder / "journalctl", f"--socket={reaperd.socket}", *words)


def test_what_log_files_take_up(logged):
    logged.service("a", "/bin/sh -c 'yes | head -c 100000; exec sleep 1000'")
    logged.start_logged("a.service")
    path = logged.logs / "a.service.log"
    wait_for(lambda: path.exists() and path.stat().st_blocks * 512 > 65536, "it is written")
    said = journalctl(logged, "--disk-usage").out
    assert said.startswith("Log files take up ") and said.endswith(f"K in {logged.logs}.\n") or "M in" in said


def test_without_log_files_there_is_nothing_to_rotate(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    result = reaperd.ctl("logs", "--rotate")
    assert result.status == 1 and "LogDirectory=" in result.err
    assert journalctl(reaperd, "--disk-usage").out.startswith("Log files take up 0B")
    result = journalctl(reaperd, "-k")
    assert result.status == 1 and "dmesg" in result.err


def test_files_outlive_reaperd(logged):
    logged.service("a", "/bin/sh -c 'echo first life; exec sleep 1000'")
    logged.start_logged("a.service")
    wait_for(lambda: "first life" in (logged.logs / "a.service.log").read_text(), "it is written")
    assert logged.stop() == 0
    assert "first life" in (logged.logs / "a.service.log").read_text()
    logged.service("b", "/bin/sh -c 'echo second life; exec sleep 1000'")
    logged.start_logged("b.service")
    wait_for(lambda: texts(logged) == ["first life", "second life"], "both are read, in order")
    assert texts(logged, "a") == ["first life"]
    assert [line["unit"] for line in logged.json("logs")] == ["a.service", "b.service"]


def test_following_goes_on_from_the_files(logged):
    talker = Talker(logged)
    logged.start_logged("a.service")
    talker.open()
    lines = [f"{n} {'x' * 1000}" for n in range(40)]
    talker.say(*lines)
    wait_for(lambda: lines[-1] in (logged.logs / "a.service.log").read_text(), "all is written")
    command = [REAPERCTL, f"--socket={logged.socket}", "logs", "-f", "-n", "30", "-o", "cat"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follow:
        assert [follow.stdout.readline().strip() for _ in range(30)] == lines[10:]
        talker.say("and on")
        assert follow.stdout.readline() == "and on\n"
        follow.terminate()


def test_the_writer_is_started_again(logged):
    talker = Talker(logged)
    logged.start_logged("a.service")
    talker.open()
    talker.say("one")
    wait_for(lambda: "one" in (logged.logs / "a.service.log").read_text(), "it is written")
    os.kill(writer(logged), signal.SIGKILL)
    logged.wait_log("the writer of log files ended")

    def is_back():
        talker.say("two")
        return "two" in (logged.logs / "a.service.log").read_text()

    wait_for(is_back, "another one writes")
    assert "lines were dropped here" in (logged.logs / "a.service.log").read_text()


def mounted(folder):
    """A tmpfs of 64 KB there, or a skip."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("nothing can be mounted here")


def test_a_full_disk_costs_lines_and_nothing_else(logged):
    """Row by row: the service goes on, the loss is told with its number, and writing begins again."""
    mounted(logged.logs)
    try:
        talker = Talker(logged)
        logged.start_logged("a.service", ring="1M", LogFileMaxFiles=0)
        talker.open()
        talker.say(*(f"{n} {'x' * 990}" for n in range(100)))
        logged.wait_log("a.service: cannot write its log file")
        assert logged.state("a") == "active"
        wait_for(lambda: texts(logged)[-1:] and texts(logged)[-1].startswith("99 "), "the ring has all")
        text = (logged.logs / "a.service.log").read_text()
        assert text.endswith("x\n"), "no line is left half"
        os.truncate(logged.logs / "a.service.log", 0)

        def is_back():
            talker.say("again")
            return " again\n" in (logged.logs / "a.service.log").read_text()

        wait_for(is_back, "it is written again")
        assert " lines were dropped here: No space left on device" in (logged.logs / "a.service.log").read_text()
        logged.wait_log("its log file can be written again")
        logged.stop()
    finally:
        subprocess.run(["umount", "-l", logged.logs], check=False)


def test_a_disk_that_becomes_read_only(logged):
    mounted(logged.logs)
    try:
        talker = Talker(logged)
        logged.start_logged("a.service")
        talker.open()
        talker.say("before")
        wait_for(lambda: "before" in (logged.logs / "a.service.log").read_text(), "it is written")
        logged.ctl("logs", "--rotate")
        wait_for(lambda: len(rotated(logged)) == 1, "nothing is open")
        subprocess.run(["mount", "-o", "remount,ro", logged.logs], check=True)
        talker.say("lost")
        logged.wait_log("a.service: cannot write its log file")
        assert logged.state("a") == "active"
        subprocess.run(["mount", "-o", "remount,rw", logged.logs], check=True)

        def is_back():
            talker.say("again")
            return " again\n" in (logged.logs / "a.service.log").read_text()

        wait_for(is_back, "it is written again")
        assert "lines were dropped here: Read-only file system" in (logged.logs / "a.service.log").read_text()
        logged.stop()
    finally:
        subprocess.run(["umount", "-l", logged.logs], check=False)


def test_a_file_that_is_deleted_or_a_directory(logged):
    talker = Talker(logged)
    logged.logs.mkdir()
    path = logged.logs / "a.service.log"
    path.mkdir()
    logged.start_logged("a.service")
    talker.open()
    talker.say("lost")
    logged.wait_log("a.service: cannot write its log file")
    path.rmdir()

    def says(word):
        def is_there():
            talker.say(word)
            return word in path.read_text()

        return is_there

    wait_for(says("back"), "the folder is gone, and it is written")
    assert "lines were dropped here: Is a directory" in path.read_text()
    path.unlink()
    wait_for(says("anew"), "a deleted file is made again")
    assert "lines were dropped" not in path.read_text()
