"""`reaperctl verify --here`: what this place would make of each line of a unit file."""

import os
import shutil

import pytest
from reaperd import REAPERCTL, REAPERD, run


def run_here(reaperd, path, wrapper=()):
    """The programs where an ordinary user finds them both: the build may lie in a closed folder."""
    reaperd.folder.chmod(0o755)
    for program in (REAPERD, REAPERCTL):
        shutil.copy(program, reaperd.folder)
    return run(*wrapper, reaperd.folder / REAPERCTL.name, "verify", "--here", path)


def verify(reaperd, text, wrapper=()):
    path = reaperd.unit("a.service", f"[Service]\nExecStart=/bin/true\n{text}\n")
    result = run_here(reaperd, path, wrapper)
    return result.status, [line.partition(f"{path}:")[2] for line in result.out.splitlines()]


def test_what_is_applied_everywhere(reaperd):
    status, lines = verify(reaperd, "Restart=always\nEnvironment=A=b")
    assert status == 0
    assert lines == ["2: ExecStart=/bin/true: applied", "3: Restart=always: applied", "4: Environment=A=b: applied"]


def test_what_is_applied_nowhere_is_degraded(reaperd):
    status, lines = verify(reaperd, "RootImage=/x")
    assert status == 0 and lines[1].startswith("3: RootImage=/x: degraded: not applied: ")


REFUSED = [
    ("User=daemon", "CAP_SETUID"),
    ("User=nobody-of-that-name", "there is no user"),
    ("StateDirectory=x", "writable at /var/lib"),
    ("AmbientCapabilities=CAP_NET_RAW", "CAP_NET_RAW"),
    ("CapabilityBoundingSet=CAP_KILL", "CAP_SETPCAP"),
    ("StandardOutput=append:/etc/x", "/etc/x"),
    ("WorkingDirectory=/nowhere", "/nowhere"),
    ("EnvironmentFile=/nowhere", "- before the path"),
]


@pytest.mark.parametrize("text, words", REFUSED, ids=[text for text, _ in REFUSED])
def test_what_an_ordinary_user_is_refused(reaperd, ordinary, text, words):
    status, lines = verify(reaperd, text, ordinary)
    assert status == 1 and lines[1].startswith(f"3: {text}: refused: ") and words.lower() in lines[1].lower()


def test_what_is_clamped_is_degraded(reaperd, ordinary):
    status, lines = verify(reaperd, "Nice=-5\nLimitNOFILE=infinity\nDynamicUser=yes", ordinary)
    assert [line.split(": ")[2] for line in lines[1:]] == ["degraded"] * 3


def test_the_present_user_is_no_matter(reaperd, ordinary):
    uid = 65534 if ordinary else os.geteuid()
    assert verify(reaperd, f"User={uid}", ordinary)[0] == 0


def test_a_port_of_the_privileged(reaperd, ordinary):
    path = reaperd.unit("a.socket", "[Socket]\nListenStream=1\n")
    if open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read().strip() == "0":
        pytest.skip("every port is everybody's here")
    result = run_here(reaperd, path, ordinary)
    assert result.status == 1 and "cap_net_bind_service" in result.out
