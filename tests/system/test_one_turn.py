"""What comes to reaperd all at once, for it could not look meanwhile (a loaded machine): order is as it happened."""

import contextlib
import os
import pathlib
import signal

import pytest
from reaperd import HELPERS, wait_for

NOTIFY = HELPERS / "notify"


def state_of(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextlib.contextmanager
def busy(reaperd):
    """It looks at nothing until the end of the block."""
    os.kill(reaperd.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: state_of(reaperd.pid) == "T", "reaperd is stopped")
        yield
    finally:
        os.kill(reaperd.pid, signal.SIGCONT)


def waiting(reaperd, name, then, text="", unit=""):
    """A service whose shell does `then` once release() says so."""
    os.mkfifo(reaperd.folder / f"{name}.go")
    reaperd.service(name, f"/bin/sh -c 'read x <{reaperd.folder}/{name}.go; {then}'", text, unit)


def release(reaperd, name):
    (reaperd.folder / f"{name}.go").write_text("go\n")


def ends(pid):
    wait_for(lambda: state_of(pid) == "Z", "it ended")


def ends_in_one_turn(reaperd, name):
    """It runs beside another, speaks and ends before reaperd looks."""
    reaperd.service("b")
    reaperd.start(f"{name}.service", "b.service")
    main = reaperd.main_pid(name)
    with busy(reaperd):
        release(reaperd, name)
        ends(main)


def test_the_last_words_of_a_helper_are_heard(reaperd):
    """Who spoke is gone, and so is the main process that says whose it was."""
    waiting(reaperd, "a", f"{NOTIFY} STATUS=last; exit 3", "NotifyAccess=all")
    ends_in_one_turn(reaperd, "a")
    reaperd.wait_state("a", "failed")
    assert reaperd.show("a", "StatusText") == "last", reaperd.text()


def test_a_main_process_that_names_its_heir_and_ends(reaperd):
    waiting(reaperd, "a", f"sleep 1000 & echo $! >{reaperd.folder}/heir; {NOTIFY} MAINPID=$! -- true", "NotifyAccess=all")
    ends_in_one_turn(reaperd, "a")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", int(reaperd.wait_file("heir"))], reaperd.text()


def test_exec_is_done_though_the_program_names_another_main_process(reaperd):
    """What it says is heard before it is seen that it was executed."""
    os.mkfifo(reaperd.folder / "a.go")
    speak = f"sleep 1000 & {NOTIFY} MAINPID=$!; echo $! >{reaperd.folder}/heir; exec sleep 999"
    reaperd.service("a", f"/bin/sh -c '{speak}'", f"Type=exec\nNotifyAccess=all\nTimeoutStartSec=20\nStandardInput=file:{reaperd.folder}/a.go")
    reaperd.service("b")
    reaperd.start("b.service")
    reaperd.ctl("start", "--no-block", "a")
    wait_for(lambda: reaperd.main_pid("a"), "it waits to be executed")
    with busy(reaperd):
        release(reaperd, "a")
        heir = int(reaperd.wait_file("heir"))
    reaperd.wait_state("a", "active")
    assert reaperd.main_pid("a") == heir


@pytest.mark.parametrize("order, is_stopped", [("After", True), ("Before", False)])
def test_the_older_ones_end_counts_before_the_others(reaperd, order, is_stopped):
    """A stop that it asks for takes along what requires the other; one that ended by itself is not stopped."""
    waiting(reaperd, "a", "exit")
    waiting(reaperd, "b", "exit", "", f"BindsTo=a.service\n{order}=a.service")
    reaperd.service("needs", "/bin/sleep 1000", "", "Requires=b.service\nAfter=b.service")
    reaperd.service("c")
    reaperd.start("c.service", "a.service", "b.service", "needs.service")
    mains = {name: reaperd.main_pid(name) for name in "ab"}
    with busy(reaperd):
        for name, main in mains.items():
            release(reaperd, name)
            ends(main)
    for name in mains:
        reaperd.wait_state(name, "inactive")
    wait_for(lambda: not reaperd.json("list-jobs"), "nothing is left to do")
    assert reaperd.state("needs") == ("inactive" if is_stopped else "active")
