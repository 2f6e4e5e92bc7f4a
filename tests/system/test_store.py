"""FDSTORE=1: descriptors that outlive a restart."""

from reaperd import wait_for

PROGRAM = """import array, os, socket, sys, time

def tell(text, *fds):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        s.sendmsg([text.encode()], rights)

print(os.environ.get("LISTEN_FDS", "0"), os.environ.get("LISTEN_FDNAMES", ""), flush=True)
if "LISTEN_FDS" in os.environ:
    os.lseek(3, 0, os.SEEK_SET)
    print(os.read(3, 100).decode(), flush=True)
    if sys.argv[1] == "forget":
        tell("FDSTOREREMOVE=1\\nFDNAME=memory")
else:
    fd = os.memfd_create("memory")
    os.write(fd, b"remembered")
    tell("FDSTORE=1\\nFDNAME=memory", fd)
    tell("FDSTORE=1\\nFDNAME=again", fd)
    here, there = socket.socketpair()
    tell("FDSTORE=1\\nFDNAME=pair", here.fileno())
    tell("FDSTORE=1\\nFDNAME=too-many", os.memfd_create("other"))
    here.close()
    there.close()
tell("READY=1")
time.sleep(1000)
"""


def service(reaperd, mode, more=""):
    program = reaperd.folder / "program.py"
    program.write_text(PROGRAM)
    reaperd.service("a", f"/usr/bin/python3 {program} {mode}", f"Type=notify\nFileDescriptorStoreMax=2\nRestart=on-failure\nRestartSec=10ms\n{more}")
    reaperd.start("a.service")
    reaperd.wait_state("a.service", "active")


def stored(reaperd):
    return reaperd.show("a.service", "NFileDescriptorStore")


def test_descriptors_outlive_a_restart(reaperd):
    service(reaperd, "keep")
    wait_for(lambda: stored(reaperd) == 1, "the pair went with its other end")
    assert "more descriptors than FileDescriptorStoreMax=2" in reaperd.text()
    reaperd.ctl("kill", "--kill-whom=main", "-s", "KILL", "a")
    wait_for(lambda: "remembered" in reaperd.lines("a"), "it was handed back")
    assert "1 memory" in reaperd.lines("a")
    reaperd.ctl("restart", "a")
    assert reaperd.lines("a").count("remembered") == 2, "over a restart by hand too"
    reaperd.ctl("stop", "a")
    assert stored(reaperd) == 0
    reaperd.ctl("start", "a")
    assert reaperd.lines("a")[-1] == "0 ", "and not over a stop"


def test_a_service_can_take_them_back(reaperd):
    service(reaperd, "forget")
    reaperd.ctl("restart", "a")
    wait_for(lambda: stored(reaperd) == 0, "it is gone")


def test_descriptors_are_kept_as_long_as_the_unit_says(reaperd):
    service(reaperd, "keep", "FileDescriptorStorePreserve=yes")
    wait_for(lambda: stored(reaperd) == 1, "the pair went with its other end")
    reaperd.ctl("stop", "a")
    assert stored(reaperd) == 1
    reaperd.ctl("start", "a")
    assert "remembered" in reaperd.lines("a"), "over a stop"


def test_descriptors_are_kept_for_nobody(reaperd):
    service(reaperd, "keep", "FileDescriptorStorePreserve=no")
    wait_for(lambda: stored(reaperd) == 1, "the pair went with its other end")
    reaperd.ctl("restart", "a")
    assert "remembered" not in reaperd.lines("a")
