"""The pages know every word that a user can type."""

import pathlib
import re
import shutil

import pytest
from reaperd import BUILD, REAPERCTL, REAPERD, call, run, wait_for

ROOT = pathlib.Path(__file__).parents[2]


PAGES = ["reaperd.8", "reaperctl.1", "reaperd.unit.5"]


def plain(page):
    """A manual page's source without its escapes."""
    return re.sub(r"\\f[BIRP]", "", (ROOT / "docs" / page).read_text().replace("\\-", "-").replace("\\(ti", "~"))


def headings(page):
    """The words of a page's lines in bold: those that something is said of."""
    found = [line for line in plain(page).splitlines() if line.startswith((".B ", ".BR ", ".BI "))]
    return " ".join(re.sub(r"[\"\[\]|,=]", " ", line) for line in found).split()


@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
@pytest.mark.parametrize("page", PAGES)
def test_mandoc_has_nothing_to_complain_about(page):
    assert run("mandoc", "-T", "lint", ROOT / "docs" / page).out == ""


def test_every_option_of_reaperd_is_in_its_page():
    options = re.findall(r"--[a-z][a-z-]+|(?<=[ ,])-[a-z](?=[ ,])", run(REAPERD, "--help").out)
    assert len(options) > 25
    assert sorted(set(options) - set(headings("reaperd.8"))) == []


def test_every_option_and_verb_of_reaperctl_is_in_its_page():
    text = run(REAPERCTL, "--help", "all").out
    verbs = re.findall(r"^  ([a-z-]+) ", text.partition("Options:")[0], re.MULTILINE)
    options = re.findall(r"--[a-z][a-z-]+", text)
    assert len(verbs) > 50 and len(options) > 30
    assert sorted(set(verbs + options) - set(headings("reaperctl.1"))) == []


def test_every_signal_is_in_the_page():
    """What is handled by itself in daemon/manager/signals.c, and what stops."""
    signals = plain("reaperd.8").partition(".SH SIGNALS")[2].partition(".SH ")[0]
    source = (ROOT / "daemon" / "manager" / "signals.c").read_text()
    handled = set(re.findall(r"sig == (SIG[A-Z0-9]+)", source))
    assert {"SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGCHLD"} <= handled
    assert [name for name in sorted(handled) + ["SIGRTMIN+3", "+4", "+5"] if name not in signals] == []


def test_every_exit_status_is_in_the_pages():
    statuses = plain("reaperctl.1").partition(".SH EXIT STATUS")[2].partition(".SH ")[0]
    assert re.findall(r"^(\d)\t", statuses, re.MULTILINE) == list("0123456")
    statuses = plain("reaperd.8").partition(".SH EXIT STATUS")[2].partition(".SH ")[0]
    assert [word for word in ("128+N", "127", "126", " 2 ", " 0 ", " 1 ") if word not in statuses] == []


def test_every_setting_is_in_the_page():
    source = (ROOT / "daemon" / "manager" / "settings.c").read_text()
    keys = re.findall(r'\{"(\w+)", set_', source)
    assert len(keys) > 8
    assert [key for key in keys if f"{key}=" not in plain("reaperd.8")] == []


def test_every_method_is_in_the_protocols_page(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    with reaperd.connect() as c:
        text = call(c, "org.varlink.service.GetInterfaceDescription", {"interface": "io.reaperd"})["parameters"]["description"]
    page = (ROOT / "docs" / "protocol.md").read_text()
    names = re.findall(r"^method (\w+)", text, re.MULTILINE) + re.findall(r"^error (\w+)", text, re.MULTILINE)
    assert [name for name in names if f"`{name}`" not in page and f".{name}`" not in page] == []


def test_settings_are_read(reaperd):
    config = reaperd.folder / "conf"
    (reaperd.folder / "conf.d").mkdir()
    config.write_text("[Manager]\nDefaultTimeoutStopSec=7s\nDefaultEnvironment=A=1 \"B=2 3\"\nNosuch=1\n")
    (reaperd.folder / "conf.d" / "x.conf").write_text("[Manager]\nDefaultLimitNOFILE=77\nShowStatus=yes\n")
    reaperd.service("a", "/bin/sh -c 'echo $A $B; ulimit -n; exec sleep 1000'")
    reaperd.start(f"--config={config}", "a.service")
    assert reaperd.show("a", "TimeoutStopUSec") == 7000000
    wait_for(lambda: reaperd.lines("a") == ["1 2 3", "77"], "it was started with the settings")
    assert f"{config}:4: unknown key 'Nosuch'" in reaperd.text()
    assert "start of a.service: done" in reaperd.text()


def test_the_page_of_directives_is_that_of_the_table():
    written = run(ROOT / "scripts" / "unit-page", BUILD).out
    assert written == (ROOT / "docs" / "reaperd.unit.5").read_text(), "run scripts/unit-page > docs/reaperd.unit.5"


def test_help_fits_on_a_screen():
    overview = run(REAPERCTL, "--help").out
    topics = re.findall(r"reaperctl --help (\w+)\)", overview)
    assert len(topics) == 6 and len(overview.splitlines()) <= 24 and max(map(len, overview.splitlines())) <= 80
    for topic in [*topics, "general", "start"]:
        assert len(run(REAPERCTL, "--help", topic).out.splitlines()) <= 28, topic


def test_what_nobody_knows_is_answered_with_a_hint():
    for words, hint in ((["strat", "x"], "start"), (["statsu"], "status"), (["--noblock", "stop"], "no-block"), (["--help", "fils"], "files")):
        result = run(REAPERCTL, *words)
        assert result.status == 2 and f'(did you mean "{hint}"?)' in result.err
    assert run(REAPERCTL, "list-units", "--type=servce").status == 2
    assert "--root needs an argument" in run(REAPERCTL, "--root").err


def test_each_test_that_a_fault_is_held_by_exists():
    text = (ROOT / "docs" / "faults.md").read_text()
    named = re.findall(r"`(test_\w+)::(test_\w+)`", text)
    assert len(named) > 50
    for file, name in named:
        source = (ROOT / "tests" / "system" / f"{file}.py").read_text()
        assert f"def {name}(" in source, f"{file}::{name}"
    for path in re.findall(r"`(tests/[\w/.]+)`", text):
        assert "FILE" in path or (ROOT / path).exists(), path
