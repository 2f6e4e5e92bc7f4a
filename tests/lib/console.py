"""Machines whose PID 1 is systemd or reaperd, with the same units, in which the same commands are typed."""

import difflib
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

import machine
from commands import LINKS, MEANT, SHOWN_OTHERWISE, UNITS
from reaperd import REAPERCTL, REAPERD, wait_for

SYSTEMD = "/lib/systemd/systemd"
FOLDER = "/usr/local/lib/systemd/system"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # what systemd gives by itself

# What cannot be alike from one machine to the next.
MASKS = [
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+"), "MOMENT"),
    (re.compile(r"\b(\d+(y|month|w|day|d|h|min|ms|us|s)\b ?)+(?=ago|left)"), "SPAN "),
    (re.compile(r"^(NEXT|MOMENT) +LEFT +LAST", re.M), "NEXT LEFT LAST"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b(\w*PID)=[1-9]\d*"), r"\1=PID"),
    (re.compile(r"\b(\w*(?:TimestampMonotonic|InodeRef))=[1-9]\d*"), r"\1=NUMBER"),
    (re.compile(r"\b(Job)=[1-9]\d*"), r"\1=NUMBER"),
    (re.compile(r"^ *\d+(?= t-)", re.M), "NUMBER"),
    (re.compile(r" ; pid=[1-9]\d*"), " ; pid=PID"),
]


DEPENDENCIES = {"Requires", "Wants", "Before", "After", "TriggeredBy", "Names"}
OTHERWISE = re.compile("|".join(SHOWN_OTHERWISE.values()))


def why_not():
    return machine.why_not() or machine.why_no_oracle(SYSTEMD)


class Console:
    """`kind`: systemd or reaperd. As reaperd's machine our programs are there under systemctl's name."""

    def __init__(self, kind):
        self.kind = kind
        tree = pathlib.Path(tempfile.mkdtemp(prefix="tree-"))
        folder = tree / "etc/systemd/system"
        folder.mkdir(parents=True)
        (folder / "small.target").write_text("[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n")
        self.write_units(tree / FOLDER[1:])
        if kind == "reaperd":
            settings = tree / "etc/reaperd/reaperd.conf"
            settings.parent.mkdir()
            settings.write_text(f"[Manager]\nDefaultEnvironment=LANG=C.UTF-8 PATH={PATH}\n")
            for source, name in ((REAPERD, "sbin/reaperd"), (REAPERCTL, "bin/reaperctl"), (REAPERCTL, "bin/systemctl")):
                (tree / "usr/local" / name).parent.mkdir(exist_ok=True)
                shutil.copy(source, tree / "usr/local" / name)
        init = [SYSTEMD, "--unit=small.target"] if kind == "systemd" else ["/usr/local/sbin/reaperd", "--clean-environment", "small.target"]
        self.machine = machine.Machine("/", *init, docker=False, files=str(tree))
        shutil.rmtree(tree)
        wait_for(lambda: self.run("systemctl is-active small.target").out == "active\n", f"{kind} is up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.machine.end()

    def run(self, line):
        return self.machine.run("sh", "-c", line)

    @staticmethod
    def write_units(folder):
        for name, text in UNITS.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name, leads_to in LINKS.items():
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(leads_to)

    def begin(self):
        """As it was: nothing of ours runs, nothing is linked."""
        self.run("systemctl stop 't-*'; systemctl reset-failed; rm -rf /etc/systemd/system/t-* /run/systemd/system/t-*"
                 " /etc/systemd/system/*/t-* /etc/systemd/system/default.target")
        self.write_units(self.machine.path(FOLDER))
        self.run("systemctl daemon-reload; systemctl start t-anchor.target")

    def play(self, line):
        """One line of the list; None for what is only done."""
        if line.startswith("! "):
            self.run(line[2:])
            return None
        if line.startswith("$ "):
            return self.run(line[2:])
        words = shlex.split(line.removeprefix("~ ").removeprefix("? "))
        try:
            return self.machine.run("systemctl", *words)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{self.kind}: {line}: no answer; see {self.machine.log}") from error


def mask(text):
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines() if not line.endswith(".slice"))


def as_json(text):
    """What both programs have of it, or None."""
    try:
        return [{key: row[key] for key in ("unit", "active", "unit_file", "state") if key in row} for row in json.loads(text)]
    except (ValueError, TypeError, AttributeError):
        return None


def properties(text):
    values = {}
    for line in mask(text).splitlines():
        name, _, value = line.partition("=")
        if name in DEPENDENCIES:  # in the order of a hash table there
            value = " ".join(sorted(word for word in value.split() if not word.strip('"').endswith(".slice")))
        values.setdefault(name, []).append(value)
    return values


def differences(line, theirs, ours):
    """What is not alike, in lines for people."""
    lines = []
    if line in MEANT:
        return lines
    expected = 2 if line.startswith("? ") and theirs.status == 1 else theirs.status
    if ours.status != expected:
        lines.append(f"status {ours.status}, not {expected}")
    if bool(theirs.err) != bool(ours.err):
        lines.append(f"stderr \"{ours.err.strip()}\", not \"{theirs.err.strip()}\"")
    if line.startswith("~"):
        return lines
    if re.match(r"show [^-]\S*$", line):
        expected, got = properties(theirs.out), properties(ours.out)
        return lines + [f"{name}={got.get(name)}, not {value}" for name, value in expected.items()
                        if got.get(name) != value and not OTHERWISE.match(name)]
    if as_json(theirs.out) is not None and as_json(theirs.out) == as_json(ours.out):
        return lines
    expected, got = mask(theirs.out).splitlines(), mask(ours.out).splitlines()
    if line.startswith("list-jobs") or "*" in line:  # in the order of a hash table there
        expected, got = sorted(expected), sorted(got)
    if expected != got:
        lines += list(difflib.unified_diff(expected, got, "systemd", "reaperd", lineterm="", n=1))[2:]
    return lines
