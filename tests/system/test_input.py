"""What a service reads and finds: bytes of its own file, its terminal, patterns of files, policies of memory."""

import base64
import os
import pathlib
import struct
import termios
import fcntl

import pytest
from reaperd import wait_for


def run_once(reaperd, command, text=""):
    """What a oneshot's command prints."""
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nExecStart={command}\n{text}\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.show("a", "Result") == "success", reaperd.text()
    return reaperd.lines("a")


def test_text_of_the_unit_is_read(reaperd):
    text = "StandardInput=data\nStandardInputText=first %n\\x41\\tx\nStandardInputText=second line \\\n  goes on"
    assert run_once(reaperd, "/bin/cat", text) == ["first a.serviceA\tx", "second line    goes on"]


def test_bytes_of_the_unit_are_read(reaperd):
    data = base64.b64encode(b"one\ntwo\x00\n").decode()
    text = f"StandardInput=data\nStandardInputText=gone\nStandardInputText=\nStandardInputData={data[:6]} {data[6:]}\nStandardInputText=end"
    assert run_once(reaperd, "/usr/bin/od -c -An", text) == ["   o   n   e  \\n   t   w   o  \\0  \\n   e   n   d  \\n"]


def test_what_is_no_base64_is_told(reaperd):
    reaperd.unit("a.service", "[Service]\nExecStart=/bin/true\nStandardInputData=a=b\nStandardInputText=\\q\n")
    result = reaperd.run("--check", "a.service")
    assert "a.service:3: StandardInputData=a=b: not base64" in result.err + result.out
    assert "a.service:4: StandardInputText=\\q: no escape of C" in result.err + result.out


def test_a_terminal_is_made_ready(reaperd):
    ours, theirs = os.openpty()
    settings = termios.tcgetattr(theirs)
    settings[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    reaperd.service("a", text=f"StandardInput=tty\nTTYPath={os.ttyname(theirs)}\nTTYReset=yes\nTTYRows=33\nTTYColumns=99\nTTYVHangup=no")
    reaperd.start("a.service")
    reaperd.wait_state("a.service", "active/running")
    wait_for(lambda: termios.tcgetattr(theirs)[3] & termios.ECHO, "it echoes again")
    assert termios.tcgetattr(theirs)[3] & termios.ICANON
    wait_for(lambda: struct.unpack("HHHH", fcntl.ioctl(theirs, termios.TIOCGWINSZ, b"\0" * 8))[:2] == (33, 99), "it has its size")
    pid = reaperd.main_pid("a")
    assert os.readlink(f"/proc/{pid}/fd/0") == os.readlink(f"/proc/{pid}/fd/1") == os.ttyname(theirs)
    reaperd.ctl("stop", "a.service")
    os.close(ours)
    os.close(theirs)


def test_others_lose_the_terminal(reaperd, root):
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    reaperd.service("a", text=f"StandardInput=tty\nTTYPath={name}\nTTYVHangup=yes")
    reaperd.start("a.service")
    wait_for(lambda: os.readlink(f"/proc/{reaperd.main_pid('a')}/fd/0") == name, "it has the terminal")
    with pytest.raises(OSError):
        os.write(theirs, b"x")
    reaperd.ctl("stop", "a.service")


def test_a_pattern_of_environment_files(reaperd):
    for name in ("1", "2"):
        (reaperd.folder / f"{name}.env").write_text(f"LAST={name}\nX{name}=yes\n")
    text = f"EnvironmentFile={reaperd.folder}/*.env\nEnvironmentFile=-{reaperd.folder}/*.none"
    assert run_once(reaperd, "/bin/sh -c 'echo $LAST $X1 $X2'", text) == ["2 yes yes"]


def test_a_pattern_that_has_to_match_and_does_not(reaperd):
    reaperd.service("a", text=f"EnvironmentFile={reaperd.folder}/*.none")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.state("a.service") == "failed"


def test_credentials_by_pattern(reaperd, root):
    store = reaperd.folder / "store"
    store.mkdir()
    for name in ("app.key", "app.cert", "other"):
        (store / name).write_text(f"of {name}")
    reaperd.unit("a.service", "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'cd $CREDENTIALS_DIRECTORY && head *'\n"
                 "ImportCredential=app.*\nImportCredential=app.k*:new.\nImportCredential=none*\nSetCredential=app.key:later\n")  # fmt: skip
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", env={"CREDENTIALS_DIRECTORY": str(store)})
    assert reaperd.lines("a") == ["==> app.cert <==", "of app.cert", "==> app.key <==", "of app.key", "==> new.ey <==", "of app.key"], reaperd.text()


def test_where_memory_comes_from(reaperd):
    lines = run_once(reaperd, "/bin/sh -c 'head -1 /proc/self/numa_maps'", "NUMAPolicy=bind\nNUMAMask=0")
    if "no policy of memory may be set here" in reaperd.text() or not pathlib.Path("/proc/self/numa_maps").exists():
        pytest.skip("this place sets no policy of memory")
    assert lines[0].split()[1] == "bind:0"


def test_a_node_that_is_not_there_fails_the_unit(reaperd):
    reaperd.service("a", text="NUMAPolicy=bind\nNUMAMask=1000")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    if "not applied" in reaperd.ctl("status", "a.service").out:
        pytest.skip("this place sets no policy of memory")
    assert reaperd.state("a.service") == "failed" and "NUMA_POLICY" in reaperd.text()
