"""Verbs about reaperd's own settings, dependencies as a tree, edited units, and our other names."""

import json
import os
import re
import subprocess
import termios

import pytest

from reaperd import REAPERCTL, clean_environment, run, wait_for


@pytest.fixture
def up(reaperd):
    reaperd.unit("a.service", "[Unit]\nWants=b.service\n[Service]\nExecStart=/bin/sleep 1000\n")
    reaperd.service("b")
    reaperd.unit("n.target", "[Unit]\nDefaultDependencies=no\nWants=b.service\n")
    reaperd.unit("m.target", "[Unit]\nDefaultDependencies=no\nWants=a.service n.target\nAfter=a.service\n")
    reaperd.start("m.target")
    return reaperd


def called(reaperd, name, *arguments, **options):
    """reaperctl by another name."""
    link = reaperd.folder / name
    if not link.exists():
        link.symlink_to(REAPERCTL)
    environment = clean_environment(REAPERD_SOCKET=str(reaperd.socket))
    return run(link, *arguments, env=environment, **options)


def text(reaperd, content):
    """A file to be read as standard input."""
    path = reaperd.folder / "text"
    path.write_text(content)
    return open(path, "rb")


def test_dependencies_are_a_tree(up):
    assert up.ctl("list-dependencies", "m.target").out == "m.target\n● ├─a.service\n● └─n.target\n●   └─b.service\n"
    everything = up.ctl("list-dependencies", "--plain", "--all", "m.target").out
    assert everything.startswith("m.target\n  a.service\n  b.service\n  sysinit.target\n")
    assert "a.service" in up.ctl("list-dependencies", "--reverse", "--plain", "b.service").out
    assert up.ctl("list-dependencies", "--after", "--plain", "m.target").out.split() == ["m.target", "a.service"]
    assert "m.target" in up.ctl("list-dependencies", "--before", "--plain", "a.service").out
    tree = json.loads(up.ctl("list-dependencies", "-o", "json", "m.target").out)
    assert [node["unit"] for node in tree[0]["children"]] == ["a.service", "n.target"]
    assert up.ctl("list-dependencies", "--type=target", "--plain", "m.target").out.split() == ["m.target", "n.target"]


def test_the_environment_of_services(up):
    up.service("tell", "/bin/sh -c 'echo $FOO-$BAR'", "Type=oneshot")
    assert up.ctl("set-environment", "FOO=a b", "BAR=x").status == 0
    assert up.ctl("show-environment").out == "BAR=x\nFOO=$'a b'\n"
    assert json.loads(up.ctl("show-environment", "-o", "json").out) == {"BAR": "x", "FOO": "a b"}
    up.ctl("start", "tell")
    assert up.lines("tell")[-1] == "a b-x"
    assert up.ctl("unset-environment", "BAR").status == 0
    up.ctl("start", "tell")
    assert up.lines("tell")[-1] == "a b-"
    assert up.ctl("import-environment", "MINE", env=clean_environment(MINE="1")).status == 0
    assert "MINE=1" in up.ctl("show-environment").out
    for wrong in ("1FOO=x", "FOO", "=x"):
        assert up.ctl("set-environment", wrong).status == 1


def test_settings_of_reaperd_itself(up):
    assert up.ctl("log-level").out == "info\n" and up.ctl("service-watchdogs").out == "yes\n"
    assert up.ctl("log-level", "debug").status == 0 and up.ctl("log-level").out == "debug\n"
    up.ctl("restart", "b")
    up.wait_log("b.service: active -> deactivating")
    assert up.ctl("log-target", "null").status == 0 and up.ctl("log-target").out == "null\n"
    for wrong in (("log-level", "loud"), ("log-target", "moon"), ("service-watchdogs", "maybe")):
        assert up.ctl(*wrong).status == 1


def test_watchdogs_may_be_told_to_wait(up):
    up.unit("dog.service", "[Service]\nWatchdogSec=50ms\nNotifyAccess=all\nExecStart=/bin/sleep 1000\n")
    assert up.ctl("service-watchdogs", "no").status == 0
    up.ctl("start", "dog")
    up.wait_log("no keep-alive within WatchdogSec=; ignored")
    assert up.ctl("is-active", "dog").status == 0
    assert up.ctl("service-watchdogs", "yes").status == 0
    up.ctl("restart", "dog")
    wait_for(lambda: up.show("dog.service", "Result") == "watchdog", "it is minded again")


def test_jobs_are_canceled(up):
    up.unit("slow.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n")
    up.unit("waits.service", "[Unit]\nAfter=slow.service\n[Service]\nExecStart=/bin/sleep 1000\n")
    up.ctl("start", "--no-block", "slow", "waits")
    jobs = {row["unit"]: str(row["id"]) for row in json.loads(up.ctl("list-jobs", "-o", "json").out)}
    assert up.ctl("cancel", jobs["slow.service"]).status == 0
    wait_for(lambda: up.ctl("is-active", "waits").status == 0, "it waits no more")
    assert up.show("slow.service", "ActiveState") == "activating"
    assert "there is no such job" in up.ctl("cancel", jobs["slow.service"]).err
    up.ctl("stop", "slow")
    up.ctl("start", "--no-block", "slow")
    assert up.ctl("cancel").status == 0 and up.ctl("list-jobs", "--no-legend").out == ""


def test_edit_writes_a_drop_in_and_reloads(up):
    result = up.ctl("edit", "--stdin", "a", stdin=text(up, "[Unit]\nDescription=edited\n"))
    assert result.status == 0, result
    assert (up.units / "a.service.d/override.conf").read_text() == "[Unit]\nDescription=edited\n"
    assert up.show("a.service", "Description") == "edited"
    editor = up.folder / "editor"
    editor.write_text("#!/bin/sh\ngrep -q '### ExecStart=/bin/sleep' $1 && printf '[Unit]\\nDescription=by hand\\n' >>$1\n")
    editor.chmod(0o755)
    assert up.ctl("edit", "b", env=clean_environment(EDITOR=str(editor))).status == 0
    assert up.show("b.service", "Description") == "by hand"
    assert (up.units / "b.service.d/override.conf").read_text().strip() == "[Unit]\nDescription=by hand"
    assert up.ctl("edit", "b", env=clean_environment(EDITOR="false")).status == 1
    assert up.ctl("edit", "--stdin", "new.service", stdin=text(up, "[Service]\nExecStart=/bin/true\n")).status != 0
    assert up.ctl("edit", "--stdin", "--force", "new.service", stdin=text(up, "[Service]\nExecStart=/bin/true\n")).status == 0
    assert up.show("new.service", "LoadState") == "loaded"


def test_properties_that_can_be_set(up):
    assert up.ctl("set-property", "a", "MemoryMax=10M", "TasksMax=7").status == 0
    assert "MemoryMax=10M" in up.ctl("cat", "a").out and "TasksMax=7" in up.ctl("cat", "a").out
    result = up.ctl("set-property", "a", "Nice=4")
    assert result.status == 1 and "when the unit starts" in result.err
    assert "no such property" in up.ctl("set-property", "a", "Foo=4").err


def test_other_names_of_verbs(up):
    before = up.show("b.service", "MainPID")
    assert up.ctl("condrestart", "b").status == 0 and up.show("b.service", "MainPID") != before
    assert up.ctl("force-reload", "b").status == 0
    assert "not replaced" in up.ctl("daemon-reexec").err


def test_wait_until_it_is_down_again(up):
    up.service("short", "/bin/sh -c 'sleep 0.2; exit 0'")
    up.service("bad", "/bin/sh -c 'sleep 0.2; exit 3'")
    assert up.ctl("start", "--wait", "short").status == 0 and up.state("short.service") == "inactive"
    result = up.ctl("start", "--wait", "bad")
    assert result.status == 1 and "exited with status 3" in result.err, result
    assert up.ctl("start", "--wait", "nothing-there").status == 5


def test_lines_have_priorities(up):
    up.service("speak", "/bin/sh -c 'echo \"<3>bad Thing\"; echo fine; echo \"<7>chatter\"'", "Type=oneshot")
    up.service("raw", "/bin/sh -c 'echo \"<3>as it is\"'", "Type=oneshot\nSyslogLevelPrefix=no\nSyslogLevel=crit")
    up.ctl("start", "speak", "raw")
    wait_for(lambda: len(up.lines("speak")) == 3 and up.lines("raw"), "they have spoken")

    def logs(*arguments):
        return up.ctl("logs", "-o", "cat", *arguments).out.splitlines()

    assert logs("speak") == ["bad Thing", "fine", "chatter"]
    assert logs("speak", "-p", "err") == ["bad Thing"] and logs("speak", "--priority=info") == ["bad Thing", "fine"]
    assert logs("raw", "-p", "crit") == ["<3>as it is"]
    assert logs("speak", "-g", "thing|FINE") == [] and logs("speak", "-g", "thing|fine") == ["bad Thing", "fine"]
    assert logs("speak", "-g", "thing|fine", "-n", "1") == ["fine"]
    assert logs("speak", "--reverse") == ["chatter", "fine", "bad Thing"]
    assert logs("speak", "--until", "1 hour ago") == [] and len(logs("speak", "--until", "now")) == 3
    assert up.ctl("logs", "-p", "loud").status == 2 and up.ctl("logs", "-g", "(").status == 2


def test_called_systemctl_and_journalctl(up):
    assert called(up, "systemctl", "is-active", "a").out == "active\n"
    assert called(up, "systemctl", "--version").out.startswith("systemd 2")
    assert "a.service" in called(up, "systemctl", "--no-pager", "--system").out
    assert called(up, "systemctl", "-q", "--no-ask-password", "restart", "a.service").status == 0
    up.service("speak", "/bin/sh -c 'echo one; echo two'", "Type=oneshot")
    up.ctl("start", "speak")
    wait_for(lambda: len(up.lines("speak")) == 2, "it has spoken")
    assert called(up, "journalctl", "-b", "-u", "speak", "-n", "1", "-o", "cat", "--no-pager").out == "two\n"
    assert called(up, "journalctl", "-n", "-o", "cat", "_SYSTEMD_UNIT=speak.service").out == "one\ntwo\n"
    fields = json.loads(called(up, "journalctl", "-u", "speak", "-o", "json", "-n1").out)
    assert fields["MESSAGE"] == "two" and fields["_SYSTEMD_UNIT"] == "speak.service" and fields["PRIORITY"] == "6"
    assert called(up, "journalctl", "_PID=1").status == 1
    assert "VERB" not in called(up, "journalctl", "--help").out
    assert called(up, "runlevel").out == "N 5\n"


def test_what_units_use(up):
    up.service("busy", "/bin/sh -c 'while :; do :; done'")
    up.ctl("start", "busy")
    rows = {row["unit"]: row for row in up.json("top")}
    assert rows["busy.service"]["cpu_usec"] > 0 and rows["a.service"]["processes"] == 1
    assert rows["a.service"]["memory_bytes"] > 0
    lines = up.ctl("top").out.splitlines()
    assert lines[0].split() == ["UNIT", "STATE", "PROCESSES", "CPU%", "CPU", "TIME", "MEMORY", "RESTARTS", "SINCE"]
    assert lines[1].startswith("busy.service"), "the busiest comes first"
    assert "Uses: 1 process," in up.ctl("status", "a").out


def test_top_is_live_on_a_terminal(up):
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execve(REAPERCTL, ["reaperctl", f"--socket={up.socket}", "top"], clean_environment(TERM="xterm"))
    shown = b""

    def shows(text):
        nonlocal shown
        shown += os.read(terminal, 65536)
        return text in shown

    wait_for(lambda: shows(b"by CPU"), "it draws")
    os.write(terminal, b"m")
    wait_for(lambda: shows(b"by memory"), "another order")
    os.write(terminal, b"q")
    wait_for(lambda: shows(b"\x1b[?1049l"), "the screen is given back")
    assert os.waitpid(pid, 0)[1] == 0
    os.close(terminal)


def test_top_without_a_reaperd_leaves_the_terminal_as_it_was(folder):
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    environment = clean_environment(TERM="xterm")
    process = subprocess.Popen(
        [REAPERCTL, f"--socket={folder}/none", "top"], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    assert process.wait(60) == 6
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_the_critical_chain(reaperd):
    reaperd.service("slow", "/bin/sleep 0.2", "Type=oneshot\nRemainAfterExit=yes", "DefaultDependencies=no")
    reaperd.service("quick", "/bin/sleep 1000", "", "DefaultDependencies=no")
    reaperd.unit("end.target", "[Unit]\nDefaultDependencies=no\nRequires=slow.service quick.service\nAfter=slow.service quick.service\n")
    reaperd.start("end.target")
    lines = reaperd.ctl("analyze", "critical-chain").out.splitlines()
    assert re.match(r"end\.target @[\d.]+m?s", lines[2]), lines
    took = re.match(r"└─slow\.service @[\d.]+m?s \+([\d.]+)(m?s)$", lines[3])
    assert took and float(took[1]) * (1 if took[2] == "ms" else 1000) >= 200, lines
    assert reaperd.ctl("analyze", "critical-chain", "quick").out.splitlines()[2].startswith("quick.service @")
    assert reaperd.ctl("analyze", "critical-chain", "nothing").status == 1
