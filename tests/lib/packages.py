"""Debian packages in machines of namespaces: roots made by mmdebstrap, our own packages, and checks that are told one by one."""

import pathlib
import shutil
import subprocess

from machine import why_not

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
DEB = BUILD / "deb"


def ours(*names):
    """The files of our packages (`make deb`)."""
    return [file for name in names for file in sorted(DEB.glob(f"{name}_*.deb"))]


def make_root(root, packages, hooks=()):
    """A root with these packages, and apt's lists; what mmdebstrap says goes into a file beside it."""
    command = ["mmdebstrap", "--variant=apt", '--aptopt=APT::Install-Recommends "false"', f"--include={','.join(packages)}"]
    command += ["--skip=cleanup/apt", *hooks, "bookworm", str(root)]
    shutil.rmtree(root, ignore_errors=True)
    print(f"making a root with {len(packages)} packages in {root} ...", flush=True)
    with open(f"{root}.log", "wb") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)


def is_current(root, files=()):
    """Whether the root was made, and after these files."""
    log = pathlib.Path(f"{root}.log")
    return pathlib.Path(root, "etc/os-release").exists() and (
        not log.exists() or all(log.stat().st_mtime > file.stat().st_mtime for file in files))


class Checks:
    """Each is told as it is made; the last line counts them."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def __call__(self, what, holds, shown=""):
        self.passed += bool(holds)
        self.failed += not holds
        print(f"{'ok    ' if holds else 'FAILED'} {what}" + ("" if holds else f"\n{shown}"), flush=True)

    def end(self):
        """The status to exit with."""
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def skip(name, *more):
    """Says why this place cannot try it, where that is so; `more`: reasons of the caller's own, or None."""
    reason = next((why for why in (why_not(), None if shutil.which("mmdebstrap") else "needs mmdebstrap", *more) if why), None)
    if reason:
        print(f"{name}: skipped: {reason}\n0 passed, 0 failed, 1 skipped")
    return reason is not None
