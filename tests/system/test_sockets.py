"""Sockets at length: what they execute, whose they are, and each option as the kernel has it afterwards. The order of
states is held against systemd by tests/oracle."""

import ctypes
import os
import pwd
import resource
import socket
import struct

import pytest
from reaperd import wait_for

AROUND = {name: f"{name}=/bin/sh -c 'echo {name} $0' now\n" for name in ("ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost")}

# (setting, level, option, what getsockopt() gives)
STREAM = [
    ("KeepAlive=yes", socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ("KeepAliveTimeSec=77", socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77),
    ("KeepAliveIntervalSec=33", socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 33),
    ("KeepAliveProbes=5", socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 5),
    ("NoDelay=yes", socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    ("Priority=6", socket.SOL_SOCKET, socket.SO_PRIORITY, 6),
    ("IPTTL=42", socket.IPPROTO_IP, socket.IP_TTL, 42),
    ("IPTOS=low-delay", socket.IPPROTO_IP, socket.IP_TOS, 16),
    ("ReceiveBuffer=8K", socket.SOL_SOCKET, socket.SO_RCVBUF, 16384),
    ("SendBuffer=16K", socket.SOL_SOCKET, socket.SO_SNDBUF, 32768),
    ("FreeBind=yes", socket.IPPROTO_IP, 15, 1),
    ("ReusePort=yes", socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),
    ("DeferAcceptSec=3", socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 3),
]
DATAGRAM = [
    ("Broadcast=yes", socket.SOL_SOCKET, socket.SO_BROADCAST, 1),
    ("PassPacketInfo=yes", socket.IPPROTO_IP, 8, 1),
    ("Timestamping=us", socket.SOL_SOCKET, 29, 1),
]
LOCAL = [
    ("PassCredentials=yes", socket.SOL_SOCKET, socket.SO_PASSCRED, 1),
    ("PassSecurity=yes", socket.SOL_SOCKET, socket.SO_PASSSEC, 1),
    ("Timestamping=ns", socket.SOL_SOCKET, 35, 1),
]


def ask(reaperd, port, rows):
    """What getsockopt() says of each in the service, started by hand."""
    ask_all = "; ".join(f"print(s.getsockopt({level}, {option}))" for _, level, option, _ in rows)
    reaperd.service("a", f"/usr/bin/python3 -uc 'import socket; s = socket.socket(fileno=3); {ask_all}'", "RemainAfterExit=yes", "Requires=a.socket\nAfter=a.socket")
    reaperd.unit("a.socket", f"[Socket]\n{port}\n" + "\n".join(row[0] for row in rows))
    reaperd.start("a.service")
    wait_for(lambda: len(reaperd.lines("a")) == len(rows), "the service has asked")
    return {row[0]: int(line) for row, line in zip(rows, reaperd.lines("a"))}


@pytest.mark.parametrize("port, rows", [("ListenStream=127.0.0.1:46219", STREAM), ("ListenDatagram=127.0.0.1:46219", DATAGRAM), ("ListenDatagram=@reaperd-test", LOCAL)])
def test_options_are_set(reaperd, port, rows):
    assert ask(reaperd, port, rows) == {row[0]: row[3] for row in rows}
    assert "cannot be set" not in reaperd.text()


def test_options_of_who_may_administer_the_network(reaperd, root):
    rows = [("Mark=4711", socket.SOL_SOCKET, socket.SO_MARK, 4711), ("Transparent=yes", socket.IPPROTO_IP, 19, 1)]
    found = ask(reaperd, "ListenStream=127.0.0.1:46220", rows)
    assert found == {row[0]: row[3] for row in rows} or reaperd.text().count("cannot be set") == 2


def test_an_option_that_is_refused_is_told(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", "[Socket]\nListenStream=127.0.0.1:46221\nTCPCongestion=no-such\nBindToDevice=no-such0\n")
    reaperd.start("a.socket")
    assert reaperd.state("a.socket") == "active" and "TCPCongestion= cannot be set" in reaperd.text()


def test_an_accepted_connection_has_options_too(reaperd):
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nAccept=yes\nPassCredentials=yes\nReceiveBuffer=8K\n")
    text = f"import socket; s = socket.socket(fileno=0); print(s.getsockopt({socket.SOL_SOCKET}, {socket.SO_PASSCRED}), s.getsockopt({socket.SOL_SOCKET}, {socket.SO_RCVBUF}))"
    reaperd.unit("a@.service", f"[Service]\nStandardInput=socket\nExecStart=/usr/bin/python3 -c '{text}'\n")
    reaperd.start("a.socket")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(f"{reaperd.folder}/port")
        assert connection.recv(100) == b"1 16384\n"


def test_commands_run_around_the_listening(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nUMask=0077\n" + "".join(AROUND.values()) + f"ExecStartPre=/usr/bin/touch {reaperd.folder}/made\n")
    reaperd.start("a.socket")
    assert reaperd.lines("a.socket") == ["ExecStartPre now", "ExecStartPost now"]
    assert (reaperd.folder / "made").stat().st_mode & 0o777 == 0o600, "they have the socket's settings"
    reaperd.ctl("stop", "a.socket")
    assert reaperd.lines("a.socket")[2:] == ["ExecStopPre now", "ExecStopPost now"]
    assert reaperd.show("a.socket", "SubState", "Result") == ["dead", "success"]


def test_a_command_that_fails_is_told(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nExecStartPre=/bin/sh -c 'exit 7'\n")
    reaperd.unit("b.socket", f"[Socket]\nListenStream={reaperd.folder}/t\nService=a.service\nExecStartPost=/no/such/program\n")
    reaperd.service("keep")
    reaperd.start("keep.service")
    for name in ("a", "b"):
        assert reaperd.ctl("start", f"{name}.socket").status == 1
        assert reaperd.show(f"{name}.socket", "SubState", "Result") == ["failed", "exit-code"]
    assert reaperd.show("a.socket", "ExecStartPre")[0]["status"] == 7
    assert "status 7" in reaperd.show("a.socket", "Reason") and "/no/such/program" in reaperd.show("b.socket", "Reason")


def test_a_command_shows_while_it_runs(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nExecStartPost=/bin/sleep 1000\n")
    reaperd.service("keep")
    reaperd.start("keep.service")
    reaperd.ctl("start", "--no-block", "a.socket")
    reaperd.wait_state("a.socket", "activating/start-post")
    pid = reaperd.show("a.socket", "ControlPID")
    assert pid > 0 and "sleep" in reaperd.ctl("status", "a.socket").out
    assert reaperd.stop() == 0
    assert not os.path.exists(f"/proc/{pid}")


def test_a_connection_that_there_is_no_descriptor_for(reaperd):
    """As systemd has it the socket has failed, and can be started again."""
    reaperd.service("keep")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nAccept=yes\n")
    reaperd.service("a@", "/bin/cat", "StandardInput=socket")
    reaperd.start("keep.service", "a.socket")
    usual = resource.prlimit(reaperd.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(reaperd.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(str(reaperd.folder / "port"))
        reaperd.wait_log("a.socket: cannot take a connection; listens no more: ")
    resource.prlimit(reaperd.pid, resource.RLIMIT_NOFILE, usual)
    assert reaperd.show("a.socket", "ActiveState", "Result") == ["failed", "resources"]
    assert reaperd.ctl("start", "a.socket").status == 0
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(str(reaperd.folder / "port"))
        c.sendall(b"hello")
        assert c.recv(5) == b"hello"


def test_files_belong_to_the_user_of_the_socket(reaperd, root):
    nobody = pwd.getpwnam("nobody")
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nListenFIFO={reaperd.folder}/f\nSocketUser=nobody\nSocketMode=0640\n")
    reaperd.unit("b.socket", f"[Socket]\nListenStream={reaperd.folder}/t\nSocketUser=no-such-user\nService=a.service\n")
    reaperd.start("a.socket", "b.socket")
    for name in ("port", "f"):
        st = (reaperd.folder / name).stat()
        assert (st.st_uid, st.st_gid, st.st_mode & 0o777) == (nobody.pw_uid, nobody.pw_gid, 0o640)
    assert reaperd.state("b.socket") == "failed" and "there is no such user" in reaperd.text()


def test_links_and_files_go_with_the_socket(reaperd):
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/deep/port\nSymlinks={reaperd.folder}/link {reaperd.folder}/other/link\nRemoveOnStop=yes\nDirectoryMode=0710\n")
    reaperd.start("a.socket")
    links = [reaperd.folder / "link", reaperd.folder / "other/link"]
    assert [os.readlink(link) for link in links] == [f"{reaperd.folder}/deep/port"] * 2
    assert (reaperd.folder / "deep").stat().st_mode & 0o777 == 0o710
    reaperd.ctl("stop", "a.socket")
    assert not any(link.is_symlink() for link in links) and not (reaperd.folder / "deep/port").exists()


def library():
    return ctypes.CDLL(None, use_errno=True)


class Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ("flags", "maxmsg", "msgsize", "curmsgs")] + [("pad", ctypes.c_long * 4)]


def test_a_message_queue_starts_its_service(reaperd):
    name = f"/reaperd-test-{os.getpid()}"
    reaperd.service("a")
    reaperd.unit("a.socket", f"[Socket]\nListenMessageQueue={name}\nMessageQueueMaxMessages=7\nMessageQueueMessageSize=100\nSocketMode=0600\nRemoveOnStop=yes\n")
    reaperd.start("a.socket")
    if reaperd.state("a.socket") != "active" and "Function not implemented" in reaperd.text():
        pytest.skip("this kernel has no message queues")
    queue = library().mq_open(name.encode(), os.O_WRONLY | os.O_NONBLOCK)
    assert queue >= 0
    attributes = Attributes()
    assert library().mq_getattr(queue, ctypes.byref(attributes)) == 0 and (attributes.maxmsg, attributes.msgsize) == (7, 100)
    assert reaperd.json("list-sockets")[0]["type"] == "MessageQueue"
    assert library().mq_send(queue, b"hello", 5, 0) == 0
    reaperd.wait_state("a.service", "active")
    link = os.readlink(f"/proc/{reaperd.main_pid('a')}/fd/3")
    reaperd.ctl("stop", "a.socket", "a.service")
    assert link.endswith(name) and library().mq_open(name.encode(), os.O_RDONLY) < 0


def test_packets_in_order(reaperd):
    text = "import socket; s = socket.socket(fileno=3); c, _ = s.accept(); print(c.recv(100)); print(c.recv(100))"
    reaperd.service("a", f"/usr/bin/python3 -uc '{text}'")
    reaperd.unit("a.socket", f"[Socket]\nListenSequentialPacket={reaperd.folder}/port\n")
    reaperd.start("a.socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sender:
        sender.connect(f"{reaperd.folder}/port")
        sender.send(b"one")
        sender.send(b"two")
        wait_for(lambda: reaperd.lines("a") == ["b'one'", "b'two'"], "it has heard both as they were")


@pytest.mark.parametrize("port", ["ListenNetlink=kobject-uevent 1", "ListenSpecial=/dev/random", "ListenStream=@reaperd-test-abstract", "ListenStream=vsock::4711"])
def test_other_kinds_of_ports_are_handed_over(reaperd, port):
    reaperd.service("a", "/bin/sh -c 'readlink /proc/self/fd/3; exec sleep 1000'", unit="Wants=a.socket\nAfter=a.socket")
    reaperd.unit("a.socket", f"[Socket]\n{port}\nWritable=yes\n")
    reaperd.start("a.service")
    if "vsock" in port and reaperd.state("a.socket") == "failed":
        pytest.skip("this kernel has no vsock")
    wait_for(lambda: reaperd.lines("a"), "it has looked")
    assert reaperd.lines("a")[0].startswith("/dev/random" if "random" in port else "socket:")


def test_the_size_of_a_pipe(reaperd):
    reaperd.service("a", "/usr/bin/python3 -uc 'import fcntl; print(fcntl.fcntl(3, 1032))'", "RemainAfterExit=yes", "Requires=a.socket\nAfter=a.socket")
    reaperd.unit("a.socket", f"[Socket]\nListenFIFO={reaperd.folder}/f\nPipeSize=128K\n")
    reaperd.start("a.service")
    wait_for(lambda: reaperd.lines("a") == ["131072"], "the pipe is as long as asked for")


def test_only_so_many_of_one_source(reaperd):
    reaperd.unit("a.socket", f"[Socket]\nListenStream={reaperd.folder}/port\nAccept=yes\nMaxConnections=10\nMaxConnectionsPerSource=2\n")
    reaperd.unit("a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/cat\n")
    reaperd.start("a.socket")
    connections = []
    for _ in range(3):
        connections.append(socket.socket(socket.AF_UNIX))
        connections[-1].settimeout(60)
        connections[-1].connect(f"{reaperd.folder}/port")
    assert connections[2].recv(100) == b"", "one too many of this user"
    wait_for(lambda: reaperd.show("a.socket", "NConnections") == 2, "the others are served")
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("flush", ["yes", "no"])
def test_what_waits_is_thrown_away_only_when_asked(reaperd, flush):
    reaperd.service("a", "/bin/sleep 0.1")
    reaperd.unit("a.service.d/x.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    reaperd.unit("a.socket", f"[Socket]\nListenDatagram={reaperd.folder}/port\nFlushPending={flush}\nTriggerLimitBurst=4\n")
    reaperd.start("a.socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(struct.pack("i", 1), f"{reaperd.folder}/port")
    if flush == "yes":
        wait_for(lambda: reaperd.show("a.service", "ExecMainStartTimestamp") and reaperd.show("a.socket", "SubState") == "listening", "it waits for the next")
        assert reaperd.show("a.socket", "Result") == "success"
    else:
        reaperd.wait_state("a.socket", "failed")
        assert reaperd.show("a.socket", "Result") == "trigger-limit-hit"
