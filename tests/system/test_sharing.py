"""Namespaces that several units share, that of users, and a root of its own with what programs look for."""

import os
import pathlib

import pytest
from reaperd import HELPERS, run, wait_for


@pytest.fixture
def boxed(reaperd, root):
    if run("unshare", "--mount", "--net", "--ipc", "--uts", "true").status:
        pytest.skip("needs namespaces")
    reaperd.service("keep")
    return reaperd


def namespace(reaperd, name, kind):
    return os.readlink(f"/proc/{reaperd.main_pid(name)}/ns/{kind}")


def settled(reaperd, name, kind, shares=None):
    """The namespace of a unit once it has one that is not ours."""
    return wait_for(lambda: namespace(reaperd, name, kind) != os.readlink(f"/proc/self/ns/{kind}") and namespace(reaperd, name, kind), f"{name} has its own {kind}")


PRIVATE = "PrivateTmp=yes\nPrivateNetwork=yes\nPrivateIPC=yes"


def test_joined_units_share_what_both_have(boxed):
    boxed.service("a", "/bin/sh -c 'echo hello >/tmp/from-a; exec sleep 1000'", PRIVATE)
    boxed.service("b", text=PRIVATE, unit="JoinsNamespaceOf=a.service")
    boxed.service("c", text=f"{PRIVATE}\nPrivateNetwork=no", unit="JoinsNamespaceOf=a.service")
    boxed.service("d", text=PRIVATE)
    boxed.start("a.service", "b.service", "c.service", "d.service")
    first = {kind: settled(boxed, "a", kind) for kind in ("net", "ipc")}
    assert {kind: settled(boxed, "b", kind) for kind in ("net", "ipc")} == first
    assert settled(boxed, "c", "ipc") == first["ipc"] and namespace(boxed, "c", "net") == os.readlink("/proc/self/ns/net")
    assert settled(boxed, "d", "ipc") != first["ipc"] and settled(boxed, "d", "net") != first["net"]
    seen = {name: pathlib.Path(f"/proc/{boxed.main_pid(name)}/root/tmp/from-a") for name in "abcd"}
    wait_for(seen["a"].exists, "it has written")
    assert seen["b"].exists() and seen["c"].exists() and not seen["d"].exists()
    boxed.ctl("stop", "a.service")
    assert seen["b"].read_text() == "hello\n", "it stays with the last of them"
    folder = [p for p in pathlib.Path("/tmp").glob("reaperd-private-*") if (p / "tmp/from-a").exists()]
    assert len(folder) == 1
    boxed.ctl("stop", "b.service", "c.service")
    assert not folder[0].exists()


def test_the_one_that_is_named_may_come_later(boxed):
    boxed.service("a", text=PRIVATE, unit="After=b.service")
    boxed.service("b", text=PRIVATE, unit="JoinsNamespaceOf=a.service")
    boxed.start("b.service", "a.service")
    assert settled(boxed, "a", "net") == settled(boxed, "b", "net")


def test_a_privileged_command_is_outside_but_for_network_and_ipc(boxed):
    look = " ".join(f"/proc/self/ns/{kind}" for kind in ("net", "ipc", "mnt", "uts"))
    boxed.unit("a.service", f"[Service]\nType=oneshot\n{PRIVATE}\nProtectHostname=yes\nExecStart=+/bin/readlink {look}\n")
    boxed.start("a.service")
    ours = [os.readlink(f"/proc/{boxed.pid}/ns/{kind}") for kind in ("net", "ipc", "mnt", "uts")]
    assert [line == our for line, our in zip(boxed.lines("a"), ours, strict=True)] == [False, False, True, True]


def test_a_command_beside_the_main_process_is_in_its_network(boxed):
    boxed.service("a", text="PrivateNetwork=yes\nExecStartPost=/bin/readlink /proc/self/ns/net")
    boxed.start("a.service")
    wait_for(lambda: boxed.lines("a"), "it has spoken")
    assert boxed.lines("a") == [settled(boxed, "a", "net")]


@pytest.mark.parametrize("user, mapped", [("nobody", [["0", "0", "1"], ["65534", "65534", "1"]]), ("", [["0", "0", "1"]])])
def test_other_users_are_nobody(reaperd, root, user, mapped):
    if run("unshare", "--user", "true").status:
        pytest.skip("needs user namespaces")
    reaperd.service("keep")
    text = "import os; print(os.getuid(), os.stat(\"/etc/passwd\").st_uid, os.stat(%r).st_uid); print(open(\"/proc/self/uid_map\").read())"
    mine = reaperd.folder / "mine"
    mine.touch()
    os.chown(mine, 4242, 4242)
    program = reaperd.folder / "program.py"
    program.write_text(text % str(mine))
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nPrivateUsers=yes\nUser={user}\nExecStart=/usr/bin/python3 {program}\n")
    reaperd.start("keep.service", "a.service")
    lines = reaperd.lines("a")
    assert lines, reaperd.text()
    assert lines[0] == f"{mapped[-1][0]} 0 65534"
    assert [line.split() for line in lines[1:] if line] == mapped


def test_an_ordinary_user_has_a_namespace_of_users_too(reaperd, ordinary):
    if run(*ordinary, "unshare", "--user", "true").status:
        pytest.skip("needs user namespaces for all")
    reaperd.wrapper = ordinary
    reaperd.folder.chmod(0o777)
    reaperd.unit("a.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nPrivateUsers=yes\nExecStart=/bin/readlink /proc/self/ns/user\nExecStart=/bin/cat /proc/self/setgroups\n")
    reaperd.start("a.service")
    assert reaperd.lines("a")[0] != os.readlink("/proc/self/ns/user") and reaperd.lines("a")[1] == "deny"


@pytest.mark.parametrize("more", ["ProtectSystem=strict", "NoExecPaths=/\nExecPaths=/usr /bin /lib /lib64", "PrivateDevices=yes\nProtectProc=invisible\nUser=nobody",
                                  "ProtectKernelTunables=yes\nProtectHostname=yes", "TemporaryFileSystem=/var", "RootDirectory=ROOT\nBindReadOnlyPaths=/usr"])
def test_users_beside_other_namespaces(boxed, more):
    if run("unshare", "--user", "true").status:
        pytest.skip("needs user namespaces")
    text = more.replace("ROOT", str(make_root(boxed)))
    boxed.unit("a.service", f"[Service]\nType=oneshot\nPrivateUsers=yes\n{text}\nExecStart=/bin/readlink /proc/self/ns/user\n")
    boxed.start("keep.service", "a.service")
    assert boxed.lines("a") and boxed.lines("a")[0] != os.readlink("/proc/self/ns/user"), boxed.text()


def make_root(reaperd):
    """A root of links, with /usr to be bound."""
    folder = reaperd.folder / "root"
    folder.mkdir()
    (folder / "usr").mkdir()
    for name in ("bin", "lib", "lib64", "sbin"):
        if pathlib.Path("/", name).is_symlink():
            (folder / name).symlink_to(os.readlink(f"/{name}"))
    return folder


@pytest.mark.parametrize("says, found", [("", True), ("MountAPIVFS=no", False)])
def test_a_root_has_what_programs_look_for(boxed, says, found):
    folder = make_root(boxed)
    if not (folder / "bin").is_symlink():
        pytest.skip("needs a merged /usr")
    text = f"RootDirectory={folder}\nBindReadOnlyPaths=/usr\n{says}"
    boxed.unit("a.service", f"[Service]\nType=oneshot\n{text}\nExecStart=/bin/sh -c 'test -e /proc/self/stat && test -c /dev/null && test -d /sys/class && test -d /run && echo found; ls /run'\n")
    boxed.start("keep.service", "a.service")
    assert ("found" in boxed.lines("a")) == found, boxed.text()
    assert not list((folder / "proc").iterdir() if found else []), "outside of its namespace there is none of it"


def test_links_in_a_root_stay_within(boxed):
    folder = make_root(boxed)
    outside = boxed.folder / "outside"
    outside.mkdir()
    (outside / "file").touch()
    (folder / "run").symlink_to(outside)
    boxed.unit("a.service", f"[Service]\nType=oneshot\nRootDirectory={folder}\nBindReadOnlyPaths=/usr\nBindReadOnlyPaths={boxed.folder}:/look\nExecStart=-/bin/ls /look/outside\n")
    boxed.start("keep.service", "a.service")
    assert boxed.lines("a") == ["file"], "nothing was mounted over what the link names outside"


@pytest.mark.parametrize("refused", [[], ["437"]], ids=["now", "without-openat2"])
def test_links_in_a_root_name_what_is_there(boxed, refused):
    boxed.wrapper = [HELPERS / "refuse", "38", *refused, "--"]
    folder = make_root(boxed)
    (folder / "inner").mkdir()
    (folder / "link").symlink_to("/inner")
    boxed.unit("a.service", f"[Service]\nType=oneshot\nRootDirectory={folder}\nBindReadOnlyPaths=/usr\nReadOnlyPaths=/link\nExecStart=/bin/sh -c 'touch /inner/x || echo refused'\n")
    boxed.start("keep.service", "a.service")
    assert boxed.lines("a")[-1:] == ["refused"], boxed.text()


def test_a_root_with_devices_of_its_own(boxed):
    folder = make_root(boxed)
    boxed.unit("a.service", f"[Service]\nType=oneshot\nRootDirectory={folder}\nBindReadOnlyPaths=/usr\nPrivateDevices=yes\nExecStart=/bin/sh -c 'ls /dev; echo >/dev/null && echo works'\n")
    boxed.start("keep.service", "a.service")
    assert "null" in boxed.lines("a") and "works" in boxed.lines("a") and "kmsg" not in boxed.lines("a")
