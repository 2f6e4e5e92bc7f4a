"""Timers, paths and sockets: units that start another one when something happens."""

import os
import pathlib
import re
import socket
import time

import pytest
from reaperd import is_alive, run, wait_for


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(str(path))
    return connection


def oneshot(reaperd, name, command):
    reaperd.unit(f"{name}.service", f"[Service]\nType=oneshot\nExecStart={command}\n")


def times(reaperd, name):
    return len(reaperd.lines(name))


def test_a_timer_by_spans(reaperd):
    oneshot(reaperd, "a", "/bin/echo tick")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    reaperd.unit("a.timer", "[Timer]\nOnActiveSec=50ms\nOnUnitActiveSec=50ms\n")
    reaperd.start("a.timer")
    wait_for(lambda: times(reaperd, "a") >= 5, "it went off again and again")
    reaperd.ctl("stop", "a.timer")
    assert reaperd.show("a.timer", "ActiveState", "SubState") == ["inactive", "dead"]
    reaperd.wait_state("a.service", "inactive")
    before = times(reaperd, "a")
    time.sleep(0.3)
    assert times(reaperd, "a") == before


def test_a_timer_by_the_calendar(reaperd):
    oneshot(reaperd, "a", "/bin/echo tick")
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=*:*:*\nAccuracySec=1us\n")
    reaperd.start("a.timer")
    wait_for(lambda: times(reaperd, "a") >= 2, "two seconds began")
    last = reaperd.show("a.timer", "LastTriggerUSec")
    assert last % 1000000 < 500000, "at the beginning of a second"


def test_timers_whose_windows_overlap_go_off_together(reaperd):
    """At the same spot of a second: where one lies between the ends of two windows, a second apart."""
    oneshot(reaperd, "a", "/bin/echo tick")
    timers = {"a.timer": (100, 3000), "b.timer": (400, 2700), "c.timer": (700, 2400)}
    for name, (begin, window) in timers.items():
        reaperd.unit(name, f"[Timer]\nOnActiveSec={begin}ms\nAccuracySec={window}ms\nUnit=a.service\n")
    reaperd.start(*timers)
    wait_for(lambda: all(reaperd.show(name, "LastTriggerUSec") for name in timers), "all went off")
    moments = [reaperd.show(name, "LastTriggerUSec") for name in timers]
    late = [min((at - moments[0]) % 1000000, (moments[0] - at) % 1000000) for at in moments]
    assert max(late) < 200000, moments


def test_a_delay_by_chance_that_stays(reaperd):
    oneshot(reaperd, "a", "/bin/true")
    for name in "ab":
        reaperd.unit(f"{name}.timer", "[Timer]\nOnCalendar=2099-01-01 UTC\nRandomizedDelaySec=1h\nFixedRandomDelay=yes\nUnit=a.service\n")
    reaperd.start("a.timer", "b.timer")
    first = {name: reaperd.show(f"{name}.timer", "NextElapseUSecRealtime") for name in "ab"}
    begin = 4070908800 * 1000000
    assert all(begin <= at < begin + 3600 * 1000000 for at in first.values()) and first["a"] != first["b"]
    for name in "ab":
        reaperd.ctl("restart", f"{name}.timer")
        assert reaperd.show(f"{name}.timer", "NextElapseUSecRealtime") == first[name]


@pytest.mark.parametrize("defer", ["yes", "no"])
def test_a_calendar_that_its_service_outlasts(reaperd, defer):
    """It is started again at once, or at the next moment after its end."""
    oneshot(reaperd, "a", "/bin/sleep 1.05")
    reaperd.unit("a.timer", f"[Timer]\nOnCalendar=*:*:*\nAccuracySec=1us\nDeferReactivation={defer}\n")
    reaperd.start("a.timer")
    wait_for(lambda: reaperd.show("a.service", "InactiveEnterTimestamp"), "it ended once")
    ended = reaperd.show("a.service", "InactiveEnterTimestamp")
    reaperd.wait_state("a.service", "activating")
    began = reaperd.show("a.service", "InactiveExitTimestamp")
    if defer == "yes":
        assert began // 1000000 > ended // 1000000
    else:
        assert began - ended < 700000


@pytest.fixture
def own_etc(reaperd, root):
    """reaperd in a mount namespace with an /etc of its own; the way to it."""
    if run("unshare", "-m", "true").status:
        pytest.skip("needs mount namespaces")
    copy = reaperd.folder / "etc"
    copy.mkdir()
    for name in ("passwd", "group", "nsswitch.conf"):
        (copy / name).write_bytes(pathlib.Path("/etc", name).read_bytes())
    (copy / "localtime").symlink_to("/usr/share/zoneinfo/UTC")
    reaperd.wrapper = ["unshare", "-m", "sh", "-c", f'mount --bind {copy} /etc && exec "$@"', "sh"]
    return copy


def test_a_change_of_the_time_zone_is_noticed(reaperd, own_etc):
    if not pathlib.Path("/usr/share/zoneinfo/Asia/Tokyo").exists():
        pytest.skip("needs tzdata")
    oneshot(reaperd, "a", "/bin/echo zone")
    oneshot(reaperd, "b", "/bin/true")
    reaperd.unit("a.timer", "[Timer]\nOnTimezoneChange=yes\n")
    reaperd.unit("b.timer", "[Timer]\nOnCalendar=2099-01-01 00:00:00\n")
    reaperd.start("a.timer", "b.timer")
    before = reaperd.show("b.timer", "NextElapseUSecRealtime")
    (own_etc / "new").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    (own_etc / "new").rename(own_etc / "localtime")
    wait_for(lambda: reaperd.lines("a") == ["zone"], "it went off")
    assert before - reaperd.show("b.timer", "NextElapseUSecRealtime") == 9 * 3600 * 1000000


def test_a_timer_is_busy_while_its_service_runs(reaperd):
    reaperd.service("a")
    reaperd.unit("a.timer", "[Timer]\nOnActiveSec=10ms\nOnUnitInactiveSec=10ms\n")
    reaperd.start("a.timer")
    reaperd.wait_state("a.timer", "active/running")
    first = reaperd.main_pid("a")
    reaperd.ctl("kill", "-s", "KILL", "a")
    wait_for(lambda: reaperd.main_pid("a") not in (0, first), "it is started again as it ended")


def test_a_timer_that_is_over(reaperd):
    oneshot(reaperd, "a", "/bin/echo tick")
    reaperd.unit("a.timer", "[Timer]\nOnActiveSec=10ms\n")
    reaperd.unit("b.timer", "[Timer]\nOnActiveSec=10ms\nRemainAfterElapse=no\nUnit=a.service\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.timer", "b.timer")
    reaperd.wait_state("a.timer", "active/elapsed")
    reaperd.wait_state("b.timer", "inactive/dead")


def test_a_timer_goes_on_when_its_service_is_skipped(reaperd):
    reaperd.unit("a.service", "[Unit]\nConditionPathExists=/nowhere\n[Service]\nType=oneshot\nExecStart=/bin/true\n")
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=*:*:*\n")
    reaperd.start("a.timer")
    first = wait_for(lambda: reaperd.show("a.timer", "LastTriggerUSec"), "it went off")
    wait_for(lambda: reaperd.show("a.timer", "LastTriggerUSec") > first, "and again")


def test_a_persistent_timer_makes_up_for_what_it_missed(reaperd, root):
    name = f"reaperd-test-{os.getpid()}"
    stamp = pathlib.Path(f"/var/lib/systemd/timers/stamp-{name}.timer")
    oneshot(reaperd, name, "/bin/echo tick")
    reaperd.unit(f"{name}.timer", "[Timer]\nOnCalendar=daily\nPersistent=yes\n")
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
        os.utime(stamp, (time.time() - 3 * 86400,) * 2)
        reaperd.start(f"{name}.timer")
        wait_for(lambda: times(reaperd, name) == 1, "it went off at once")
        assert time.time() - stamp.stat().st_mtime < 60
        reaperd.wait_state(f"{name}.timer", "active/waiting")
    finally:
        stamp.unlink(missing_ok=True)


def test_timers_are_listed(reaperd):
    oneshot(reaperd, "a", "/bin/true")
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=2030-01-01 10:00 UTC\n")
    reaperd.unit("b.timer", "[Timer]\nOnActiveSec=1h\nUnit=a.service\n")
    reaperd.start("a.timer", "b.timer")
    rows = reaperd.json("list-timers")
    assert [(row["unit"], row["activates"]) for row in rows] == [("b.timer", "a.service"), ("a.timer", "a.service")]
    assert rows[1]["next_usec"] == 1893492000 * 1000000 and rows[1]["last_usec"] is None
    out = reaperd.ctl("list-timers").out
    assert re.match(r"NEXT +LEFT +LAST +PASSED +UNIT +ACTIVATES", out) and "2 timers listed." in out
    assert "Trigger: " in reaperd.ctl("status", "a.timer").out


def test_a_reload_gives_a_timer_other_times(reaperd):
    oneshot(reaperd, "a", "/bin/true")
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=2030-01-01 10:00 UTC\n")
    reaperd.start("a.timer")
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=2031-01-01 10:00 UTC\n")
    reaperd.ctl("daemon-reload")
    assert reaperd.json("list-timers")[0]["next_usec"] == 1925028000 * 1000000


def test_a_timer_without_its_service(reaperd):
    reaperd.unit("a.timer", "[Timer]\nOnActiveSec=1h\n")
    reaperd.service("keep")
    reaperd.start("keep.service")
    result = reaperd.ctl("start", "a.timer")
    assert result.status == 1 and "a.service" in reaperd.text()


PATHS = [
    ("PathExists={0}/flag", lambda folder: (folder / "flag").touch()),
    ("PathExists={0}/deep/er/flag", lambda folder: ((folder / "deep/er").mkdir(parents=True), (folder / "deep/er/flag").touch())),
    ("PathExistsGlob={0}/fl*g", lambda folder: (folder / "flag").touch()),
    ("DirectoryNotEmpty={0}/spool", lambda folder: ((folder / "spool").mkdir(exist_ok=True), (folder / "spool/job").touch())),
    ("PathChanged={0}/file", lambda folder: (folder / "file").write_text("x")),
    ("PathModified={0}/file", lambda folder: open(folder / "file", "a").write("x")),
]  # fmt: skip


@pytest.mark.parametrize("text, happen", PATHS, ids=[text for text, _ in PATHS])
def test_a_path_starts_its_service(reaperd, text, happen):
    if "file" in text:
        (reaperd.folder / "file").touch()
    reaperd.service("a")
    reaperd.unit("a.path", f"[Path]\n{text.format(reaperd.folder)}\n")
    reaperd.start("a.path")
    assert reaperd.show("a.path", "SubState") == "waiting" and reaperd.state("a.service") == "inactive"
    happen(reaperd.folder)
    reaperd.wait_state("a.service", "active")
    assert reaperd.show("a.path", "SubState") == "running"


def test_no_change_is_lost_in_a_busy_folder(reaperd):
    (reaperd.folder / "file").touch()
    oneshot(reaperd, "a", "/bin/true")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    reaperd.unit("a.path", f"[Path]\nPathChanged={reaperd.folder}/file\nTriggerLimitIntervalSec=0\n")
    reaperd.start("a.path")
    for n in range(50):
        before = reaperd.show("a.service", "InactiveExitTimestampMonotonic")
        for k in range(20):
            (reaperd.folder / f"other{k}").touch()
        (reaperd.folder / "file").write_text(str(n))
        for k in range(20):
            (reaperd.folder / f"other{k}").unlink()
        wait_for(lambda: reaperd.show("a.service", "InactiveExitTimestampMonotonic") != before, "it was seen")
        reaperd.wait_state("a.path", "active/waiting")


def test_a_path_goes_through_a_link_that_is_turned(reaperd):
    for name in ("one", "two"):
        (reaperd.folder / name).mkdir()
        (reaperd.folder / name / "file").touch()
    (reaperd.folder / "link").symlink_to("one")
    reaperd.service("a")
    reaperd.unit("a.path", f"[Path]\nPathChanged={reaperd.folder}/link/file\n")
    reaperd.start("a.path")
    (reaperd.folder / "other").symlink_to("two")
    (reaperd.folder / "other").rename(reaperd.folder / "link")
    wait_for(lambda: (reaperd.folder / "two/file").touch() or reaperd.state("a.service") == "active", "what it leads to now is watched")


def test_a_path_works_off_a_spool(reaperd):
    spool = reaperd.folder / "spool"
    oneshot(reaperd, "a", f"/bin/sh -c 'for f in {spool}/*; do rm $f; echo done; break; done'")
    reaperd.unit("a.path", f"[Path]\nDirectoryNotEmpty={spool}\nMakeDirectory=yes\n")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitBurst=100\n")
    reaperd.start("a.path")
    for n in range(5):
        (spool / str(n)).touch()
    wait_for(lambda: times(reaperd, "a") == 5, "each job was done")
    reaperd.wait_state("a.path", "active/waiting")


def test_a_path_that_cannot_be_satisfied_gives_up(reaperd):
    oneshot(reaperd, "a", "/bin/true")
    (reaperd.folder / "flag").touch()
    reaperd.unit("a.path", f"[Path]\nPathExists={reaperd.folder}/flag\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.path")
    reaperd.wait_state("a.path", "failed/failed")
    assert reaperd.show("a.path", "Result") == "unit-start-limit-hit"


def test_a_reload_gives_a_path_other_paths(reaperd):
    reaperd.service("a")
    reaperd.unit("a.path", f"[Path]\nPathExists={reaperd.folder}/one\nPathExists={reaperd.folder}/two\n")
    reaperd.start("a.path")
    reaperd.unit("a.path", f"[Path]\nPathExists={reaperd.folder}/three\n")
    reaperd.ctl("daemon-reload")
    (reaperd.folder / "two").touch()
    (reaperd.folder / "three").touch()
    reaperd.wait_state("a.service", "active")


PRINT_FDS = """/bin/sh -c 'echo $LISTEN_FDS $LISTEN_FDNAMES; test $LISTEN_PID = $$$$ && echo mine; readlink /proc/self/fd/3; exec sleep 1000'"""


def test_a_socket_starts_its_service_and_hands_over(reaperd):
    path = reaperd.folder / "sock"
    reaperd.service("a", PRINT_FDS)
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\nListenDatagram={path}.dgram\nFileDescriptorName=door\nSocketMode=0600\n")
    reaperd.start("a.socket")
    assert path.stat().st_mode & 0o777 == 0o600 and reaperd.state("a.service") == "inactive"
    connection = connect(path)
    reaperd.wait_state("a.service", "active")
    wait_for(lambda: len(reaperd.lines("a")) == 3, "it has spoken")
    assert reaperd.lines("a")[:2] == ["2 door:door", "mine"] and reaperd.lines("a")[2].startswith("socket:")
    assert reaperd.show("a.socket", "SubState") == "running"
    reaperd.ctl("stop", "a.socket")
    assert path.exists(), "RemoveOnStop=no"
    connection.close()


def test_a_socket_listens_again_when_its_service_ended(reaperd):
    path = reaperd.folder / "sock"
    reaperd.service("a", "/usr/bin/python3 -c 'import socket; s = socket.socket(fileno=3); c, _ = s.accept(); c.sendall(b\"hello\")'")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\nRemoveOnStop=yes\n")
    reaperd.start("a.socket")
    for _ in range(3):
        assert connect(path).recv(100) == b"hello"
        reaperd.wait_state("a.socket", "active/listening")
    reaperd.ctl("stop", "a.socket")
    assert not path.exists()


def test_no_connection_is_lost_while_the_service_restarts(reaperd):
    path = reaperd.folder / "sock"
    program = reaperd.folder / "program.py"
    program.write_text("import socket\ns = socket.socket(fileno=3)\nwhile True:\n c, _ = s.accept(); c.sendall(b'hello'); c.close()\n")
    reaperd.service("a", f"/usr/bin/python3 {program}", "Restart=always\nRestartSec=0")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\n")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitBurst=100\n")
    reaperd.start("a.socket")
    for n in range(10):
        assert connect(path).recv(100) == b"hello"
        if n % 3 == 0:
            reaperd.ctl("restart", "a.service")


def test_a_service_that_is_started_by_hand_gets_its_sockets(reaperd):
    reaperd.service("a", PRINT_FDS, "", "Requires=a.socket\nAfter=a.socket")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/sock\n")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.lines("a")[:1] == ["1 a.socket"], "it has its descriptor")
    reaperd.wait_state("a.socket", "active/running")


def test_an_instance_for_each_connection(reaperd):
    reaperd.unit("a.socket", "[Socket]\nListenStream=127.0.0.1:0\n")
    path = reaperd.folder / "sock"
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\nAccept=yes\nMaxConnections=3\n")
    reaperd.unit("a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/cat\n")
    reaperd.start("a.socket")
    open_ones = [connect(path) for _ in range(3)]
    for n, connection in enumerate(open_ones):
        connection.sendall(f"line {n}\n".encode())
        assert connection.recv(100) == f"line {n}\n".encode()
    units = [row["unit"] for row in reaperd.json("list-units", "a@*")]
    assert len(units) == 3 and all(re.fullmatch(rf"a@\d-{os.getpid()}-{os.getuid()}\.service", u) for u in units)
    assert connect(path).recv(100) == b"", "one too many is dropped"
    assert reaperd.show("a.socket", "NAccepted", "NConnections", "NRefused") == [3, 3, 1]
    for connection in open_ones:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    wait_for(lambda: reaperd.show("a.socket", "NConnections") == 0, "all have ended")
    wait_for(lambda: reaperd.json("list-units", "--all", "a@*") == [], "and are forgotten")


def test_a_thousand_connections_leave_nothing(reaperd):
    path = reaperd.folder / "sock"
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\nAccept=yes\nMaxConnections=50\nTriggerLimitIntervalSec=0\n")
    reaperd.unit("a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/echo hello\n")
    reaperd.start("a.socket")
    before = len(os.listdir(f"/proc/{reaperd.pid}/fd"))
    for _ in range(200):
        assert connect(path).recv(100) == b"hello\n"
    wait_for(lambda: reaperd.json("list-units", "--all", "a@*") == [], "all are forgotten")
    assert len(os.listdir(f"/proc/{reaperd.pid}/fd")) <= before + 2
    assert reaperd.show("a.socket", "NAccepted") == 200


def test_over_tcp_the_peer_is_told(reaperd):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    reaperd.unit("a.socket", f"[Socket]\nListenStream=127.0.0.1:{port}\nAccept=yes\n")
    reaperd.unit("a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/sh -c 'echo $REMOTE_ADDR $REMOTE_PORT'\n")
    reaperd.start("a.socket")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        mine = connection.getsockname()[1]
        assert connection.recv(100) == f"127.0.0.1 {mine}\n".encode()


def test_a_fifo_starts_its_service(reaperd):
    path = reaperd.folder / "fifo"
    reaperd.service("a", "/bin/sh -c 'read line <&3; echo got $line; exec sleep 1000'")
    reaperd.unit("a.socket", f"[Socket]\nListenFIFO={path}\n")
    reaperd.start("a.socket")
    path.write_text("something\n")
    wait_for(lambda: reaperd.lines("a") == ["got something"], "it has read")


def test_a_socket_that_triggers_too_often_gives_up(reaperd):
    path = reaperd.folder / "sock"
    oneshot(reaperd, "a", "/bin/true")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\nTriggerLimitBurst=5\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.socket")
    connect(path)
    reaperd.wait_state("a.socket", "failed")
    assert reaperd.show("a.socket", "Result") == "trigger-limit-hit"


def test_an_address_that_is_taken_fails_the_socket_alone(reaperd):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        reaperd.service("a")
        reaperd.service("keep")
        reaperd.unit("a.socket", f"[Socket]\nListenStream=127.0.0.1:{port}\n")
        reaperd.start("keep.service", "a.socket")
        assert reaperd.show("a.socket", "ActiveState", "Result") == ["failed", "resources"]
        assert f"127.0.0.1:{port}" in reaperd.text() and reaperd.state("keep.service") == "active"


def test_sockets_are_listed(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/x\nListenFIFO={reaperd.folder}/y\n")
    reaperd.start("a.socket")
    rows = reaperd.json("list-sockets")
    assert [(r["unit"], r["type"], r["listen"], r["activates"]) for r in rows] == [
        ("a.socket", "Stream", f"{reaperd.folder}/x", "a.service"),
        ("a.socket", "FIFO", f"{reaperd.folder}/y", "a.service"),
    ]
    out = reaperd.ctl("list-sockets", "--show-types").out
    assert re.match(r"LISTEN +TYPE +UNIT +ACTIVATES", out) and "2 sockets listed." in out


def test_a_message_that_nobody_reads_does_not_block_the_stop(reaperd):
    """The service got the socket blocking, and whether it blocks is the same for all who hold it."""
    path = reaperd.folder / "sock"
    reaperd.service("a")
    reaperd.service("slow", text="ExecStop=/bin/sleep 0.3", unit="After=a.socket")
    reaperd.unit("a.socket", f"[Socket]\nListenDatagram={path}\n")
    reaperd.start("a.socket", "slow.service")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"unread", str(path))
    reaperd.wait_state("a.service", "active")
    assert reaperd.stop() == 0


def test_a_stop_of_everything_triggers_nothing(reaperd):
    path = reaperd.folder / "sock"
    reaperd.service("a", "/bin/sh -c 'trap \"\" TERM; exec sleep 1000'", "TimeoutStopSec=300ms")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={path}\n")
    reaperd.start("a.socket")
    connect(path)
    reaperd.wait_state("a.service", "active")
    pid = reaperd.main_pid("a")
    assert reaperd.stop() == 0 and not is_alive(pid)
