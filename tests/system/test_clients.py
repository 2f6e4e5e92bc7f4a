"""Clients that are slow, silent, dead, hostile or many harm nobody (docs/faults.md, 37 to 44)."""

import array
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest
from reaperd import REAPERCTL, SANITIZED, call, clean_environment, descendants, is_alive, receive, run, wait_for

CALL = json.dumps({"method": "io.reaperd.ListJobs", "parameters": {}}).encode() + b"\0"
EVENTS = json.dumps({"method": "io.reaperd.Events", "parameters": {}, "more": True}).encode() + b"\0"


def descriptors(reaperd):
    return len(os.listdir(f"/proc/{reaperd.pid}/fd"))


def cpu_seconds(reaperd):
    fields = pathlib.Path(f"/proc/{reaperd.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def up(reaperd):
    reaperd.service("a")
    return reaperd.start("a.service")


def is_closed(connection):
    """Whether the other end closed it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_a_thousand_idle_and_a_hundred_slow_ones(reaperd):
    """status of a thousand units is answered meanwhile."""
    for i in range(1000):
        reaperd.unit(f"u{i}.target", f"[Unit]\nDescription=number {i}\n")
    reaperd.unit("all.target", "[Unit]\nWants=" + " ".join(f"u{i}.target" for i in range(1000)) + "\n")
    reaperd.start("all.target")
    idle = [reaperd.connect() for _ in range(1000)]
    slow = [reaperd.connect() for _ in range(100)]
    try:
        for i in range(20):
            for c in slow:
                try:
                    c.send(CALL[i : i + 1])
                except OSError:
                    pass  # it had to make room
            begin = time.monotonic()
            assert reaperd.ctl("status", f"u{i}.target").status == 0
            assert len(reaperd.json("list-units")) == 1001
            assert time.monotonic() - begin < 10
        assert descriptors(reaperd) < 200
    finally:
        for c in idle + slow:
            c.close()


def test_a_request_has_its_time_from_its_first_byte(up):
    with up.connect() as slow, up.connect() as quick:
        begin = time.monotonic()
        for byte in CALL:
            try:
                slow.send(bytes([byte]))
            except OSError:
                break
            if is_closed(slow):
                break
            time.sleep(0.5)
        assert 3 < time.monotonic() - begin < 20, "five seconds, not five for each byte"
        assert call(quick, "io.reaperd.ListJobs")["parameters"] == {"jobs": []}, "one that only waits is still there"


def test_who_does_not_read_is_not_asked_for_more(up):
    """Answers for one that reads nothing are bounded, and it costs no time."""
    message = json.dumps({"method": "io.reaperd.Show", "parameters": {"units": ["a.service"] * 20}}).encode() + b"\0"
    before = int(pathlib.Path(f"/proc/{up.pid}/statm").read_text().split()[1])
    with up.connect() as c:
        c.settimeout(0.5)
        try:
            while True:
                c.sendall(message)
        except TimeoutError:
            pass
        cpu = cpu_seconds(up)
        assert up.ctl("is-active", "a").status == 0
        time.sleep(1)
        assert cpu_seconds(up) - cpu < 0.5
        grown = int(pathlib.Path(f"/proc/{up.pid}/statm").read_text().split()[1]) - before
        assert SANITIZED or grown * os.sysconf("SC_PAGESIZE") < 4 << 20
        c.settimeout(60)
        assert receive(c)["parameters"]["units"][0]["Id"] == "a.service", "what it asked for is there"


def test_connecting_and_going_ten_thousand_times(up):
    wait_for(lambda: up.json("stats")["clients"] == 1, "only the one that asks")
    before = descriptors(up)
    for i in range(10000):
        c = socket.socket(socket.AF_UNIX)
        c.connect(str(up.socket))  # as slowly as it must
        if i % 3 == 0:
            c.send(CALL[: i % len(CALL)])
        c.close()
    wait_for(lambda: up.json("stats")["clients"] == 1, "all are forgotten")
    assert descriptors(up) <= before + 1


def test_descriptors_that_are_sent_along_are_closed(up):
    before = descriptors(up)
    null = os.open("/dev/null", os.O_RDONLY)
    for _ in range(50):
        with up.connect() as c:
            try:
                c.sendmsg([CALL], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null] * 253))])
                receive(c)
            except OSError:
                pass
    os.close(null)
    wait_for(lambda: up.json("stats")["clients"] == 1, "all are forgotten")
    assert descriptors(up) <= before + 1


def test_a_client_that_dies_leaves_its_job(up):
    up.service("slow", "/bin/sh -c 'read x < %s/gate'" % up.folder, "Type=oneshot\nTimeoutStartSec=infinity\nRemainAfterExit=yes")
    os.mkfifo(up.folder / "gate")
    with subprocess.Popen([REAPERCTL, f"--socket={up.socket}", "start", "slow"], env=clean_environment(), stderr=subprocess.DEVNULL) as client:
        wait_for(lambda: up.json("stats")["clients"] == 2 and up.state("slow") == "activating", "it waits")
        client.kill()
    wait_for(lambda: up.json("stats")["clients"] == 1, "its place is free")
    assert [job["unit"] for job in up.json("list-jobs")] == ["slow.service"]
    (up.folder / "gate").write_text("go\n")
    up.wait_state("slow", "active/exited")


def test_where_descriptors_run_out(reaperd):
    """No client waits in a loop that eats time; exits are booked, a whole unit is ended."""
    reaperd.service("a", "/bin/bash -c 'setsid sleep 1000 & exec sleep 999'", "Restart=on-failure\nRestartSec=10ms")
    reaperd.wrapper = ["prlimit", "--nofile=64:64"]
    reaperd.start("a.service")
    wait_for(lambda: len(descendants(reaperd.pid)) == 2, "it has two processes")
    below, main, pid = descendants(reaperd.pid), reaperd.main_pid("a"), reaperd.pid
    clients = []
    try:
        for _ in range(60):
            clients.append(reaperd.connect())
            try:
                clients[-1].send(EVENTS)
            except BrokenPipeError:
                pass  # turned away
        wait_for(lambda: descriptors(reaperd) >= 40, "they have all that clients get")
        before = cpu_seconds(reaperd)
        os.kill(main, signal.SIGKILL)
        wait_for(lambda: not any(map(is_alive, below)), "both are ended")
        time.sleep(1)
        assert cpu_seconds(reaperd) - before < 0.7
    finally:
        for c in clients:
            c.close()
    assert reaperd.pid == pid
    wait_for(lambda: reaperd.ctl("is-active", "a").status == 0, "it answers, and the service is up again")
    wait_for(lambda: len(descendants(reaperd.pid)) == 2, "the next one is whole")


def test_strangers_are_told_of_now_and_then(up, root):
    os.chmod(up.socket, 0o777)
    for _ in range(5):
        result = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", REAPERCTL, f"--socket={up.socket}", "stop", "a")
        assert result.status == 1 and "not allowed" in result.err
    assert up.text().count("user 65534 asked over the control socket") == 1
    assert up.state("a") == "active"


def test_strangers_cannot_take_the_places_of_others(up, root):
    """All that one user may have, and all that there are."""
    os.chmod(up.socket, 0o777)
    script = "import socket,sys,time\nall=[]\nfor i in range(300):\n c=socket.socket(socket.AF_UNIX); c.connect(sys.argv[1]); all.append(c)\nprint('there',flush=True)\ntime.sleep(1000)"
    crowd = []
    try:
        for uid in (65531, 65532, 65533):
            command = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "/usr/bin/python3", "-c", script, up.socket]
            crowd.append(subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True))
            assert crowd[-1].stdout.readline() == "there\n"
        assert up.ctl("is-active", "a").status == 0
        assert up.json("stats")["clients"] <= 129
    finally:
        for process in crowd:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.mark.parametrize("kind", ["link", "folder", "file"])
def test_what_stands_in_the_place_of_the_socket(reaperd, kind):
    """A link is replaced, what it leads to is left alone; so is anything that is no socket."""
    precious = reaperd.folder / "precious"
    precious.write_text("kept")
    place = reaperd.socket
    {"link": lambda: place.symlink_to(precious), "folder": place.mkdir, "file": lambda: place.write_text("mine")}[kind]()
    reaperd.service("a")
    reaperd.start("a.service", wait=False)
    if kind == "link":
        wait_for(lambda: not place.is_symlink() and reaperd.is_up(), "it is up")
    else:
        reaperd.wait_log("running without one")
        assert place.is_dir() if kind == "folder" else place.read_text() == "mine"
    assert precious.read_text() == "kept"
    assert reaperd.stop() == 0


def test_the_socket_is_bound_again_on_request(up):
    up.socket.unlink()
    os.kill(up.pid, signal.SIGUSR1)
    wait_for(lambda: up.socket.exists() and up.ctl("is-active", "a").status == 0, "it answers there again")


def memory_kib(reaperd):
    rollup = pathlib.Path(f"/proc/{reaperd.pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Anonymous:")).split()[1])


def test_questions_leave_nothing_behind(up):
    """Of units that nobody has and of instances; what a start came to is still told."""
    up.unit("many@.service", "[Unit]\nAfter=a.service\nWants=nobody-%i.service\n[Service]\nExecStart=/bin/true\n")
    up.unit("never@.service", "[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/bin/true\n")
    names = ("no-such-{}.service", "many@{}.service", "no-such-{}.timer")

    def ask(connection, begin, end):
        for i in range(begin, end):
            units = [name.format(i) for name in names]
            answer = call(connection, "io.reaperd.Show", {"units": units, "properties": ["Id", "LoadState"]})
            assert [u["LoadState"] for u in answer["parameters"]["units"]] == ["not-found", "loaded", "not-found"]

    with up.connect() as connection:
        loaded = int(up.ctl("show", "-p", "NNames", "--value").out)
        ask(connection, 0, 500)
        before = memory_kib(up)
        ask(connection, 500, 3500)
        assert SANITIZED or memory_kib(up) - before < 300
        assert int(up.ctl("show", "-p", "NNames", "--value").out) == loaded
    up.ctl("start", "never@1", "no-such-1")
    assert "ConditionPathExists" in up.ctl("status", "never@1").out
    assert up.ctl("list-units", "--all", "--no-legend", "no-such*").out == ""
