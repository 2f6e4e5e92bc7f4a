"""reaperd as a service of a real systemd, which runs as PID 1 of a machine of namespaces. SYSTEMD_ROOT: a root file system
with another systemd than this one's.
"""

import contextlib
import os
import pathlib
import shutil
import time

import pytest

from machine import Machine, why_not
from reaperd import REAPERCTL, REAPERD, run, wait_for

ROOT = pathlib.Path(__file__).parents[2]
SYSTEMD_ROOT = pathlib.Path(os.environ.get("SYSTEMD_ROOT", "/"))
SYSTEMD = pathlib.Path("/lib/systemd/systemd")
# Below it a user's own manager is started by hand, for user@.service wants PAM and logind.
USER = 1  # daemon: systemd wants an entry in passwd
USER_MANAGER = f"""[Service]
Type=notify
User={USER}
Delegate=yes
RuntimeDirectory=user
Environment=XDG_RUNTIME_DIR=/run/user HOME=/run/user/home
ExecStartPre=/bin/mkdir -p /run/user/home/.config/reaperd/units
ExecStart=/lib/systemd/systemd --user
KillMode=mixed
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """systemd with what reaperd's package installs, and two units of reaperd's."""
    reason = why_not() or (None if (SYSTEMD_ROOT / "lib/systemd/systemd").exists() else "needs systemd")
    if reason or "static build" in run(REAPERD, "--version").out:
        pytest.skip(reason or "the static build has no libsystemd")
    tree = tmp_path_factory.mktemp("tree")
    (tree / "usr/sbin").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    shutil.copy(REAPERD, tree / "usr/sbin")
    shutil.copy(REAPERCTL, tree / "usr/bin")
    packaging = ROOT / "packaging/systemd"
    files = {f"etc/systemd/system/{path.name}": path.read_text() for path in packaging.glob("reaperd*.s*") if path.is_file()}
    files |= {f"etc/systemd/user/{path.name}": path.read_text() for path in (packaging / "user").iterdir()}
    files["etc/systemd/system/user-manager.service"] = USER_MANAGER
    files["etc/systemd/system/small.target"] = "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"
    files["etc/reaperd/units/default.target"] = "[Unit]\nWants=speak.service slow.service\n"
    files["etc/reaperd/units/speak.service"] = (
        "[Service]\nExecStart=/bin/sh -c 'echo \"<4>careful\"; echo plain; trap \"\" TERM; sleep 1000 & wait'\nTimeoutStopSec=1\n")
    files["etc/reaperd/units/slow.service"] = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1\n"
    # What only a delegated, hardened service that kept its rights can do for its own.
    files["etc/reaperd/units/sandboxed.service"] = (
        "[Service]\nType=exec\nUser=daemon\nPrivateTmp=yes\nProtectSystem=strict\nPrivateDevices=yes\nNoNewPrivileges=yes\n"
        "SystemCallFilter=@system-service\nStateDirectory=sandboxed\nExecStart=/bin/sleep 1000\n")
    for name in "ij":
        files[f"etc/reaperd/{name}/units/default.target"] = f"[Unit]\nDescription=instance {name}\nWants=speak.service\n"
        files[f"etc/reaperd/{name}/units/speak.service"] = f"[Service]\nExecStart=/bin/sh -c 'echo I am {name}; exec sleep 1000'\n"
    for path, text in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with Machine(SYSTEMD_ROOT, str(SYSTEMD), "--unit=small.target", docker=False, files=tree) as machine:
        wait_for(lambda: machine.run("systemctl", "is-active", "small.target").out == "active\n", "systemd is up")
        machine.version = int(machine.run("systemctl", "--version").out.split()[1])
        if machine.version >= 253:
            for name in ("reaperd", "reaperd@"):
                drop_in = machine.path(f"/etc/systemd/system/{name}.service.d")
                drop_in.mkdir()
                shutil.copy(packaging / "reaperd.service.d/notify-reload.conf", drop_in)
            machine.run("systemctl", "daemon-reload")
        yield machine


@pytest.fixture
def up(machine):
    result = machine.run("systemctl", "start", "reaperd.service")
    assert result.status == 0, (result, machine.run("journalctl", "-u", "reaperd", "--no-pager"))
    yield machine
    machine.run("systemctl", "stop", "reaperd.service", "reaperd.socket")


def show(machine, name, unit="reaperd.service"):
    return machine.run("systemctl", "show", "-p", name, "--value", unit).out.strip()


@contextlib.contextmanager
def drop_in(machine, text):
    """More lines for reaperd.service."""
    file = machine.path("/run/systemd/system/reaperd.service.d/test.conf")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    machine.run("systemctl", "daemon-reload")
    try:
        yield
    finally:
        machine.run("systemctl", "stop", "reaperd.service")
        file.unlink()
        machine.run("systemctl", "daemon-reload")


def test_ready_means_that_start_up_is_over(up):
    assert up.run("reaperctl", "is-active", "slow.service").out == "active\n"
    assert show(up, "StatusText") == "running: 2 services up, 0 units failed, 0 jobs"
    assert show(up, "Type") == ("notify-reload" if up.version >= 253 else "notify")
    assert show(up, "WatchdogUSec") == "30s" and show(up, "NRestarts") == "0"


def test_reload_reads_files_and_stop_leaves_nothing(up):
    up.path("/etc/reaperd/units/later.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    assert up.run("systemctl", "reload", "reaperd").status == 0
    assert up.run("reaperctl", "start", "later").status == 0, "the reload's end is that of the reading"
    before = up.run("systemctl", "show", "-p", "MainPID", "--value", "reaperd").out
    assert up.run("systemctl", "restart", "reaperd").status == 0
    assert up.run("systemctl", "show", "-p", "MainPID", "--value", "reaperd").out != before
    assert up.run("reaperctl", "is-active", "later").out == "inactive\n"
    assert up.run("systemctl", "stop", "reaperd").status == 0
    assert show(up, "Result") == "success"
    wait_for(lambda: not up.path("/sys/fs/cgroup/system.slice/reaperd.service").exists(), "nothing is left")


def test_services_have_what_their_sandboxes_need(up):
    result = up.run("reaperctl", "start", "sandboxed")
    assert result.status == 0, result
    pid = up.run("reaperctl", "show", "-p", "MainPID", "--value", "sandboxed").out.strip()
    status = dict(line.split(":\t", 1) for line in up.path(f"/proc/{pid}/status").read_text().splitlines())
    assert status["Seccomp"] == "2" and status["Uid"].split()[0] == "1"
    assert up.path(f"/proc/{pid}/mountinfo").read_text() != up.path(f"/proc/{show(up, 'MainPID')}/mountinfo").read_text()


def test_its_own_time_limits_end_nobody(machine):
    unit = machine.path("/etc/reaperd/long/default.target")
    unit.parent.mkdir()
    unit.write_text("[Unit]\nWants=long.service\n")
    unit.with_name("long.service").write_text(
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1.5\nExecStop=/bin/sh -c 'sleep 1.5; echo >/run/ended'\n")
    with drop_in(machine, "[Service]\nTimeoutSec=500ms\nExecStart=\nExecStart=/usr/sbin/reaperd --unit-path=/etc/reaperd/long\n"):
        result = machine.run("systemctl", "start", "reaperd.service")
        assert result.status == 0, result
        assert machine.run("systemctl", "stop", "reaperd.service").status == 0
        assert show(machine, "Result") == "success" and machine.path("/run/ended").exists()


def test_units_live_below_its_cgroup(up):
    assert up.run("reaperctl", "show", "-p", "ControlGroup", "--value", "speak").out == "/system.slice/reaperd.service/system.slice/speak.service\n"
    tree = up.run("systemctl", "status", "--no-pager", "reaperd.service").out
    assert "speak.service" in tree and "init.scope" in tree, tree
    folder = up.path("/sys/fs/cgroup/system.slice/reaperd.service")
    assert (folder / "cgroup.procs").read_text() == "", "helpers of reaperd are in its leaf too"
    assert folder.exists()
    assert up.run("systemctl", "stop", "reaperd").status == 0
    wait_for(lambda: not folder.exists(), "nothing is left")


def test_lines_are_in_the_journal_with_their_unit(up):
    def lines(*matches):
        return up.run("journalctl", "-o", "cat", "--no-pager", *matches).out.splitlines()

    wait_for(lambda: "careful" in lines("REAPERD_UNIT=speak.service"), "it has arrived")
    assert "plain" in lines("SYSLOG_IDENTIFIER=speak", "_SYSTEMD_UNIT=reaperd.service")
    assert "careful" in lines("REAPERD_UNIT=speak.service", "PRIORITY=4")
    assert "careful" in up.run("reaperctl", "logs", "-o", "cat", "speak").out, "and reaperd keeps them"
    assert "reaperd-journal" not in up.run("reaperctl", "orphans").out


def test_the_journal_is_told_what_a_unit_says_of_its_lines(up):
    up.path("/etc/reaperd/units/named.service").write_text(
        "[Service]\nType=oneshot\nSyslogIdentifier=chosen\nSyslogFacility=local3\nLogExtraFields=COLOR=%p \"WORDS=two words\"\nExecStart=/bin/echo hello\n")
    up.run("reaperctl", "daemon-reload")
    assert up.run("reaperctl", "start", "named").status == 0
    matches = ["SYSLOG_IDENTIFIER=chosen", "SYSLOG_FACILITY=19", "COLOR=named", "WORDS=two words", "REAPERD_UNIT=named.service"]
    wait_for(lambda: up.run("journalctl", "-o", "cat", "--no-pager", *matches).out == "hello\n", "it has arrived with all of it")


def test_the_socket_is_handed_over(machine):
    assert machine.run("systemctl", "start", "reaperd.socket").status == 0
    try:
        assert machine.run("systemctl", "is-active", "reaperd.service").out != "active\n"
        assert machine.run("reaperctl", "is-active", "speak.service").out == "active\n", "the question started it"
        assert machine.run("systemctl", "restart", "reaperd.service").status == 0
        assert machine.run("reaperctl", "is-active", "speak.service").out == "active\n"
    finally:
        machine.run("systemctl", "stop", "reaperd.service", "reaperd.socket")


def test_a_loop_that_is_stuck_is_restarted(machine):
    with drop_in(machine, "[Service]\nWatchdogSec=1\nWatchdogSignal=SIGKILL\nRestartSec=0\n"):
        assert machine.run("systemctl", "start", "reaperd.service").status == 0
        time.sleep(2)
        assert show(machine, "NRestarts") == "0", "a loop that turns is left alone"
        assert machine.run("systemctl", "kill", "--kill-who=main", "-s", "STOP", "reaperd.service").status == 0
        wait_for(lambda: show(machine, "NRestarts") not in ("", "0"), "the watchdog came")
        wait_for(lambda: machine.run("systemctl", "is-active", "reaperd.service").out == "active\n", "it is back")
        restarts = show(machine, "NRestarts")
        assert machine.run("systemctl", "kill", "--kill-who=main", "-s", "ABRT", "reaperd.service").status == 0
        wait_for(lambda: show(machine, "NRestarts") != restarts, "the watchdog's own signal ends it")


def test_instances_live_side_by_side(machine):
    def said(name):
        return machine.run("reaperctl", f"--socket=/run/reaperd-{name}/io.reaperd", "logs", "-o", "cat", "speak").out

    assert machine.run("systemctl", "start", "reaperd@i.service", "reaperd@j.service").status == 0
    for name in "ij":
        wait_for(lambda: said(name) == f"I am {name}\n", "it has spoken")
    journal = machine.run("journalctl", "-o", "cat", "--no-pager", "REAPERD_UNIT=speak.service", "_SYSTEMD_UNIT=reaperd@j.service")
    assert journal.out == "I am j\n"
    assert machine.run("systemctl", "reload", "reaperd@i.service").status == 0
    assert machine.run("systemctl", "stop", "reaperd@i.service").status == 0
    assert said("j") == "I am j\n", "the other one goes on"
    assert machine.run("systemctl", "stop", "reaperd@j.service").status == 0


def test_a_users_own_pair(machine):
    def as_user(*command):
        return machine.run("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", "XDG_RUNTIME_DIR=/run/user", *command)

    result = machine.run("systemctl", "start", "user-manager.service")
    assert result.status == 0, (result, machine.run("systemctl", "status", "user-manager.service"))
    try:
        units = machine.path("/run/user/home/.config/reaperd/units")
        (units / "mine.service").write_text("[Service]\nExecStart=/bin/sh -c 'id -u; exec sleep 1000'\n")
        (units / "default.target").write_text("[Unit]\nWants=mine.service\n")
        assert as_user("systemctl", "--user", "start", "reaperd.socket").status == 0
        result = as_user("reaperctl", "is-active", "mine.service")
        assert result.out == "active\n", (result, as_user("systemctl", "--user", "status", "reaperd.service"))
        wait_for(lambda: as_user("reaperctl", "logs", "-o", "cat", "mine").out == f"{USER}\n", "it has spoken")
        assert as_user("systemctl", "--user", "reload", "reaperd.service").status == 0
        before = as_user("systemctl", "--user", "show", "-p", "MainPID", "--value", "reaperd.service").out
        assert as_user("systemctl", "--user", "restart", "reaperd.service").status == 0
        assert as_user("systemctl", "--user", "show", "-p", "MainPID", "--value", "reaperd.service").out not in (before, "0\n")
        assert as_user("reaperctl", "is-active", "mine.service").out == "active\n"
        assert as_user("systemctl", "--user", "stop", "reaperd.socket", "reaperd.service").status == 0
        assert not machine.path("/run/user/reaperd/io.reaperd").exists()
    finally:
        machine.run("systemctl", "stop", "user-manager.service")


@pytest.fixture
def person(machine):
    """Somebody who lingers: user@UID.service, made by logind and PAM, runs without anybody logged in."""
    if not list(SYSTEMD_ROOT.glob("usr/lib/*/security/pam_systemd.so")):
        pytest.skip("needs libpam-systemd")
    assert machine.run("useradd", "--create-home", "person").status == 0
    assert machine.run("systemctl", "start", "dbus.service", "systemd-logind.service").status == 0
    assert machine.run("loginctl", "enable-linger", "person").status == 0
    uid = machine.run("id", "-u", "person").out.strip()
    yield lambda *command: machine.run("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "env", f"XDG_RUNTIME_DIR=/run/user/{uid}", *command)
    machine.run("loginctl", "disable-linger", "person")
    machine.run("systemctl", "stop", f"user@{uid}.service", "systemd-logind.service", "dbus.service", "dbus.socket")
    machine.run("userdel", "--remove", "person")


def test_a_users_own_pair_below_logind(machine, person):
    """Enabled once, it is there whenever the user's manager is, and goes with it."""
    uid = person("id", "-u").out.strip()
    manager = f"user@{uid}.service"
    wait_for(lambda: show(machine, "ActiveState", manager) == "active", "the user's manager is up")
    assert "(sd-pam)" in machine.run("systemctl", "status", "--no-pager", manager).out
    units = machine.path("/home/person/.config/reaperd/units")
    assert person("mkdir", "-p", "/home/person/.config/reaperd/units").status == 0
    (units / "mine.service").write_text("[Service]\nExecStart=/bin/sh -c 'id -u; exec sleep 1000'\n")
    (units / "default.target").write_text("[Unit]\nWants=mine.service\n")
    result = person("systemctl", "--user", "enable", "--now", "reaperd.service")
    assert result.status == 0, result
    assert person("reaperctl", "logs", "-o", "cat", "mine").out == f"{uid}\n"
    cgroup = person("reaperctl", "show", "-p", "ControlGroup", "--value", "mine").out.strip()
    assert cgroup.startswith(f"/user.slice/user-{uid}.slice/{manager}/app.slice/reaperd.service/"), cgroup
    assert machine.run("systemctl", "restart", manager).status == 0
    wait_for(lambda: person("reaperctl", "is-active", "mine.service").out == "active\n", "it came with the manager")
    assert machine.run("systemctl", "stop", manager).status == 0
    wait_for(lambda: not machine.path(f"/sys/fs/cgroup/user.slice/user-{uid}.slice/{manager}").exists(), "nothing is left")
    assert show(machine, "Result", manager) == "success"
