"""A real redis-server by Debian's own unit file: killed while its save child runs, the child is
adopted and reaped, the server comes back by its Restart= policy, and the data is still there."""

import os
import pathlib
import signal

import pytest
from conftest import can
from reaperd import descendants, run, wait_for

UNIT = pathlib.Path("/lib/systemd/system/redis-server.service")
KEYS = 20000

# Fresh /run, /var/lib/redis and /var/log/redis, and a network of its own.
NAMESPACE = (
    "mount -t tmpfs tmpfs /run && mount -t tmpfs -o mode=750,uid=redis,gid=redis tmpfs /var/lib/redis && "
    "mount -t tmpfs -o mode=750,uid=redis,gid=redis tmpfs /var/log/redis && ip link set lo up && exec \"$@\""
)

# Where nothing of the system may be touched: the same unit with a drop-in.
DROP_IN = """
[Service]
ExecStart=
ExecStart=/usr/bin/redis-server --supervised systemd --daemonize no --port 0 --unixsocket {0}/redis.sock --dir {0}
PIDFile=
RuntimeDirectory=
User=
Group=
"""


class Redis:
    """The server under a reaperd, and redis-cli beside it."""

    def __init__(self, reaperd):
        self.reaperd = reaperd
        self.inside = []
        self.address = []
        (reaperd.units / UNIT.name).symlink_to(UNIT)
        if os.geteuid() == 0 and can("unshare", "--mount", "--net", "sh", "-c", "ip link set lo up"):
            reaperd.wrapper = ["unshare", "--mount", "--net", "--propagation=private", "sh", "-c", NAMESPACE, "sh"]
            reaperd.start("redis-server.service")
            self.inside = ["nsenter", "--target", str(reaperd.pid), "--net"]
        else:
            reaperd.unit(f"{UNIT.name}.d/private.conf", DROP_IN.format(reaperd.folder))
            reaperd.start("redis-server.service")
            self.address = ["-s", f"{reaperd.folder}/redis.sock"]

    def cli(self, *words):
        return run(*self.inside, "redis-cli", *self.address, *words).out.strip()


@pytest.fixture
def redis(reaperd):
    if not UNIT.exists() or not can("redis-cli", "--version"):
        pytest.skip("needs Debian's redis-server")
    return Redis(reaperd)


def test_killed_while_saving(redis, reaperd):
    assert reaperd.show("redis-server", "ActiveState", "SubState") == ["active", "running"]
    assert "Ready to accept connections" in reaperd.show("redis-server", "StatusText")
    server = reaperd.main_pid("redis-server")
    redis.cli("EVAL", f"for i=1,{KEYS} do redis.call('set','key:'..i,i) end", "0")
    assert redis.cli("SAVE") == "OK"
    assert redis.cli("CONFIG", "SET", "rdb-key-save-delay", "100") == "OK"
    assert "started" in redis.cli("BGSAVE")
    child = wait_for(lambda: descendants(server), "the save child is there").pop()

    os.kill(server, signal.SIGKILL)
    orphans = wait_for(lambda: reaperd.json("orphans"), "the child is adopted")
    assert [(o["pid"], o["name"], o["unit"]) for o in orphans] == [(child, "redis-server", "redis-server.service")]
    wait_for(lambda: not pathlib.Path(f"/proc/{child}").exists(), "it ended and was reaped")
    wait_for(lambda: reaperd.state("redis-server") == "active", "the server is back")
    assert reaperd.show("redis-server", "NRestarts") == 1
    assert reaperd.main_pid("redis-server") not in (0, server)
    assert reaperd.json("orphans") == [] and reaperd.json("zombies") == []
    wait_for(lambda: redis.cli("DBSIZE") == str(KEYS), "the data is still there")
    assert redis.cli("GET", f"key:{KEYS}") == str(KEYS)
    assert reaperd.stop() == 0


def test_what_cannot_be_applied_is_said(redis, reaperd):
    out = reaperd.ctl("status", "redis-server").out
    assert "LimitNOFILE=" in out and "not applied" in out
    assert reaperd.show("redis-server", "LimitNOFILE") == 65535
