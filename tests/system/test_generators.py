"""Generators of unit files, as PID 1 with the default unit path."""

import shutil

import pytest

from machine import Machine, why_not
from reaperd import REAPERCTL, REAPERD, wait_for

GENERATOR = """#!/bin/sh
test "$SYSTEMD_SCOPE" = system || exit 1
for name in $(cat /etc/wanted); do
  printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\nExecStart=/bin/sleep 1000\\nEnvironment=MADE=late\\n' >$3/$name.service
  mkdir -p $1/boxed.target.wants
  ln -s $3/$name.service $1/boxed.target.wants/
done
printf '[Unit]\\nDescription=early\\n' >$2/early.target
"""


@pytest.fixture
def tree(folder):
    """What is put into a copy of this machine's own files."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    files = {
        "etc/wanted": "one two",
        "etc/systemd/system/boxed.target": "[Unit]\nDescription=all there is\nDefaultDependencies=no\n",
        "etc/systemd/system/early.target": "[Unit]\nDescription=of the administrator\n",
        "etc/systemd/system-generators/ours": GENERATOR,
        "etc/systemd/system-generators/masked": "",
        "usr/lib/systemd/system-generators/masked": "#!/bin/sh\ntouch $1/masked-ran\n",
        "usr/lib/systemd/system-generators/systemd-of-a-host": "#!/bin/sh\ntouch $1/host-ran\n",
    }
    for path, text in files.items():
        file = folder / "root" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
    programs = folder / "root/usr/local/bin"
    programs.mkdir(parents=True)
    for program in (REAPERD, REAPERCTL):
        shutil.copy(program, programs)
    return folder / "root"


def test_generated_units_are_started_and_follow_a_reload(tree):
    with Machine("/", "/usr/local/bin/reaperd", "boxed.target", files=tree) as machine:

        def active(unit):
            return machine.run("reaperctl", "is-active", unit).out.strip() == "active"

        wait_for(lambda: active("one.service") and active("two.service"), "generated services run")
        assert machine.run("reaperctl", "show", "-p", "Description", "--value", "early.target").out == "early\n"
        generated = machine.path("/run/systemd/generator")
        assert not (generated / "masked-ran").exists() and not (generated / "host-ran").exists()

        machine.path("/etc/wanted").write_text("two three")
        result = machine.run("reaperctl", "daemon-reload")
        assert result.status == 0, result
        assert active("two.service") and active("one.service"), "what runs goes on"
        assert machine.run("reaperctl", "start", "three.service").status == 0


def test_a_generator_that_hangs_delays_a_reload_alone(tree):
    with Machine("/", "/usr/local/bin/reaperd", "boxed.target", files=tree) as machine:
        wait_for(lambda: machine.run("reaperctl", "is-system-running").out == "running\n", "it is up")
        machine.path("/etc/systemd/system-generators/slow").write_text("#!/bin/sh\nsleep 1000\n")
        machine.path("/etc/systemd/system-generators/slow").chmod(0o755)
        machine.signal(1)
        wait_for(lambda: "sleep" in machine.run("reaperctl", "tree").out, "the generator runs")
        assert machine.run("reaperctl", "is-active", "one.service").out == "active\n"
        machine.signal(15)
        assert machine.wait() == 0
