"""The environment in which commands are executed."""

import ctypes
import grp
import os
import pathlib
import pwd
import shutil

import pytest
from reaperd import wait_for

CLOSE_RANGE = 436  # the same number everywhere


def run_once(reaperd, script, text="", files=None):
    """What a oneshot's script prints."""
    for name, content in (files or {}).items():
        (reaperd.folder / name).write_text(content)
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nExecStart=/bin/sh -c '{script}'\n{text}\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.show("a", "Result") == "success", reaperd.text()
    return reaperd.lines("a")


def test_environment_and_its_files(reaperd):
    files = {"env": "# comment\nB=from file\nC=\"quoted \\\"x\\\"\"\n"}
    text = f"Environment=A=1 \"B=two words\"\nEnvironmentFile={reaperd.folder}/env\nEnvironmentFile=-/no/such\nUnsetEnvironment=A"
    assert run_once(reaperd, 'echo "$$A|$$B|$$C"', text, files) == ['|from file|quoted "x"']


def test_arguments_expand_as_systemd_says(reaperd):
    reaperd.unit("a.service", "[Service]\nType=oneshot\nEnvironment=\"ONE=1\" \"TWO=a b\"\n"
                 "ExecStart=/usr/bin/printf [%%s] $TWO ${TWO} $ONE$ONE $$ONE $NONE x${NONE}x\n")  # fmt: skip
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["[a][b][a b][$ONE$ONE][$ONE][xx]"]


def test_a_colon_expands_nothing(reaperd):
    reaperd.unit("a.service", "[Service]\nType=oneshot\nEnvironment=ONE=1\nExecStart=:/bin/echo $ONE ${ONE}\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["$ONE ${ONE}"]


def test_only_its_own_descriptors_and_default_signals(reaperd):
    lines = run_once(reaperd, "ls /proc/self/fd | tr \"\\\\n\" \" \"; echo; grep -E \"^Sig(Blk|Ign|Cgt)\" /proc/self/status")
    assert lines[0].split()[:4] in (["0", "1", "2", "3"], ["0", "1", "2"])
    assert {line.split()[1].strip("0") for line in lines if line.startswith("SigBlk")} == {""}
    # SIGPIPE is ignored, as systemd's IgnoreSIGPIPE=yes has it
    assert [line.split()[1] for line in lines if line.startswith("SigIgn")] == ["0000000000001000"]


@pytest.mark.skipif(ctypes.CDLL(None).syscall(CLOSE_RANGE, -1, -1, 2) < 0, reason="no close_range(2) here")
def test_a_child_holds_few_descriptors_before_it_executes(reaperd):
    """Not the pipes of all other services, which it would copy and close again."""
    for n in range(80):
        reaperd.service(f"s{n}")
    os.mkfifo(reaperd.folder / "fifo")
    reaperd.service("waits", "/bin/cat", f"StandardInput=file:{reaperd.folder}/fifo")
    reaperd.start("waits.service", *(f"s{n}.service" for n in range(80)))
    pid = int(reaperd.show("waits", "MainPID"))
    folders = [pathlib.Path(f"/proc/{p}/fd") for p in (reaperd.pid, pid)]
    assert len(os.listdir(folders[0])) > 80
    assert max(int(name) for name in os.listdir(folders[1])) < 64 + 8, "the lowest of ours, and some of its own"
    (reaperd.folder / "fifo").write_text("heard\n")
    wait_for(lambda: reaperd.lines("waits") == ["heard"], "it executes, with its output")


def test_working_directory_umask_nice_and_limits(reaperd):
    text = f"WorkingDirectory={reaperd.folder}\nUMask=0027\nNice=5\nLimitNOFILE=123:456\nLimitCORE=0"
    assert run_once(reaperd, "pwd; umask; nice; ulimit -n; ulimit -H -n; ulimit -c", text) == [
        str(reaperd.folder), "0027", "5", "123", "456", "0",
    ]  # fmt: skip


def test_a_missing_working_directory(reaperd):
    reaperd.service("a", "/bin/true", "Type=oneshot\nWorkingDirectory=/no/such")
    reaperd.service("b", "/bin/true", "Type=oneshot\nWorkingDirectory=-/no/such")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "b.service")
    assert reaperd.show("a", "ExecMainStatus", "Result") == [200, "exit-code"]
    assert reaperd.show("b", "Result") == "success"


def test_standard_streams_to_files(reaperd):
    (reaperd.folder / "in").write_text("input\n")
    (reaperd.folder / "appended").write_text("before\n")
    text = f"StandardInput=file:{reaperd.folder}/in\nStandardOutput=append:{reaperd.folder}/appended\nStandardError=file:{reaperd.folder}/err"
    assert run_once(reaperd, "cat; echo wrong >&2", text) == []
    assert (reaperd.folder / "appended").read_text() == "before\ninput\n"
    assert (reaperd.folder / "err").read_text() == "wrong\n"


def test_null_and_inherit(reaperd):
    assert run_once(reaperd, "echo gone; echo kept >&2", "StandardOutput=null\nStandardError=journal") == ["kept"]


def test_standard_input_is_empty(reaperd):
    assert run_once(reaperd, "wc -c") == ["0"]


def test_exec_search_path(reaperd):
    program = reaperd.folder / "hello"
    program.write_text("#!/bin/sh\necho found\n")
    program.chmod(0o755)
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nExecSearchPath={reaperd.folder}\nExecStart=hello\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["found"]


def test_user_group_and_directories(reaperd, root):
    text = "User=nobody\nGroup=nogroup\nSupplementaryGroups=daemon\nRuntimeDirectory=reaperd-test-%p-{0}\nRuntimeDirectoryMode=0750"
    text = text.format(os.getpid())
    path = pathlib.Path(f"/run/reaperd-test-a-{os.getpid()}")
    lines = run_once(reaperd, "id -un; id -gn; id -Gn; echo $$RUNTIME_DIRECTORY; stat -c %%a-%%U $$RUNTIME_DIRECTORY; echo $$HOME:$$USER", text)
    assert lines[:2] == ["nobody", "nogroup"]
    assert set(lines[2].split()) == {"nogroup", "daemon"}
    assert lines[3:5] == [str(path), "750-nobody"]
    assert lines[5] == "/nonexistent:nobody"
    assert not path.exists(), "it goes with the service"


@pytest.mark.parametrize("name", ["0day", "0x0", "4294967295", "no-such-user"])
def test_a_bad_user_fails_the_unit_alone(reaperd, name):
    reaperd.service("a", f"/bin/touch {reaperd.folder}/ran", f"User={name}")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    wait_for(lambda: reaperd.show("a", "LoadState") == "bad-setting" or reaperd.state("a") == "failed", "it fails")
    assert not (reaperd.folder / "ran").exists()
    assert reaperd.state("keep") == "active"
    assert name in reaperd.text()


def test_the_present_user_is_no_change(reaperd):
    assert run_once(reaperd, "id -u", f"User={os.geteuid()}") == [str(os.geteuid())]


def test_another_user_without_the_right_is_a_clear_error(reaperd, ordinary):
    reaperd.wrapper = ordinary
    reaperd.folder.chmod(0o777)
    reaperd.service("a", "/bin/true", "Type=oneshot\nUser=daemon")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.show("a", "ExecMainStatus") in (216, 217)
    assert "not permitted" in reaperd.text()


def test_no_new_privileges_and_capabilities(reaperd, root):
    text = "NoNewPrivileges=yes\nCapabilityBoundingSet=CAP_CHOWN CAP_KILL\nAmbientCapabilities=CAP_KILL\nUser=nobody"
    lines = run_once(reaperd, "grep -E \"NoNewPrivs|CapBnd|CapAmb\" /proc/self/status", text)
    shown = dict(line.split(":\t") for line in lines)
    assert int(shown["CapBnd"], 16) == 1 << 0 | 1 << 5
    assert int(shown["CapAmb"], 16) == 1 << 5
    assert shown["NoNewPrivs"] == "1"


BOUNDED = "User=daemon\nSupplementaryGroups=mail\nCapabilityBoundingSet=CAP_CHOWN\nNoNewPrivileges=yes\nLimitNOFILE=123\nNice=3"


@pytest.mark.parametrize(("prefix", "more", "uid", "bounded"), [
    ("+", "", "0", False),
    ("", "PermissionsStartOnly=yes", "0", False),
    ("!", "", "0", True),
    ("", "", str(pwd.getpwnam("daemon").pw_uid), True),
])  # fmt: skip
def test_what_each_prefix_lifts(reaperd, root, prefix, more, uid, bounded):
    look = "id -u; id -G; nice; ulimit -n; grep -E \"NoNewPrivs|CapBnd\" /proc/self/status"
    reaperd.unit("a.service", f"[Service]\nType=oneshot\n{BOUNDED}\n{more}\nExecStartPre={prefix}/bin/sh -c '{look}'\nExecStart=/bin/true\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    own, groups, nice, files, capabilities, no_new = reaperd.lines("a")
    daemon, mail = (str(grp.getgrnam(name).gr_gid) for name in ("daemon", "mail"))
    assert (own, nice) == (uid, "3")
    assert groups.split() == (["0", daemon] if uid == "0" else [daemon, mail]), "root has those of the user besides, as in systemd"
    assert (files == "123", int(capabilities.split()[1], 16) == 1, no_new.endswith("1")) == (bounded,) * 3


@pytest.mark.skipif(not pathlib.Path("/bin/busybox").exists(), reason="needs busybox-static")
@pytest.mark.parametrize(("prefix", "more"), [("+", ""), ("!", ""), ("", "PermissionsStartOnly=yes")])
def test_a_privileged_command_is_in_the_root_of_its_unit(reaperd, root, prefix, more):
    shutil.copy("/bin/busybox", reaperd.folder / "ls")
    (reaperd.folder / "inside").touch()
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nRootDirectory={reaperd.folder}\n{more}\nExecStartPre={prefix}/ls /inside\nExecStart=/ls /inside\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["/inside"] * 2


def test_an_unparsable_security_setting_refuses_the_unit(reaperd):
    reaperd.service("a", f"/bin/touch {reaperd.folder}/ran", "NoNewPrivileges=perhaps")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.show("a", "LoadState") == "bad-setting"
    assert "NoNewPrivileges=perhaps" in reaperd.text()
    assert not (reaperd.folder / "ran").exists()


def test_what_is_not_applied_is_said(reaperd):
    path = reaperd.service("a", "/bin/sleep 1000", "RootImage=/x\nMemoryMax=1G")
    reaperd.start("a.service")
    for words in (f"{path}:5: RootImage=/x: not applied", f"{path}:6: MemoryMax=1G: not applied"):
        assert words in reaperd.text()
        assert words in reaperd.ctl("status", "a").out


def test_own_environment_is_not_inherited_unless_pid_1(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo \"[$OUTSIDE]\"'", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", env={"OUTSIDE": "yes"})
    assert reaperd.lines("a") == ["[]"]


def test_own_environment_is_inherited_as_pid_1(reaperd, pid1):
    reaperd.wrapper = pid1
    reaperd.service("a", "/bin/sh -c 'echo \"[$OUTSIDE][$NOTIFY_SOCKET]\"'", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", env={"OUTSIDE": "yes", "NOTIFY_SOCKET": "/nowhere"})
    assert reaperd.lines("a") == ["[yes][]"]


def test_an_ordinary_user_is_bounded_by_no_new_privileges(reaperd, ordinary):
    """Nothing is left to be dropped from a process that has nothing and can gain nothing."""
    reaperd.wrapper = ordinary
    reaperd.folder.chmod(0o777)
    reaperd.service("a", "/bin/true", "Type=oneshot\nCapabilityBoundingSet=\nNoNewPrivileges=yes")
    reaperd.service("b", "/bin/true", "Type=oneshot\nCapabilityBoundingSet=")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "b.service")
    assert reaperd.show("a", "Result") == "success"
    assert reaperd.show("b", "Result", "ExecMainStatus") == ["exit-code", 218]
    assert "NoNewPrivileges=yes" in reaperd.show("b", "Reason")


def test_a_dynamic_user_is_made_up(reaperd, root):
    reaperd.service("made-up", "/bin/sh -c 'id -u; id -g; id -G; echo $USER $HOME; touch $STATE_DIRECTORY/x; exec sleep 1000'", f"DynamicUser=yes\nStateDirectory=reaperd-test-{os.getpid()}")
    reaperd.start("made-up.service")
    state = pathlib.Path(f"/var/lib/reaperd-test-{os.getpid()}")
    try:
        uid, gid, groups, names = wait_for(lambda: len(reaperd.lines("made-up")) == 4 and reaperd.lines("made-up"), "it has spoken")
        assert 61184 <= int(uid) <= 65519 and uid == gid == groups and names == "made-up /"
        wait_for(lambda: (state / "x").exists(), "it may write its state")
        assert (state / "x").stat().st_uid == int(uid)
    finally:
        shutil.rmtree(state, ignore_errors=True)


def test_a_dynamic_user_of_an_ordinary_one_is_that_one(reaperd, ordinary):
    reaperd.wrapper = ordinary
    reaperd.folder.chmod(0o777)
    reaperd.service("made-up", "/bin/sh -c 'id -u; exec sleep 1000'", "DynamicUser=yes")
    reaperd.start("made-up.service")
    wait_for(lambda: reaperd.lines("made-up") == ["65534" if ordinary else str(os.geteuid())], "it runs as who we are")


def test_protections_take_capabilities_away(reaperd, root):
    reaperd.service("a", "/bin/sh -c 'grep CapBnd /proc/self/status; exec sleep 1000'", "ProtectKernelModules=yes\nProtectKernelLogs=yes")
    reaperd.start("a.service")
    line = wait_for(lambda: reaperd.lines("a"), "it has spoken")[0]
    assert int(line.split()[1], 16) & (1 << 16 | 1 << 34) == 0


def test_attributes_of_a_process(reaperd):
    """What few units say, read back from /proc by the service itself."""
    reaperd.service(
        "a",
        "/bin/sh -c 'grep Cpus_allowed_list /proc/self/status; cat /proc/self/timerslack_ns /proc/self/coredump_filter; uname -m'",
        "Type=oneshot\nCPUAffinity=0\nTimerSlackNSec=123456\nCoredumpFilter=0x5\nPersonality=x86-64",
    )
    reaperd.start("a.service")
    lines = reaperd.lines("a")
    assert lines[0].split() == ["Cpus_allowed_list:", "0"] and lines[1:3] == ["123456", "00000005"], lines
    assert "not applied" not in reaperd.text()


def test_an_impossible_cpu_fails_the_unit(reaperd):
    reaperd.service("a", "/bin/true", "Type=oneshot\nCPUAffinity=1023")
    reaperd.unit("x.target", "[Unit]\n")
    reaperd.start("x.target")
    assert reaperd.ctl("start", "a").status == 1 and reaperd.show("a.service", "ExecMainStatus") == 215
