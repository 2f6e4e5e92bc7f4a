"""The control socket: varlink, who may ask, and what nobody may do to it; reaperctl on top."""

import json
import os
import re
import socket
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from reaperd import REAPERCTL, call, clean_environment, receive, run, wait_for


@pytest.fixture
def up(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "", "Description=The a thing")
    reaperd.service("bad", "/bin/false", "Type=oneshot")
    return reaperd.start("a.service", "bad.service")


def test_it_describes_itself(up):
    with up.connect() as c:
        info = call(c, "org.varlink.service.GetInfo")["parameters"]
        assert info["product"] == "reaperd" and "io.reaperd" in info["interfaces"]
        text = call(c, "org.varlink.service.GetInterfaceDescription", {"interface": "io.reaperd"})["parameters"]["description"]
        assert text.startswith("#") and "interface io.reaperd" in text and "method RunJob(" in text
        assert call(c, "org.varlink.service.GetInterfaceDescription", {"interface": "x.y"})["error"].endswith(".InterfaceNotFound")


def test_each_method_of_the_description_exists(up):
    with up.connect() as c:
        text = call(c, "org.varlink.service.GetInterfaceDescription", {"interface": "io.reaperd"})["parameters"]["description"]
        names = [line.split("(")[0].split()[1] for line in text.splitlines() if line.startswith("method ")]
        assert len(names) > 10
        for name in names:
            reply = call(c, f"io.reaperd.{name}", {"units": 5, "unit": 5, "job": 5, "action": 5})
            assert not reply.get("error", "").endswith("MethodNotFound"), name


def test_errors_have_names_and_parameters(up):
    with up.connect() as c:
        assert call(c, "io.reaperd.Nothing")["error"] == "org.varlink.service.MethodNotFound"
        assert call(c, "io.reaperd.Show", {"units": "a"})["error"] == "org.varlink.service.InvalidParameter"
        reply = call(c, "io.reaperd.RunJob", {"job": "start", "units": ["nosuch.service"]})
        assert reply["error"] == "io.reaperd.NoSuchUnit"
        assert reply["parameters"]["unit"] == "nosuch.service" and reply["parameters"]["reason"]
        reply = call(c, "io.reaperd.RunJob", {"job": "start", "units": ["bad.service"]})
        assert reply["error"] == "io.reaperd.JobFailed" and "status 1" in reply["parameters"]["reason"]
        assert call(c, "io.reaperd.Show", {"units": ["a b"]})["error"] == "io.reaperd.InvalidUnitName"


def test_several_calls_in_one_write(up):
    message = json.dumps({"method": "io.reaperd.ListJobs", "parameters": {}}).encode() + b"\0"
    with up.connect() as c:
        c.sendall(message * 50)
        for _ in range(50):
            assert receive(c)["parameters"] == {"jobs": []}


def test_oneway_has_no_answer(up):
    with up.connect() as c:
        c.sendall(json.dumps({"method": "io.reaperd.ListJobs", "oneway": True}).encode() + b"\0")
        assert call(c, "org.varlink.service.GetInfo")["parameters"]["product"] == "reaperd"


@pytest.mark.parametrize("data", [b"[]\0", b"garbage\0", b"\0", b'{"method":1}\0', b"{" * 5000 + b"\0", b"x" * 70000])
def test_nonsense_ends_the_connection_only(up, data):
    with up.connect() as c:
        try:
            c.sendall(data)
            assert receive(c) is None
        except ConnectionError:
            pass
    assert up.ctl("is-active", "a").status == 0


def test_the_number_of_clients_is_limited(up):
    many = []
    try:
        for _ in range(200):
            c = up.connect()
            c.setblocking(False)
            many.append(c)
        assert up.process.poll() is None
    finally:
        for c in many:
            c.close()
    wait_for(lambda: up.ctl("is-active", "a").status == 0, "it answers again")


def test_a_client_that_never_reads_is_no_harm(up):
    with up.connect() as c:
        c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        message = json.dumps({"method": "io.reaperd.Show", "parameters": {"units": ["a.service"] * 50}}).encode() + b"\0"
        c.settimeout(0.5)
        try:
            for _ in range(500):
                c.sendall(message)
        except OSError:
            pass
        assert up.ctl("is-active", "a").status == 0


def test_strangers_may_not_ask(up, root):
    up.folder.chmod(0o755)
    os.chmod(up.socket, 0o777)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", REAPERCTL, f"--socket={up.socket}"]
    result = run(*nobody, "list-units")
    assert result.status == 1 and "not allowed" in result.err
    os.chown(up.socket, 0, 12345)
    group = ["setpriv", "--reuid=65534", "--regid=12345", "--clear-groups", REAPERCTL, f"--socket={up.socket}"]
    del group  # the group of the socket is taken when it is made


def test_the_socket_is_ours_alone(up):
    assert os.stat(up.socket).st_mode & 0o007 == 0


def test_a_second_reaperd_does_not_take_the_socket(up):
    result = up.run(f"--socket={up.socket}", "--", "true")
    assert result.status == 0, "it runs on without one"
    assert "socket" in result.err
    assert up.ctl("is-active", "a").status == 0


def test_a_stale_socket_is_taken_over(reaperd):
    s = socket.socket(socket.AF_UNIX)
    s.bind(str(reaperd.socket))
    s.close()
    reaperd.service("a")
    reaperd.start("a.service")
    assert reaperd.state("a") == "active"


def test_the_socket_goes_with_reaperd(up):
    assert up.stop() == 0
    assert not up.socket.exists()
    result = up.ctl("list-units")
    assert result.status == 6 and str(up.socket) in result.err


def test_exit_statuses(up):
    assert up.ctl("status", "a").status == 0
    assert up.ctl("status", "bad").status == 3
    assert up.ctl("status", "nosuch").status == 4
    assert up.ctl("is-active", "a").out == "active\n"
    assert up.ctl("is-active", "bad").status == 3
    assert up.ctl("is-failed", "bad").status == 0
    assert up.ctl("is-failed", "a").status == 1
    assert up.ctl("start", "nosuch").status == 5
    assert up.ctl("start", "bad").status == 1
    assert up.ctl("no-such-verb").status == 2
    assert up.ctl("--no-such-option").status == 2
    assert up.ctl("start").status == 2
    assert up.ctl("is-system-running").status == 1
    assert up.ctl("--socket=/no/such", "status").status == 6


def test_a_mistyped_verb_is_guessed(up):
    assert '"restart"' in up.ctl("restrat", "a").err


def test_json_shapes(up):
    units = up.json("list-units")
    assert {"unit": "a.service", "load": "loaded", "active": "active", "sub": "running", "description": "The a thing"} in units
    assert all(set(unit) == {"unit", "load", "active", "sub", "description"} for unit in units)
    assert up.json("show", "a")[0]["Id"] == "a.service"
    assert up.json("status", "a")[0]["ActiveState"] == "active"
    tree = up.json("tree")
    assert set(tree) >= {"unit", "pid", "name", "state", "children"}
    assert up.json("orphans") == [] and up.json("zombies") == []
    assert set(up.json("stats")) >= {
        "spawned", "reaped", "orphans_adopted", "orphans_reaped", "sigchld_wakeups", "restarts", "units_loaded", "clients", "uptime_usec",
    }  # fmt: skip


def test_show_is_systemctls(up):
    out = up.ctl("show", "a", "-p", "Id,ActiveState", "-p", "MainPID").out
    assert re.fullmatch(r"MainPID=[1-9]\d*\nId=a.service\nActiveState=active\n", out), "the order is systemctl's"
    assert up.ctl("show", "a", "-p", "ActiveState", "--value").out == "active\n"
    lines = up.ctl("show", "a").out.splitlines()
    for line in ("Type=simple", "Restart=no", "RestartUSec=100ms", "TimeoutStopUSec=1min 30s", "KillSignal=15", "LoadState=loaded"):
        assert line in lines, line
    assert up.ctl("show", "nosuch", "-p", "LoadState").out == "LoadState=not-found\n"


def test_list_units_for_people_and_scripts(up):
    out = up.ctl("list-units").out
    assert out.splitlines()[0].split() == ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]
    assert "● bad.service" in out and "\033" not in out
    out = up.ctl("list-units", "--no-legend", "--plain", "--type=service").out
    assert [line.split()[0] for line in out.splitlines()] == ["a.service", "bad.service"]
    assert "bad.service" in up.ctl("list-units", "--failed").out and "a thing" not in up.ctl("list-units", "--failed").out
    assert "a.service" in up.ctl("list-units", "a*").out and "bad" not in up.ctl("list-units", "a*").out


def test_status_answers_the_question(up):
    out = up.ctl("status", "bad").out
    assert "× bad.service" in out and "Active: failed (Result: exit-code) since" in out and "status=1/FAILURE" in out and "Why:" in out
    out = up.ctl("status", "a").out
    assert "● a.service - The a thing" in out and "active (running) since" in out and "ago" in out
    assert f"Main PID: {up.main_pid('a')} (sleep)" in out
    out = up.ctl().out
    assert "degraded" in out and "a.service" in out


def test_colours_on_a_terminal_only(up):
    script = ["script", "-qec", f"{REAPERCTL} --socket={up.socket} status a", "/dev/null"]
    assert "\033[1;32m" in run(*script, env=clean_environment(TERM="xterm")).out
    assert "\033" not in run(*script, env=clean_environment(TERM="xterm", NO_COLOR="1")).out
    assert "\033" not in up.ctl("status", "a").out


def test_events_come_as_they_happen(up):
    with subprocess.Popen([REAPERCTL, f"--socket={up.socket}", "-o", "json", "events"], stdout=subprocess.PIPE, text=True) as events:
        wait_for(lambda: up.json("stats")["clients"] == 2, "it listens")
        up.ctl("restart", "a")
        seen = []
        while not any(e["kind"] == "job" and e["unit"] == "a.service" and e["result"] == "done" for e in seen):
            seen.append(json.loads(events.stdout.readline()))
        assert any(e["kind"] == "exit" and e["unit"] == "a.service" for e in seen)
        assert any(e["kind"] == "state" and e["active"] == "deactivating" for e in seen)
        events.terminate()


def test_several_units_at_once(up):
    up.service("b")
    result = up.ctl("start", "b", "nosuch", "bad")
    assert result.status == 5
    assert up.state("b") == "active"
    assert "nosuch.service" in result.err and "bad.service" in result.err
    assert up.ctl("is-active", "a", "bad", "b").out == "active\nfailed\nactive\n"
    assert up.ctl("stop", "a", "b").status == 0


def test_no_block_does_not_wait(up):
    up.service("slow", "/bin/sleep 1000", "Type=oneshot\nTimeoutStartSec=infinity")
    assert up.ctl("start", "--no-block", "slow").status == 0
    jobs = up.json("list-jobs")
    assert [(job["unit"], job["type"], job["state"]) for job in jobs] == [("slow.service", "start", "running")]
    assert "slow.service" in up.ctl("list-jobs").out
    up.ctl("stop", "slow")
    assert up.json("list-jobs") == []


def test_exit_stops_all_and_sets_the_status(up):
    assert up.ctl("exit", "7").status == 0
    assert up.process.wait(60) == 7


def test_isolate_leaves_one_tree(up):
    up.unit("only.target", "[Unit]\nAllowIsolate=yes\n")
    assert up.ctl("isolate", "a").status == 4
    assert up.ctl("isolate", "only.target").status == 0
    up.wait_state("a", "inactive")
    assert up.state("only.target") == "active"


def test_cat_prints_files_with_their_paths(up):
    up.unit("a.service.d/x.conf", "[Service]\nEnvironment=X=1\n")
    up.ctl("daemon-reload")
    out = up.ctl("cat", "a").out
    assert f"# {up.units}/a.service\n" in out and f"# {up.units}/a.service.d/x.conf\n" in out and "Environment=X=1" in out
    assert up.ctl("cat", "nosuch").status == 1


def test_as_an_ordinary_user_in_the_usual_place(reaperd, ordinary):
    reaperd.folder.chmod(0o777)
    reaperd.units.chmod(0o777)
    reaperd.wrapper = ordinary
    reaperd.service("a")
    runtime = reaperd.folder / "run"
    runtime.mkdir(mode=0o777)
    runtime.chmod(0o777)
    log = open(reaperd.log, "ab")
    reaperd.process = subprocess.Popen(
        [str(w) for w in reaperd.command("a.service")], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        env=clean_environment(XDG_RUNTIME_DIR=str(runtime)),
    )  # fmt: skip
    log.close()
    wait_for(lambda: (runtime / "reaperd" / "io.reaperd").exists(), "the socket is there")
    wait_for(lambda: run(*ordinary, REAPERCTL, "is-active", "a", env=clean_environment(XDG_RUNTIME_DIR=str(runtime))).out == "active\n", "it answers")
    reaperd.socket = runtime / "reaperd" / "io.reaperd"
    assert reaperd.stop() == 0


def test_metrics_are_openmetrics_text(up):
    result = up.ctl("metrics")
    lines = result.out.splitlines()
    assert result.status == 0 and lines[-1] == "# EOF"
    families = {}
    for line in lines[:-1]:
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            families.setdefault(name, {})[word] = rest
            current = name
        else:
            name, value = re.fullmatch(r"([a-z_]+)(?:\{[^}]*\})? ([0-9.]+)", line).groups()
            assert name == current and float(value) >= 0, "each sample follows its family"
    assert all("HELP" in f and ("TYPE" in f or name.endswith("_total")) for name, f in families.items())
    assert float(next(line for line in lines if line.startswith("reaperd_processes_spawned_total")).split()[1]) >= 1
    assert any('state="active"} 1' in line for line in lines)


def test_where_start_up_time_went(reaperd):
    reaperd.unit("slow.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0.3\n")
    reaperd.service("quick", "/bin/sleep 1000", "", "After=slow.service")
    reaperd.start("slow.service", "quick.service")
    assert re.fullmatch(r"Start-up took [0-9a-z. ]+\.\n", reaperd.ctl("analyze").out)
    rows = reaperd.json("analyze", "blame")
    assert rows[0]["unit"] == "slow.service" and 250000 < rows[0]["time_usec"] < 60000000
    assert reaperd.ctl("analyze", "blame").out.splitlines()[0].endswith("slow.service")
    assert reaperd.ctl("analyze", "nonsense").status == 2


def test_a_wait_for_a_restart_that_came_to_nothing_is_no_start_up(reaperd):
    reaperd.unit("a.service", "[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=1h\n[Service]\nType=oneshot\nRestart=on-failure\nRestartSec=500ms\nExecStart=/bin/false\n")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.show("a", "ActiveState") == "failed", "it is not started again")
    assert not [row for row in reaperd.json("analyze", "blame") if row["time_usec"] > 400000]


def test_start_up_as_a_picture(reaperd):
    reaperd.unit("slow.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0.3\n")
    reaperd.service("next", "/bin/sleep 1000", "ExecStartPre=/bin/sleep 0.1\n", "After=slow.service")
    reaperd.unit("bad.service", "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'sleep 0.1; exit 1'\n")
    reaperd.start("slow.service", "next.service", "bad.service")
    picture = ElementTree.fromstring(reaperd.ctl("analyze", "plot").out)
    name = "{http://www.w3.org/2000/svg}"
    rows = {row.find(f"{name}text").text: row for row in picture.iter(f"{name}g")}
    assert set(rows) == {"slow.service", "next.service", "bad.service"}
    phases = {unit: [part.get("class") for part in row.iter(f"{name}rect")][1:] for unit, row in rows.items()}
    assert phases["next.service"] == ["prepare", "start", "up"] and phases["bad.service"][-1] == "failed"
    assert "waited for slow.service" in rows["next.service"].find(f"{name}title").text
    assert len(rows["next.service"].findall(f"{name}path")) == 1 and not rows["slow.service"].findall(f"{name}path")


def test_what_a_calendar_event_means():
    result = run(REAPERCTL, "analyze", "calendar", "Mon-Fri", "@5", env=clean_environment(TZ="UTC"))
    assert result.status == 0 and "Normalized form: Mon..Fri *-*-* 00:00:00" in result.out and "Next elapse: never" in result.out
    assert run(REAPERCTL, "analyze", "calendar", "nonsense").status == 1


def test_show_gives_the_properties_that_are_asked_for(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    with reaperd.connect() as connection:
        reply = call(connection, "io.reaperd.Show", {"units": ["a.service"], "properties": ["ActiveState", "Id", "None"]})
        assert reply["parameters"]["units"] == [{"ActiveState": "active", "Id": "a.service"}]
        reply = call(connection, "io.reaperd.Show", {"properties": ["SystemState"]})
        assert reply["parameters"]["units"] == [{"SystemState": "running"}]
        assert call(connection, "io.reaperd.Show", {"properties": 1})["error"] == "org.varlink.service.InvalidParameter"


@pytest.mark.parametrize("unit", ["a.service", "b.timer", "c.socket", "d.path", "e.target"])
def test_a_property_is_the_same_alone_and_among_all(reaperd, unit):
    reaperd.service("a", text="KillSignal=SIGINT\nTimeoutStopSec=7\nLimitNOFILE=100:200\n")
    for name, text in {"b.timer": "[Timer]\nOnActiveSec=1h\n", "c.socket": f"[Socket]\nListenStream={reaperd.folder}/c\n",
                       "d.path": f"[Path]\nPathExists={reaperd.folder}/none\n", "e.target": "[Unit]\nDescription=e\n"}.items():  # fmt: skip
        reaperd.unit(name, text)
        reaperd.service(name[0])
    reaperd.start("a.service", "b.timer", "c.socket", "d.path", "e.target")
    with reaperd.connect() as connection:
        whole = call(connection, "io.reaperd.Show", {"units": [unit]})["parameters"]["units"][0]
        assert len(whole) > 50
        for name, value in whole.items():
            alone = call(connection, "io.reaperd.Show", {"units": [unit], "properties": [name]})["parameters"]["units"][0]
            assert list(alone) == [name]
            assert alone[name] == value or name.startswith(("CPU", "Memory", "NextElapse"))


def test_a_list_is_json_whatever_units_are_called(reaperd):
    reaperd.unit("odd.service", '[Unit]\nDescription="quoted" \\\\ and ünïcode\n[Service]\nExecStart=/bin/sleep 1000\n')
    reaperd.start("odd.service")
    row = next(row for row in reaperd.json("list-units") if row["unit"] == "odd.service")
    assert row["description"] == reaperd.show("odd", "Description")
    assert '"quoted"' in row["description"] and "ünïcode" in row["description"]


def test_a_list_shows_any_description(reaperd):
    """list-units reads its answer by itself: what JSON escapes comes out again."""
    shown = {
        "quotes": 'He said "\\\\o/" {[,]} null',
        "letters": "Größe 日本 🎉",
        "empty": "",
        "bytes": "tab\there",
    }
    for name, text in shown.items():
        reaperd.unit(f"{name}.service", f"[Unit]\nDescription={text}\n[Service]\nExecStart=/bin/sleep 1000\n")
    reaperd.start(*(f"{name}.service" for name in shown))
    told = {row["unit"]: row["description"] for row in reaperd.json("list-units", "*.service")}
    with reaperd.connect() as connection:
        units = call(connection, "io.reaperd.ListUnits", {"patterns": ["*.service"]})["parameters"]["units"]
    assert told == {row["unit"]: row["description"] for row in units} and told["letters.service"] == shown["letters"]
    listed = reaperd.ctl("list-units", "--plain", "--no-legend", "*.service").out
    assert all(text in listed for text in told.values() if "\t" not in text)
