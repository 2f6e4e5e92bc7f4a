"""supervisord's configuration files, converted and run."""

import pathlib

from reaperd import run, wait_for

CONVERT = pathlib.Path(__file__).parents[2] / "packaging" / "convert" / "supervisord2unit"

CONFIGURATION = """[supervisord]
nodaemon=true

[program:web]
command=/bin/sh -c "echo $GREETING 100%%; exec sleep 1000" ; a comment
environment=GREETING="hello, you",OTHER=plain
directory=/tmp
autorestart=true
stopsignal=INT
stopwaitsecs=3
priority=20
redirect_stderr=true

[program:worker]
command=/bin/sh -c "echo number %(process_num)d of %(program_name)s; exec sleep 1000"
numprocs=2
process_name=%(program_name)s_%(process_num)02d
priority=10

[program:idle]
command=/bin/sleep 1000
autostart=false
stdout_logfile=NONE
startsecs=5
startretries=2

[eventlistener:x]
command=/bin/true
"""


def test_programs_become_units_and_run(reaperd):
    configuration = reaperd.folder / "supervisord.conf"
    configuration.write_text(CONFIGURATION)
    result = run(CONVERT, f"--output={reaperd.units}", configuration)
    assert result.status == 0, result
    assert "web: redirect_stderr: left out" in result.err and "eventlistener:x: left out" in result.err

    checked = reaperd.run("--check")
    assert checked.status == 0 and not checked.out.strip(), checked
    reaperd.start()
    wait_for(lambda: reaperd.lines("web") and reaperd.lines("worker@1"), "they have spoken")
    assert reaperd.lines("web") == ["hello, you 100%"]
    assert reaperd.lines("worker@0") == ["number 0 of worker"] and reaperd.lines("worker@1") == ["number 1 of worker"]
    assert reaperd.show("web.service", "Restart") == "always" and reaperd.show("web.service", "WorkingDirectory") == "/tmp"
    assert reaperd.show("web.service", "TimeoutStopUSec") == 3000000
    assert "worker@0.service" in reaperd.show("web.service", "After")
    assert reaperd.state("idle.service") == "inactive" and reaperd.show("idle.service", "StartLimitBurst") == 3
    assert reaperd.stop() == 0
