"""Varlink for everyone: every answer is what the interface promises, and systemd's varlinkctl can ask for all of it."""

import json
import os
import pathlib
import select
import shutil
import subprocess

import pytest
from reaperd import call, clean_environment, run, wait_for
from varlink_types import Interface

ROOT = pathlib.Path(__file__).parents[2]
LINKED = "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=some.target\n"

# Each method with parameters that it takes, in an order in which they work one after the other.
CALLS = [
    ("ListUnits", {"patterns": ["*.service"], "all": True}),
    ("Show", {"units": ["a.service"], "properties": ["Id", "MainPID"]}),
    ("Show", {}),
    ("Cat", {"units": ["a.service"]}),
    ("ListJobs", {}),
    ("ListTimers", {"all": True}),
    ("ListSockets", {"all": True}),
    ("RunJob", {"job": "start", "units": ["b.service"]}),
    ("KillUnits", {"units": ["b.service"], "whom": "main", "signal": 0}),
    ("CancelJob", {}),
    ("CleanUnits", {"units": ["rests.service"], "what": ["state"]}),
    ("Configure", {"log_level": "debug", "log_target": "console", "service_watchdogs": True}),
    ("Tree", {}),
    ("Usage", {}),
    ("Orphans", {}),
    ("Zombies", {}),
    ("Reap", {}),
    ("Logs", {"units": ["a.service"], "lines": 1}),
    ("Stats", {}),
    ("Enable", {"units": ["b.service"]}),
    ("UnitFileStates", {"units": ["a.service", "b.service"]}),
    ("Disable", {"units": ["b.service"]}),
    ("Reenable", {"units": ["b.service"]}),
    ("Mask", {"units": ["c.service"]}),
    ("Unmask", {"units": ["c.service"]}),
    ("Preset", {"units": ["b.service"]}),
    ("Link", {"units": ["DIR/linked.service"]}),
    ("AddWants", {"target": "some.target", "units": ["a.service"]}),
    ("AddRequires", {"target": "some.target", "units": ["a.service"]}),
    ("Revert", {"units": ["a.service"]}),
    ("SetDefault", {"units": ["some.target"]}),
    ("GetDefault", {}),
    ("ListUnitFiles", {}),
    ("SetEnvironment", {"variables": ["A=1"]}),
    ("UnsetEnvironment", {"variables": ["A"]}),
    ("SetProperties", {"unit": "a.service", "properties": ["CPUWeight=50"], "runtime": True}),
    ("Reload", {}),
    ("ResetFailed", {"units": ["a.service"]}),
    ("Exit", {"action": "exit", "code": 0}),
]
STREAMS = {"Events"}  # with more alone, see below
ELSEWHERE = {"RotateLogs", "FreezeUnits", "ThawUnits"}  # where there are log files, and cgroups

ERRORS = [
    ("RunJob", {"job": "start", "units": ["nosuch.service"]}, "NoSuchUnit"),
    ("RunJob", {"job": "start", "units": ["bad.service"]}, "BadUnit"),
    ("RunJob", {"job": "reload", "units": ["a.service"]}, "NotApplicable"),
    ("RunJob", {"job": "start", "units": ["fails.service"]}, "JobFailed"),
    ("RunJob", {"job": "start", "units": ["shy.service"]}, "OnlyByDependency"),
    ("RunJob", {"job": "isolate", "units": ["a.service"]}, "NoIsolation"),
    ("RotateLogs", {}, "NotApplicable"),
    ("CancelJob", {"id": 999999}, "NoSuchJob"),
    ("FreezeUnits", {"units": ["some.target"]}, "NotApplicable"),
    ("CleanUnits", {"units": ["b.service"]}, "NotApplicable"),
    ("Show", {"units": ["no name"]}, "InvalidUnitName"),
]


@pytest.fixture
def up(reaperd):
    reaperd.unit("a.service", "[Service]\nExecStart=/bin/sh -c 'echo line; exec sleep 1000'\n")
    reaperd.unit("b.service", LINKED)
    reaperd.unit("bad.service", "[Service]\n")
    reaperd.unit("fails.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
    reaperd.unit("shy.service", "[Unit]\nRefuseManualStart=yes\n[Service]\nExecStart=/bin/sleep 1000\n")
    reaperd.unit("rests.service", "[Service]\nExecStart=/bin/true\nStateDirectory=reaperd-test-none\n")
    reaperd.unit("some.target", "[Unit]\nAllowIsolate=yes\n")
    reaperd.unit("t.timer", "[Timer]\nOnActiveSec=1000\nUnit=a.service\n")
    reaperd.unit("s.socket", "[Socket]\nListenStream=DIR/door\nService=a.service\n".replace("DIR", str(reaperd.folder)))
    (reaperd.folder / "linked.service").write_text(LINKED)
    reaperd.start("a.service", "t.timer")
    reaperd.wait_log("line")
    return reaperd


def description(up):
    with up.connect() as c:
        return call(c, "org.varlink.service.GetInterfaceDescription", {"interface": "io.reaperd"})["parameters"]["description"]


def filled(up, parameters):
    return json.loads(json.dumps(parameters).replace("DIR", str(up.folder)))


def test_each_method_answers_as_the_interface_says(up):
    interface = Interface(description(up))
    assert {name for name, _ in CALLS} | STREAMS | ELSEWHERE == set(interface.methods)
    with up.connect() as c:
        for name, parameters in CALLS:
            wanted, promised = interface.methods[name]
            assert interface.complaints(filled(up, parameters), wanted, name) == []
            answer = call(c, f"io.reaperd.{name}", filled(up, parameters))
            assert "error" not in answer, (name, answer)
            assert interface.complaints(answer.get("parameters", {}), promised, name) == []
    up.process.wait(60)


def test_each_error_is_as_the_interface_says(up):
    interface = Interface(description(up))
    with up.connect() as c:
        for method, parameters, error in ERRORS:
            answer = call(c, f"io.reaperd.{method}", parameters)
            assert answer["error"] == f"io.reaperd.{error}"
            assert interface.complaints(answer["parameters"], interface.errors[error], error) == []


def test_the_page_has_the_text_of_the_interface(up):
    assert f"```varlink\n{description(up)}```\n" in (ROOT / "docs" / "protocol.md").read_text(), "run scripts/protocol-page"


# A peer that is not ours.


def varlinkctl():
    """The program with what it needs in front of it, or None: of PATH, or of a root file system."""
    if shutil.which("varlinkctl"):
        return ["varlinkctl"]
    root = pathlib.Path(os.environ.get("REAPERD_VARLINKCTL_ROOT", "/nonexistent"))
    libraries = ":".join(str(path) for path in [*root.glob("usr/lib/*-linux-gnu"), *root.glob("usr/lib/*-linux-gnu/systemd")])
    loaders = [*root.glob("usr/lib64/ld-linux-*"), *root.glob("usr/lib/ld-linux-*")]  # lib64 and lib are links, once it is installed
    if not loaders or not (root / "usr/bin/varlinkctl").exists():
        return None
    return [loaders[0], "--library-path", libraries, root / "usr/bin/varlinkctl"]


needs_varlinkctl = pytest.mark.skipif(not varlinkctl(), reason="needs varlinkctl: in PATH, or in the root REAPERD_VARLINKCTL_ROOT (tests/packages/varlink makes one)")


def asked(up, verb, *words):
    return run(*varlinkctl(), verb, up.socket, *words)


@needs_varlinkctl
def test_varlinkctl_reads_the_interface(up):
    assert "Product: reaperd" in asked(up, "info").out
    methods = asked(up, "list-methods").out.split()
    assert methods == sorted(f"io.reaperd.{name}" for name in Interface(description(up)).methods) + [
        "org.varlink.service.GetInfo", "org.varlink.service.GetInterfaceDescription"]
    result = asked(up, "introspect", "io.reaperd")
    assert result.status == 0
    assert [line for line in result.out.splitlines() if line.startswith("#")] == [
        line for line in description(up).splitlines() if line.startswith("#")]
    assert asked(up, "introspect", "org.varlink.service").status == 0


@needs_varlinkctl
def test_varlinkctl_calls_each_method(up):
    for name, parameters in CALLS:
        result = asked(up, "call", "-j", f"io.reaperd.{name}", json.dumps(filled(up, parameters)))
        assert result.status == 0, (name, result)
    up.process.wait(60)


@needs_varlinkctl
def test_varlinkctl_shows_errors_by_name(up):
    for method, parameters, error in ERRORS:
        result = asked(up, "call", f"io.reaperd.{method}", json.dumps(parameters))
        assert result.status and f"io.reaperd.{error}" in result.err, result
        if "units" in parameters:
            assert [json.loads(result.out)["unit"]] == parameters["units"]


@needs_varlinkctl
@pytest.mark.parametrize("method, parameters", [("Events", {}), ("Logs", {"units": ["a.service"], "lines": 1, "follow": True})])
def test_varlinkctl_follows_streams(up, method, parameters):
    """On a terminal: elsewhere it keeps what it has until there is much of it."""
    ours, theirs = os.openpty()
    words = [*varlinkctl(), "call", "-j", "--more", "--timeout=infinity", up.socket, f"io.reaperd.{method}", json.dumps(parameters)]
    stream = subprocess.Popen([str(word) for word in words], stdout=theirs, stdin=subprocess.DEVNULL,
                              env=clean_environment(SYSTEMD_COLORS="0"))

    def told():
        up.ctl("restart", "a")
        return select.select([ours], [], [], 0.2)[0] and os.read(ours, 65536)

    try:
        first = wait_for(told, "something is told of").decode()
    finally:
        stream.kill()
        stream.wait(60)
        os.close(ours)
        os.close(theirs)
    # A record separator is in front of each (RFC 7464).
    assert set(json.loads(first.strip("\x1e").partition("\n")[0])) & {"kind", "lines"}
