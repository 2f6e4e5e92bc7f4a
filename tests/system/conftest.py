"""What all tests with real processes have: a private reaperd that is ended with them."""

import ctypes
import os
import pathlib
import resource
import shutil
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))

from reaperd import REAPERD, SANITIZED, Reaperd, children, descendants, is_alive, run, wait_for  # noqa: E402
from wishes import PRELOAD, Wishes  # noqa: E402

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def pytest_configure(config):
    # Who started us in the background ignores SIGINT and SIGQUIT, and a command hands that on.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # A thousand clients want more than the 1,024 descriptors that a login has.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 20000)), hard))
    config.addinivalue_line("markers", "static: a claim about the static build alone")
    config.addinivalue_line("markers", "unsanitized(why): cannot hold on a build with sanitizers")


def pytest_collection_modifyitems(config, items):
    """What is about the static build alone belongs to its run alone; what sanitizers are in the way of is skipped."""
    for item in items:
        marker = item.get_closest_marker("unsanitized")
        if marker and SANITIZED:
            item.add_marker(pytest.mark.skip(reason=marker.args[0]))
    if "static build" in run(REAPERD, "--version").out:
        return
    dropped = [item for item in items if item.get_closest_marker("static")]
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)


def describe(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        words = "?"
    return f"{pid} ({words.strip()})"


@pytest.fixture(scope="session")
def adopts():
    """Whoever loses its parent in a test becomes ours, so that none can get away."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


@pytest.fixture(autouse=True)
def nothing_is_left(adopts):
    """A test that leaves a process running has failed; the process is ended."""
    before = set(children(os.getpid()))
    yield

    def left():
        new = set(children(os.getpid())) - before
        return [pid for pid in new if is_alive(pid)], new

    try:
        wait_for(lambda: not left()[0], "", patience=10)
    except AssertionError:
        names = [describe(pid) for pid in left()[0]]
        for pid in {p for child in left()[0] for p in {child} | descendants(child)}:
            os.kill(pid, signal.SIGKILL)
        raise AssertionError(f"left running: {', '.join(names)}") from None
    finally:
        for pid in left()[1]:
            os.waitpid(pid, 0)


@pytest.fixture
def folder():
    """A folder with a short path, for sockets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="reaperd-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def reaperd(folder):
    """One that the test starts; what it leaves behind is a failure."""
    r = Reaperd(folder)
    yield r
    if r.process and r.process.poll() is None:
        try:
            r.stop()
        finally:
            r.kill()


def can(*command):
    """Whether a command works here."""
    return shutil.which(command[0]) is not None and run(*command).status == 0


@pytest.fixture
def wishes(folder):
    """To be carried out by a reaperd that is started with their environment."""
    if not PRELOAD.exists():
        pytest.skip("needs a build that a library can be loaded in front of")
    return Wishes(folder / "wishes")


@pytest.fixture(scope="session")
def pid1():
    """The command in front that makes the next one PID 1 of a namespace."""
    if os.geteuid() == 0 and can("unshare", "--pid", "--fork", "--mount-proc", "true"):
        return ["unshare", "--pid", "--fork", "--mount-proc"]
    if can("unshare", "-Ur", "--pid", "--fork", "--mount-proc", "true"):
        return ["unshare", "-Ur", "--pid", "--fork", "--mount-proc"]
    pytest.skip("needs PID namespaces: root, or user namespaces")
    return []


@pytest.fixture(scope="session")
def root():
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture(scope="session")
def ordinary():
    """The command in front that makes the next one run as nobody, with no capabilities."""
    if os.geteuid() != 0:
        return []
    if can("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"):
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
    pytest.skip("needs setpriv")
    return []
