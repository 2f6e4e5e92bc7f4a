"""Cgroups of units, where the tree is reaperd's to divide: as PID 1 of a machine with a writable cgroup2."""

import os
import shutil

import pytest

from machine import Machine, cgroup_folder, why_not
from reaperd import REAPERCTL, REAPERD, wait_for

TREE = "/sys/fs/cgroup"
UNITS = {
    "default.target": "[Unit]\nWants=plain.service\n",
    "plain.service": "[Service]\nExecStart=/bin/sleep 1000\n",
    "getty@.service": "[Service]\nExecStart=/bin/sleep 1000\n",
    "memory.service": "[Service]\nExecStart=/bin/sleep 1000\n",
    "deep.service": "[Service]\nExecStart=/bin/sleep 1000\nSlice=a-b.slice\n",
    # What leaves its session, its parent and its mark.
    "escape.service": (
        "[Service]\nExecStart=/bin/sh -c 'setsid prlimit --locks=7:7 sleep 1001 & trap \"\" TERM; sleep 1000 & wait; wait'\n"
        "TimeoutStopSec=1\n"),
    "left.service": "[Service]\nKillMode=process\nExecStart=/bin/sh -c 'sleep 1002 & exec sleep 1000'\n",
    "given.service": (
        "[Service]\nUser=nobody\nDelegate=yes\n"
        f"ExecStart=/bin/sh -c 'cd {TREE}$(sed -n s/0:://p /proc/self/cgroup) && mkdir mine && echo $$$$ >mine/cgroup.procs && exec sleep 1000'\n"
        "ExecStop=/bin/sh -c 'cat /proc/self/cgroup'\n"),
    "speaks.socket": "[Socket]\nListenStream=/run/speaks\nService=plain.service\nExecStartPre=/bin/cat /proc/self/cgroup\n",
    "limited.service": "[Service]\nExecStart=/bin/sleep 1000\nMemoryMax=64M\nTasksMax=10\nCPUQuota=20%\nDelegate=yes\nDeviceAllow=/dev/null\n",
    "subgroup.service": "[Service]\nDelegate=yes\nDelegateSubgroup=inner\nExecStart=/bin/sleep 1000\n",
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    if why_not():
        pytest.skip(why_not())
    tree = tmp_path_factory.mktemp("tree")
    tree.chmod(0o755)  # it becomes the root's
    for program, folder in ((REAPERD, "usr/sbin"), (REAPERCTL, "usr/bin")):
        (tree / folder).mkdir(parents=True)
        shutil.copy(program, tree / folder)
    (tree / "units").mkdir()
    for name, text in UNITS.items():
        (tree / "units" / name).write_text(text)
    with Machine("/", "/usr/sbin/reaperd", "--unit-path=/units", docker=False, files=tree) as machine:
        wait_for(lambda: machine.run("reaperctl", "is-active", "plain").status == 0, machine.log.read_text())
        yield machine


def show(machine, unit, name):
    return machine.run("reaperctl", "show", "-p", name, "--value", unit).out.strip()


def start(machine, unit):
    result = machine.run("reaperctl", "start", unit)
    assert result.status == 0, (result, machine.log.read_text())
    return show(machine, unit, "ControlGroup")


def stop(machine, unit):
    assert machine.run("reaperctl", "stop", unit).status == 0


def processes(machine, path):
    return machine.path(f"{TREE}{path}/cgroup.procs").read_text().split()


@pytest.mark.parametrize("unit, path", [
    ("plain.service", "/system.slice/plain.service"),
    ("getty@tty1.service", "/system.slice/system-getty.slice/getty@tty1.service"),
    ("memory.service", "/system.slice/_memory.service"),
    ("deep.service", "/a.slice/a-b.slice/deep.service"),
])
def test_units_are_born_where_systemd_puts_them(machine, unit, path):
    assert start(machine, unit) == path
    main = show(machine, unit, "MainPID")
    assert f"0::{path}\n" in machine.run("cat", f"/proc/{main}/cgroup").out
    assert "0::/init.scope\n" in machine.run("cat", "/proc/1/cgroup").out
    stop(machine, unit)
    assert not machine.path(TREE + path).exists() and show(machine, unit, "ControlGroup") == ""
    assert not machine.path(f"{TREE}/a.slice").exists(), "slices go with their last unit"


def test_a_stop_ends_what_wears_no_mark(machine):
    path = start(machine, "escape.service")
    wait_for(lambda: len(processes(machine, path)) == 3, "all of it runs")
    stop(machine, "escape.service")
    assert not machine.path(TREE + path).exists()
    assert "sleep 1001" not in machine.run("ps", "ax").out


def test_what_is_not_to_be_killed_keeps_its_cgroup_until_it_ends(machine):
    path = start(machine, "left.service")
    wait_for(lambda: len(processes(machine, path)) == 2, "both run")
    stop(machine, "left.service")
    left = processes(machine, path)
    assert len(left) == 1 and show(machine, "left.service", "ControlGroup") == path
    assert start(machine, "left.service") == path, "the next life is in the same one"
    stop(machine, "left.service")
    assert machine.run("sh", "-c", f"kill $(cat {TREE}{path}/cgroup.procs)").status == 0
    wait_for(lambda: not machine.path(TREE + path).exists(), "it is removed with the last process")


def test_a_delegated_cgroup_is_the_users(machine):
    path = start(machine, "given.service")
    wait_for(lambda: machine.path(f"{TREE}{path}/mine/cgroup.procs").read_text(), "it divides its own")
    owner = machine.path(f"{TREE}{path}/mine").stat().st_uid
    assert owner and owner == machine.path(f"{TREE}{path}/cgroup.procs").stat().st_uid
    assert machine.path(TREE + path).stat().st_uid == owner and not machine.path(f"{TREE}{path}/..").stat().st_uid
    assert os.getxattr(machine.path(TREE + path), "trusted.delegate") == b"1"
    stop(machine, "given.service")
    assert f"0::{path}/.control" in machine.run("reaperctl", "logs", "-o", "cat", "given").out
    assert not machine.path(TREE + path).exists()


def test_the_main_process_may_have_a_group_of_its_own(machine):
    path = start(machine, "subgroup.service")
    assert processes(machine, path + "/inner") and not processes(machine, path)
    stop(machine, "subgroup.service")


def test_commands_of_sockets_have_a_cgroup_too(machine):
    stop(machine, "plain.service")
    start(machine, "speaks.socket")
    assert "0::/system.slice/speaks.socket\n" in machine.run("reaperctl", "logs", "-o", "cat", "speaks.socket").out
    stop(machine, "speaks.socket")
    assert not machine.path(f"{TREE}/system.slice/speaks.socket").exists()


def test_what_no_controller_is_there_for_is_reported(machine):
    start(machine, "limited.service")
    here = machine.path(f"{TREE}/cgroup.controllers").read_text().split()
    notes = machine.run("reaperctl", "status", "limited").out
    for key, controller in (("MemoryMax=64M", "memory"), ("TasksMax=10", "pids"), ("CPUQuota=20%", "cpu")):
        told = f"{key}: not applied: the controller {controller} is not handed on to us" in notes
        assert told == (controller not in here), notes
    assert "Delegate" not in notes and "no BPF programs" in notes
    assert "CGroup: /system.slice/limited.service" in notes
    assert show(machine, "limited.service", "MemoryMax") == "67108864"
    assert show(machine, "limited.service", "CPUQuotaPerSecUSec") == "200ms"
    assert int(show(machine, "limited.service", "CPUUsageNSec")) > 0
    if "memory" not in here:
        assert show(machine, "limited.service", "MemoryCurrent") == "[not set]"
    stop(machine, "limited.service")
    assert show(machine, "limited.service", "CPUUsageNSec") == "[not set]"


def test_what_is_frozen_stands_still_until_it_has_a_job(machine):
    path = start(machine, "deep.service")

    def is_frozen():
        return "frozen 1" in machine.path(f"{TREE}{path}/cgroup.events").read_text()

    assert machine.run("reaperctl", "freeze", "deep").status == 0
    assert is_frozen() and show(machine, "deep", "FreezerState") == "frozen"
    assert "active (running) (frozen)" in machine.run("reaperctl", "status", "deep").out
    assert machine.run("reaperctl", "thaw", "deep").status == 0
    assert not is_frozen() and show(machine, "deep", "FreezerState") == "running"
    machine.run("reaperctl", "freeze", "deep")
    stop(machine, "deep")
    assert show(machine, "deep", "FreezerState") == "running"
    assert "not active" in machine.run("reaperctl", "freeze", "deep").err


def test_no_tree_of_ours_is_left_alone(reaperd):
    reaperd.service("a")
    reaperd.start("--log-level=debug", "a.service")
    assert "no cgroups for units" in reaperd.text()
    assert reaperd.ctl("show", "-p", "ControlGroup", "--value", "a").out == "\n"
    folder = cgroup_folder()
    assert not folder or not (folder / "system.slice" / "a.service").exists()
