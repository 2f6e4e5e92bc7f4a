"""enable, disable, mask: the links that systemctl would make."""

import os

import pytest
from reaperd import REAPERCTL, run, wait_for

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


def test_a_template_by_its_default_instance(up):
    (up.folder / "files/d@.service").write_text(HELPER + "DefaultInstance=one\nAlias=e@.service\n")
    assert up.ctl("enable", "d@").status == 0
    assert links(up) == {"multi-user.target.wants/d@one.service": "/files/d@.service", "e@.service": "/files/d@.service"}
    up.ctl("disable", "d@")
    assert links(up) == {}
    assert up.ctl("enable", "d@two").status == 0
    assert set(links(up)) == {"multi-user.target.wants/d@two.service", "e@two.service"}
    result = up.ctl("enable", "t@")
    assert result.status == 1 and "template" in result.err


def test_the_default_target(up):
    assert up.ctl("get-default").out.strip() in ("multi-user.target", "default.target", "graphical.target")
    (up.folder / "files/mine.target").write_text("[Unit]\nAllowIsolate=yes\n")
    assert up.ctl("set-default", "mine.target").status == 0
    assert links(up) == {"default.target": "/files/mine.target"}
    assert up.ctl("get-default").out == "mine.target\n"


def test_unit_files_are_listed(up):
    up.ctl("enable", "web")
    up.ctl("mask", "plain")
    rows = {row["unit_file"]: row["state"] for row in up.json("list-unit-files")}
    assert rows == {"web.service": "enabled", "helper.service": "enabled", "t@.service": "disabled", "plain.service": "masked", "www.service": "alias"}
    out = up.ctl("list-unit-files", "--type=service", "w*").out
    assert "UNIT FILE" in out and "web.service" in out and "2 unit files listed." in out


def below_a_root(folder):
    root = folder / "root"
    files = root / "usr/lib/systemd/system"
    files.mkdir(parents=True)
    for name in ("web.service", "helper.service"):
        (files / name).write_text(WEB if name == "web.service" else HELPER)
    presets = root / "usr/lib/systemd/system-preset"
    presets.mkdir()
    (presets / "50-x.preset").write_text("# none\nenable w*\ndisable *\n")
    return root


def test_links_below_another_root_need_no_reaperd(folder):
    root = below_a_root(folder)
    result = run(REAPERCTL, f"--root={root}", "enable", "helper")
    assert result.status == 0 and "Created symlink" in result.err
    link = root / "etc/systemd/system/multi-user.target.wants/helper.service"
    assert os.readlink(link) == "/usr/lib/systemd/system/helper.service"
    assert run(REAPERCTL, f"--root={root}", "is-enabled", "helper", "web").out == "enabled\ndisabled\n"
    assert run(REAPERCTL, f"--root={root}", "preset", "helper", "web").status == 0
    assert run(REAPERCTL, f"--root={root}", "is-enabled", "helper", "web").out == "enabled\nenabled\n", "web.service wants its helper"
    assert run(REAPERCTL, f"--root={root}", "disable", "web").status == 0
    assert not link.exists()
    out = run(REAPERCTL, f"--root={root}", "list-unit-files").out
    assert [line.split() for line in out.splitlines()[1:3]] == [["helper.service", "disabled", "disabled"], ["web.service", "disabled", "enabled"]]
    assert run(REAPERCTL, f"--root={root}", "enable", "missing").status == 1


def test_a_link_of_another_name_enables_nothing_and_goes(folder):
    """In .wants/ the name says who is enabled, and disable takes what leads to the unit: so systemctl has it."""
    units = folder / "etc/systemd/system"
    wants = units / "multi-user.target.wants"
    wants.mkdir(parents=True)
    (units / "x.service").write_text("[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
    (wants / "other.service").symlink_to("../x.service")
    assert run(REAPERCTL, f"--root={folder}", "is-enabled", "x").out == "disabled\n"
    assert run(REAPERCTL, f"--root={folder}", "disable", "x").status == 0
    assert not wants.exists()


def test_files_from_elsewhere_are_linked(up):
    elsewhere = up.folder / "linked.service"
    elsewhere.write_text(HELPER)
    assert up.ctl("link", "linked.service").status == 1, "a path is wanted"
    assert up.ctl("link", elsewhere).status == 0
    assert up.ctl("is-enabled", "linked").out == "linked\n" and up.ctl("start", "linked").status == 0
    assert up.ctl("enable", elsewhere).status == 0
    assert up.ctl("is-enabled", "linked").out == "enabled\n"
    assert up.ctl("disable", "linked").status == 0 and links(up) == {}


def test_targets_are_given_units_and_all_is_taken_back(up):
    assert up.ctl("add-wants", "x.target", "plain").status == 1, "there is no such target"
    up.unit("x.target", "[Unit]\n")
    assert up.ctl("add-wants", "x.target", "plain").status == 0
    assert up.show("x.target", "Wants") == ["plain.service"]
    (up.units / "plain.service.d").mkdir()
    (up.units / "plain.service.d" / "x.conf").write_text("[Unit]\nDescription=Changed\n")
    up.ctl("daemon-reload")
    assert up.show("plain", "Description") == "Changed"
    assert up.ctl("revert", "plain").status == 0
    assert up.show("plain", "Description") == "plain.service" and not (up.units / "plain.service.d").exists()


def test_nothing_is_done_unless_all_can_be(up):
    result = up.ctl("enable", "web", "nosuch")
    assert result.status == 1 and "nosuch" in result.err and links(up) == {}
