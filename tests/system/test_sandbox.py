"""Filters of system calls and namespaces: what a service can no longer do, tried by the service itself."""

import os
import pathlib
import shutil

import pytest

from reaperd import run, wait_for

PROBE = pathlib.Path(__file__).with_name("sandbox_probe.py")


def says(reaperd, text, probe, name="a", user=None):
    """What a probe inside of a service with these settings printed."""
    more = f"User={user}\n" if user else ""
    copy = shutil.copy(PROBE, reaperd.folder)  # where any user may read it
    reaperd.service(name, f"/usr/bin/python3 {copy} {probe}", f"Type=oneshot\n{more}{text}")
    reaperd.ctl("daemon-reload")
    result = reaperd.ctl("start", name)
    assert result.status == 0, (result, reaperd.lines(name), reaperd.text())
    return reaperd.lines(name)[-1]


@pytest.fixture
def up(reaperd):
    reaperd.unit("x.target", "[Unit]\n")
    reaperd.start("x.target")
    return reaperd


@pytest.mark.parametrize(
    "text, probe, expected",
    [
        ("", "mkdir", "done"),
        ("SystemCallFilter=~mkdir mkdirat\nSystemCallErrorNumber=EPERM", "mkdir", "EPERM"),
        ("SystemCallFilter=~mkdir:ENOSPC mkdirat:ENOSPC\nSystemCallErrorNumber=EPERM", "mkdir", "ENOSPC"),
        ("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "mkdir", "done"),
        ("SystemCallFilter=@system-service\nSystemCallFilter=~@file-system:EACCES\nSystemCallFilter=@file-system", "mkdir", "done"),
        ("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", "chroot", "EPERM"),
        ("SystemCallFilter=~@mount\nSystemCallErrorNumber=EXDEV", "chroot", "EXDEV"),
        ("RestrictAddressFamilies=AF_UNIX", "socket AF_INET", "EAFNOSUPPORT"),
        ("RestrictAddressFamilies=AF_UNIX", "socket AF_UNIX", "done"),
        ("RestrictAddressFamilies=~AF_INET", "socket AF_INET6", "done"),
        ("RestrictAddressFamilies=~AF_INET", "socket AF_INET", "EAFNOSUPPORT"),
        ("RestrictAddressFamilies=none", "socket AF_UNIX", "EAFNOSUPPORT"),
        ("", "write-exec", "done"),
        ("MemoryDenyWriteExecute=yes", "write-exec", "EPERM"),
        ("RestrictSUIDSGID=yes", "setuid-file", "EPERM"),
        ("RestrictSUIDSGID=no", "setuid-file", "done"),
        ("RestrictNamespaces=yes", "unshare user", "EPERM"),
        ("RestrictNamespaces=uts ipc", "unshare user", "EPERM"),
        ("LockPersonality=yes", "personality", "EPERM"),
        ("RestrictRealtime=yes", "realtime", "EPERM"),
        ("NoNewPrivileges=no", "no-new-privileges", "0"),
    ],
)
def test_filters(up, text, probe, expected):
    assert says(up, text, probe) == expected


def test_filters_without_privilege_bring_no_new_privileges(up, root):
    assert says(up, "RestrictRealtime=yes", "no-new-privileges", user="nobody") == "1"
    assert says(up, "", "no-new-privileges", "b", user="nobody") == "0"


def test_a_call_that_is_not_allowed_kills(up):
    up.service("a", f"/usr/bin/python3 {PROBE} chroot", "Type=oneshot\nSystemCallFilter=@system-service")
    up.ctl("daemon-reload")
    assert up.ctl("start", "a").status == 1
    assert up.show("a.service", "ExecMainStatus") == 31, "SIGSYS"


def test_what_is_privileged_has_no_filter(up):
    up.service("a", f"+/usr/bin/python3 {PROBE} mkdir", "Type=oneshot\nSystemCallFilter=~mkdir")
    up.ctl("daemon-reload")
    assert up.ctl("start", "a").status == 0 and up.lines("a")[-1] == "done"


def can_make_namespaces():
    return run("unshare", "--mount", "true").status == 0


@pytest.fixture
def boxed(up, root):
    if not can_make_namespaces():
        pytest.skip("needs mount namespaces")
    return up


@pytest.mark.parametrize(
    "text, probe, expected",
    [
        ("ProtectSystem=yes", "write /usr", "EROFS"),
        ("ProtectSystem=yes", "write /etc", "done"),
        ("ProtectSystem=full", "write /etc", "EROFS"),
        ("ProtectSystem=strict", "write /var", "EROFS"),
        ("ProtectSystem=strict\nReadWritePaths=/var", "write /var", "done"),
        ("ProtectSystem=strict", "write /dev/shm", "done"),
        ("ReadOnlyPaths=/var", "write /var/lib", "EROFS"),
        ("ReadOnlyPaths=-/nothing/there", "write /var/lib", "done"),
        ("ProtectHome=yes", "list /root", "0"),
        ("ProtectHome=tmpfs", "write /root", "EROFS"),
        ("ProtectHome=read-only", "write /root", "EROFS"),
        ("InaccessiblePaths=/var/lib", "list /var/lib", "0"),
        ("InaccessiblePaths=/etc/passwd", "read /etc/passwd", "0"),
        ("TemporaryFileSystem=/var:ro", "list /var", "0"),
        ("TemporaryFileSystem=/var", "write /var", "done"),
        ("BindPaths=/usr/bin:/var/bound", "list /var/bound", "some"),
        ("BindReadOnlyPaths=/var/tmp:/srv/bound", "write /srv/bound", "EROFS"),
        ("ProtectKernelTunables=yes", "open-write /proc/sys/kernel/hostname", "EROFS"),
        ("ProtectControlGroups=yes", "write /sys/fs/cgroup", "EROFS"),
        ("PrivateDevices=yes", "list /dev", "some"),
        ("PrivateDevices=yes", "read /dev/kmsg", "ENOENT"),
        ("PrivateDevices=yes", "open-write /dev/null", "done"),
        ("NoExecPaths=/\nExecPaths=/usr/bin/python3 /usr/bin/python3.11 /usr/lib /lib /lib64", "run /usr/bin/id", "EACCES"),
        ("PrivateNetwork=yes", "devices", "lo"),
        ("ProtectHostname=yes", "hostname", "EPERM"),
        ("ProtectProc=invisible", "read /proc/1/cmdline", "some"),
        ("ProcSubset=pid", "read /proc/cpuinfo", "ENOENT"),
    ],
)
def test_namespaces(boxed, text, probe, expected):
    assert says(boxed, text, probe) == expected


def test_private_tmp_is_the_units_own_and_goes_with_it(boxed):
    witness = pathlib.Path("/tmp") / f"witness-{os.getpid()}"
    witness.touch()
    try:
        boxed.service(
            "a", "/bin/sh -c 'ls -a /tmp; exec sleep 1000'",
            "PrivateTmp=yes\nExecStartPre=/bin/sh -c 'echo x >/tmp/from-before; echo y >/var/tmp/other'")
        boxed.ctl("daemon-reload")
        assert boxed.ctl("start", "a").status == 0
        wait_for(lambda: "from-before" in boxed.lines("a"), "what came before is seen")
        assert witness.name not in boxed.lines("a")
        folders = list(pathlib.Path("/tmp").glob("reaperd-private-a.service-*"))
        assert len(folders) == 1 and (folders[0] / "tmp/from-before").exists() and folders[0].stat().st_mode & 0o77 == 0
        boxed.ctl("stop", "a")
        assert not folders[0].exists()
    finally:
        witness.unlink()


def test_a_path_that_is_missing_fails_the_unit(boxed):
    boxed.service("a", "/bin/true", "Type=oneshot\nReadOnlyPaths=/nothing/there")
    boxed.ctl("daemon-reload")
    result = boxed.ctl("start", "a")
    assert result.status == 1 and "NAMESPACE" in result.err


def test_own_folders_stay_writable(boxed):
    text = "ProtectSystem=strict\nStateDirectory=reaperd-test-state"
    try:
        assert says(boxed, text, "write /var/lib/reaperd-test-state") == "done"
    finally:
        pathlib.Path("/var/lib/reaperd-test-state").rmdir()


def test_without_the_privilege_it_runs_and_says_so(reaperd, ordinary):
    reaperd.wrapper = ordinary
    reaperd.service("a", "/bin/true", "Type=oneshot\nProtectSystem=strict\nPrivateTmp=yes\nRestrictRealtime=yes")
    result = reaperd.run("--check", "a.service")
    assert "ProtectSystem=strict: not applied: no namespace can be made here" in result.out, result
    assert "PrivateTmp=yes: not applied" in result.out and "RestrictRealtime" not in result.out


def test_folders_alone_ask_for_no_namespace(boxed):
    boxed.service("a", "/bin/readlink /proc/self/ns/mnt", "Type=oneshot\nRuntimeDirectory=reaperd-test-ns")
    boxed.ctl("daemon-reload")
    assert boxed.ctl("start", "a").status == 0
    assert boxed.lines("a") == [os.readlink("/proc/self/ns/mnt")]
