"""Users that are made up, and what is left behind of any user."""

import ctypes
import os
import pathlib
import shutil

import pytest
from reaperd import wait_for

NUMBERS = 2168  # first numbers, from 61184 on


def text_hash(text):
    """FNV-1a of 64 bits, as reaperd has it."""
    value = 14695981039346656037
    for byte in text.encode():
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def colliding():
    """Two names of services that ask for the same number."""
    seen = {}
    for n in range(NUMBERS + 1):
        name = f"svc{n}"
        other = seen.setdefault(text_hash(name) % NUMBERS, name)
        if other != name:
            return other, name


def uid_of(reaperd, name):
    return pathlib.Path(f"/proc/{reaperd.main_pid(name)}").stat().st_uid


def test_two_users_never_share_a_number(reaperd, root):
    one, two = colliding()
    for name in (one, two):
        reaperd.service(name, text="DynamicUser=yes\nPrivateTmp=no")
    reaperd.start(f"{one}.service", f"{two}.service")
    wait_for(lambda: uid_of(reaperd, one) and uid_of(reaperd, two), "both are who they are to be")
    first, second = uid_of(reaperd, one), uid_of(reaperd, two)
    assert first != second and {first, second} <= set(range(61184, 61184 + NUMBERS))
    reaperd.ctl("restart", f"{two}.service", f"{one}.service")
    wait_for(lambda: (uid_of(reaperd, one), uid_of(reaperd, two)) == (first, second), "they keep their numbers")


def test_a_folder_goes_to_its_new_owner_with_all_in_it(reaperd, root):
    name = f"reaperd-test-{os.getpid()}"
    state = pathlib.Path("/var/lib", name)
    (state / "deep").mkdir(parents=True)
    try:
        secret = reaperd.folder / "secret"
        secret.touch()
        (state / "deep/file").touch()
        (state / "link").symlink_to(secret)
        (state / "other").touch()
        for path in (state, state / "deep", state / "deep/file"):
            os.chown(path, 4242, 4242)
        os.chown(state / "link", 4242, 4242, follow_symlinks=False)
        reaperd.unit("a.service", f"[Service]\nType=oneshot\nUser=nobody\nStateDirectory={name}\nExecStart=/bin/true\n")
        reaperd.service("keep")
        reaperd.start("keep.service", "a.service")
        assert reaperd.show("a.service", "Result") == "success", reaperd.text()
        nobody = state.stat().st_uid
        assert nobody not in (0, 4242)
        assert [p.lstat().st_uid for p in (state / "deep", state / "deep/file", state / "link")] == [nobody] * 3
        assert (state / "other").stat().st_uid == 0 and secret.stat().st_uid == os.geteuid(), "what belongs to others stays theirs"
    finally:
        for path in sorted(state.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        state.rmdir()


@pytest.mark.parametrize(("prefix", "more"), [("+", ""), ("!", ""), ("", "PermissionsStartOnly=yes")])
def test_folders_are_the_users_whoever_the_command_runs_as(reaperd, root, prefix, more):
    name = f"reaperd-test-{os.getpid()}-a"
    look = f"id -un; stat -c %%U /run/{name}; chown root /run/{name}"
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nUser=nobody\nRuntimeDirectory={name}\n{more}\nExecStartPre={prefix}/bin/sh -c '{look}'\n"
                 f"ExecStart=/usr/bin/stat -c %%U /run/{name}\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["root", "nobody", "nobody"], "and each command finds them so"


def test_a_configuration_that_is_there_stays_as_it_is(reaperd, root):
    there, new = (pathlib.Path(f"/etc/reaperd-test-{os.getpid()}-{name}") for name in ("there", "new"))
    there.mkdir(mode=0o700)
    try:
        reaperd.unit("a.service", f"[Service]\nType=oneshot\nUser=nobody\nConfigurationDirectory={there.name} {new.name}\nExecStart=/usr/bin/stat -c '%%a %%U' {there} {new}\n")
        reaperd.service("keep")
        reaperd.start("keep.service", "a.service")
        assert reaperd.lines("a") == ["700 root", "755 nobody"]
    finally:
        there.rmdir()
        new.rmdir()


LEAVE = """/usr/bin/python3 -uc '
import ctypes, os, sys
libc = ctypes.CDLL(None)
os.makedirs("/dev/shm/%s.d")
open("/dev/shm/%s.d/file", "w"); open("/dev/shm/%s", "w")
print(libc.shmget(0, 4096, 0o1600), libc.semget(0, 1, 0o1600), libc.msgget(0, 0o1600))
'"""


def ids(kind):
    lines = pathlib.Path("/proc/sysvipc", kind).read_text().splitlines()[1:]
    return {int(line.split()[1]) for line in lines}


@pytest.mark.parametrize("remove", ["yes", "no"])
def test_what_is_left_to_share_is_removed(reaperd, root, remove):
    if not pathlib.Path("/proc/sysvipc/shm").exists():
        pytest.skip("this kernel has no System V IPC")
    name = f"reaperd-test-{os.getpid()}-{remove}"
    program = reaperd.folder / "leave.py"
    program.write_text(LEAVE.split("'")[1].replace("%s", name))
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nRemainAfterExit=yes\nUser={54321 + len(remove)}\nRemoveIPC={remove}\nExecStart=/usr/bin/python3 -u {program}\n")
    reaperd.start("a.service")
    shm, sem, msg = (int(word) for word in reaperd.lines("a")[0].split())
    there = [lambda: shm in ids("shm"), lambda: sem in ids("sem"), lambda: msg in ids("msg"),
             pathlib.Path("/dev/shm", name).exists, pathlib.Path("/dev/shm", f"{name}.d").exists]  # fmt: skip
    assert all(is_there() for is_there in there)
    reaperd.ctl("stop", "a.service")
    if remove == "yes":
        wait_for(lambda: not any(is_there() for is_there in there), "nothing is left")
    else:
        assert reaperd.stop() == 0 and all(is_there() for is_there in there)
        libc = ctypes.CDLL(None)
        libc.shmctl(shm, 0, None), libc.semctl(sem, 0, 0), libc.msgctl(msg, 0, None)
        for path in (f"{name}.d/file", name):
            pathlib.Path("/dev/shm", path).unlink()
        pathlib.Path("/dev/shm", f"{name}.d").rmdir()


def listed(folder):
    return {str(p.relative_to(folder)): os.readlink(p) for p in folder.rglob("*") if p.is_symlink()}


def test_a_folder_of_many_folders_stays_and_is_named(reaperd, root):
    """What a service may build is not taken apart from within the loop without a limit."""
    name = f"reaperd-test-deep-{os.getpid()}"
    deep = "for i in $(seq 200); do mkdir d; cd d; done; exec sleep 1000"
    reaperd.service("a", f"/bin/sh -c 'cd $RUNTIME_DIRECTORY; {deep}'", f"RuntimeDirectory={name}")
    reaperd.start("a.service")
    folder = pathlib.Path("/run", name)
    try:
        wait_for(lambda: pathlib.Path(f"/proc/{reaperd.main_pid('a')}/comm").read_text() == "sleep\n", "it is built")
        assert reaperd.ctl("stop", "a").status == 0
        reaperd.wait_log("RuntimeDirectory= stays: more than 4096 files in it, or 128 folders deep")
        assert folder.is_dir()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_links_to_folders_are_as_systemd_makes_them(reaperd, root):
    name = f"reaperd-test-{os.getpid()}"
    top = pathlib.Path("/run", name)
    text = f"RuntimeDirectory={name}/a/b:{name}/a/link {name}/a/b:{name}/deep/er/link {name}/c:{name}/d"
    reaperd.service("a", "/bin/sh -c 'echo $RUNTIME_DIRECTORY; exec sleep 1000'", text)
    reaperd.start("a.service")
    try:
        wait_for(lambda: reaperd.lines("a"), "it has spoken")
        assert reaperd.lines("a") == [f"{top}/a/b:{top}/c"]
        assert listed(top) == {"a/link": "b", "deep/er/link": "../../a/b", "d": "c"}
        assert reaperd.ctl("restart", "a.service").status == 0
        reaperd.ctl("stop", "a.service")
        assert listed(top) == {}
    finally:
        for path in sorted(top.rglob("*"), reverse=True):
            path.rmdir()
        top.rmdir()


def test_a_link_is_not_made_through_another_one(reaperd, root):
    """What lies in a folder of the service may be its own doing."""
    name = f"reaperd-test-{os.getpid()}"
    top = pathlib.Path("/run", name)
    top.mkdir()
    outside = reaperd.folder / "outside"
    outside.mkdir()
    try:
        (top / "x").symlink_to(outside)
        reaperd.service("a", text=f"RuntimeDirectory={name}/a:{name}/x/link\nRuntimeDirectoryPreserve=yes")
        reaperd.service("b", text=f"RuntimeDirectory={name}/b:{name}/x\nRuntimeDirectoryPreserve=yes")
        reaperd.service("keep")
        reaperd.start("keep.service", "a.service", "b.service")
        for name in "ab":
            reaperd.wait_state(f"{name}.service", "failed")
        assert not list(outside.iterdir()) and reaperd.text().count("RuntimeDirectory= failed") == 2
    finally:
        for path in sorted(top.rglob("*"), reverse=True):
            path.unlink() if path.is_symlink() else path.rmdir()
        top.rmdir()
