"""What all tests with real processes have: a private reaperd that is ended with them."""

import os
import pathlib
import shutil
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))

from reaperd import REAPERD, Reaperd, run  # noqa: E402


def pytest_configure(config):
    # Who started us in the background ignores SIGINT and SIGQUIT, and a command hands that on.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    config.addinivalue_line("markers", "static: a claim about the static build alone")


def pytest_collection_modifyitems(config, items):
    """What is about the static build alone belongs to its run alone."""
    if "static build" in run(REAPERD, "--version").out:
        return
    dropped = [item for item in items if item.get_closest_marker("static")]
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)


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
