"""Type=dbus, beside a bus of the test's own."""

import pathlib
import shutil
import signal
import socket
import subprocess
import threading

import pytest
from reaperd import clean_environment, wait_for

OWNER = pathlib.Path(__file__).resolve().parent.parent / "helpers/bus_owner.py"
NAME = "org.example.Reaperd"


@pytest.fixture
def bus(tmp_path):
    """A bus, and its address for reaperd and its services."""
    if not shutil.which("dbus-daemon"):
        pytest.skip("needs dbus-daemon (package dbus-daemon)")
    address = f"unix:path={tmp_path}/bus"
    process = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}", "--print-address=1"],
                               stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())  # fmt: skip
    process.stdout.readline()
    process.address = address
    yield process
    process.kill()
    process.wait()


class Owner:
    """A service that owns its name when it is told to, below a reaperd that knows the bus."""

    def __init__(self, reaperd, address, more=""):
        self.reaperd, self.fifo = reaperd, reaperd.folder / "fifo"
        subprocess.run(["mkfifo", self.fifo], check=True)
        reaperd.service("a", f"/usr/bin/python3 {OWNER} {NAME} {self.fifo}",
                        f"Type=dbus\nBusName={NAME}\nEnvironment=DBUS_SYSTEM_BUS_ADDRESS={address}\nTimeoutStartSec=60\n{more}")
        reaperd.service("b")
        reaperd.start("b.service", env={"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address})
        reaperd.ctl("start", "--no-block", "a")

    def tell(self, word):
        with open(self.fifo, "w", encoding="utf-8") as f:
            f.write(f"{word}\n")

    def await_state(self, *state):
        wait_for(lambda: self.reaperd.show("a.service", "ActiveState", "SubState", "Result") == list(state), f"it is {state}")


UP = ("active", "running", "success")
STARTING = ("activating", "start", "success")


def test_it_is_up_while_its_name_is_owned(reaperd, bus):
    owner = Owner(reaperd, bus.address)
    owner.await_state(*STARTING)
    owner.tell("own")
    owner.await_state(*UP)
    owner.tell("release")
    owner.await_state("inactive", "dead", "success")
    reaperd.ctl("start", "--no-block", "a")
    owner.await_state(*STARTING)
    owner.tell("own")
    owner.await_state(*UP)
    assert reaperd.ctl("stop", "a").status == 0
    assert reaperd.stop() == 0


def test_a_restart_waits_for_the_name_again(reaperd, bus):
    owner = Owner(reaperd, bus.address, "Restart=always\nRestartSec=1ms")
    for _ in range(3):
        owner.tell("own")
        owner.await_state(*UP)
        reaperd.ctl("kill", "--kill-whom=main", "-s", "KILL", "a")
        owner.await_state(*STARTING)


@pytest.mark.parametrize("word, text, state", [("exit", "", ("inactive", "dead", "success")), ("nothing", "TimeoutStartSec=300ms", ("failed", "failed", "timeout"))])
def test_a_name_that_never_comes(reaperd, bus, word, text, state):
    owner = Owner(reaperd, bus.address, text)
    owner.tell(word)
    owner.await_state(*state)


def test_a_bus_that_goes_takes_nobody_along(reaperd, bus):
    owner = Owner(reaperd, bus.address)
    owner.await_state(*STARTING)
    wait_for(lambda: reaperd.main_pid("a.service"), "its process runs")
    bus.send_signal(signal.SIGKILL)
    owner.await_state(*UP)
    assert f"the bus is gone, and with it who owns BusName={NAME}" in reaperd.text()


def test_without_a_bus_it_counts_as_up_and_that_is_told(reaperd, tmp_path):
    reaperd.service("a", "/bin/sleep 1000", f"Type=dbus\nBusName={NAME}")
    address = f"unix:path={tmp_path}/none"
    reaperd.start("a.service", env={"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address})
    assert reaperd.show("a.service", "ActiveState") == "active"
    assert f"Type=dbus is not applied: no bus can be reached at {address}" in reaperd.text()


GARBAGE = {"closes": b"", "refuses": b"REJECTED EXTERNAL\r\n", "talks of something else": b"HTTP/1.1 400\r\n\r\n" * 50,
           "sends no messages": b"OK 0\r\n" + b"\0" * 100, "claims more than it may": b"OK 0\r\nl\2\1\1\xff\xff\xff\x7f" + b"\1\0\0\0" * 2,
           "sends a field that ends nowhere": b"OK 0\r\nl\2\1\1\0\0\0\0\1\0\0\0\x08\0\0\0\6\1s\0\xff\xff\0\0"}  # fmt: skip


@pytest.mark.parametrize("what", [*GARBAGE, "says nothing"])
def test_a_bus_that_is_none(reaperd, tmp_path, what):
    """What closes or is not understood is gone; what is silent has the time that the start has. Nobody else waits."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/bus")
        listener.listen()
        clients = []

        def serve():
            clients.append(listener.accept()[0])
            clients[0].recv(1000)
            if what in GARBAGE:
                clients[0].sendall(GARBAGE[what])
            if what == "closes":
                clients[0].close()

        thread = threading.Thread(target=serve)
        thread.start()
        owner = Owner(reaperd, f"unix:path={tmp_path}/bus", "TimeoutStartSec=1\nExecStart=\nExecStart=/bin/sleep 1000")
        thread.join()
        if what in GARBAGE:
            owner.await_state(*UP)
            assert "the bus is gone" in reaperd.text()
        else:
            owner.await_state("failed", "failed", "timeout")
        assert reaperd.show("b.service", "ActiveState") == "active"
        for client in clients:
            client.close()
