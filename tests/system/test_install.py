"""enable, disable, mask: the links that systemctl would make."""

import os

import pytest
from reaperd import wait_for

WEB = """[Service]
ExecStart=/bin/sleep 1000
[Install]
WantedBy=multi-user.target graphical.target
RequiredBy=x.target
Alias=www.service
Also=helper.service
"""
HELPER = "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n"


@pytest.fixture
def up(reaperd):
    """Links go to the first folder of the path; the files lie in the second."""
    files = reaperd.folder / "files"
    files.mkdir()
    (files / "web.service").write_text(WEB)
    for name in ("helper.service", "t@.service"):
        (files / name).write_text(HELPER)
    (files / "plain.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    return reaperd.start(f"--unit-path={reaperd.units}:{files}", "plain.service")


def links(reaperd):
    return {
        str(path.relative_to(reaperd.units)): os.readlink(path).replace(str(reaperd.folder), "")
        for path in reaperd.units.rglob("*") if path.is_symlink()
    }  # fmt: skip


def test_enable_and_disable(up):
    result = up.ctl("enable", "web", "t@one")
    assert result.status == 0 and "Created symlink" in result.err
    assert links(up) == {
        "www.service": "/files/web.service",
        "multi-user.target.wants/web.service": "/files/web.service",
        "graphical.target.wants/web.service": "/files/web.service",
        "x.target.requires/web.service": "/files/web.service",
        "multi-user.target.wants/helper.service": "/files/helper.service",
        "multi-user.target.wants/t@one.service": "/files/t@.service",
    }
    assert up.ctl("enable", "web").err == "", "nothing is left to do"
    assert up.show("www", "Id") == "web.service"
    assert "web.service" in up.show("multi-user.target", "Wants")
    assert up.ctl("disable", "web").status == 0
    assert links(up) == {"multi-user.target.wants/t@one.service": "/files/t@.service"}
    assert not (up.units / "x.target.requires").exists()


def test_is_enabled(up):
    assert up.ctl("is-enabled", "web", "plain").out == "disabled\nstatic\n"
    assert up.ctl("is-enabled", "web").status == 1
    up.ctl("enable", "web")
    result = up.ctl("is-enabled", "web", "helper", "www", "nosuch")
    assert result.out == "enabled\nenabled\nalias\nnot-found\n" and result.status == 0
    assert up.json("is-enabled", "web") == ["enabled"]


def test_now_starts_and_stops(up):
    assert up.ctl("enable", "--now", "helper").status == 0
    assert up.state("helper") == "active"
    assert up.ctl("disable", "--now", "helper").status == 0
    assert up.state("helper") == "inactive"


def test_mask_and_unmask(up):
    assert up.ctl("mask", "helper").status == 0
    assert links(up) == {"helper.service": "/dev/null"}
    assert up.ctl("is-enabled", "helper").out == "masked\n"
    result = up.ctl("start", "helper")
    assert result.status == 1 and "masked" in result.err
    assert up.ctl("unmask", "helper").status == 0
    assert up.ctl("start", "helper").status == 0


def test_what_has_no_install_section_says_so(up):
    result = up.ctl("enable", "plain")
    assert result.status == 0 and "no [Install] section" in result.err
    assert links(up) == {}


def test_what_is_not_there(up):
    assert up.ctl("enable", "nosuch").status == 1
    assert up.ctl("disable", "nosuch").status == 1


def test_what_is_enabled_starts_with_the_target(up):
    up.ctl("enable", "web")
    assert up.ctl("start", "multi-user.target").status == 0
    wait_for(lambda: up.state("web") == "active", "it is wanted")
