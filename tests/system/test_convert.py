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
stdout_events_enabled=true

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
    assert "web: stdout_events_enabled: left out" in result.err and "web: redirect_stderr" not in result.err
    assert "supervisord: nodaemon: left out" in result.err and "eventlistener:x: left out" in result.err

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


# What images and manuals have, put together: quotes, numbers with digits, groups, included files, inherited environments.
MAIN = """[supervisord]
user=root
environment=STAGE="live"
[include]
files = conf.d/*.conf
"""
FOUND = {
    "web": """[program:nginx]
command=/bin/sh -c 'echo daemon off\\; \\n; exec sleep 1000'
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
stderr_logfile=/dev/stderr
stderr_logfile_maxbytes=0
autorestart=false
startretries=0
""",
    "queue": """[program:queue-worker]
process_name=%(program_name)s_%(process_num)02d
command=/bin/sh -c "echo port 80%(process_num)02d in %(ENV_SITE)s of $$; echo broken >&2; exec sleep 1000"
numprocs=2
numprocs_start=8
stopasgroup=true
killasgroup=true
stopwaitsecs=3600
stdout_logfile=FOLDER/queue.log
environment=PATH="/opt/venv/bin:/usr/bin:/bin",
    KEY="a%%b=c;d"
[group:site]
programs=nginx,queue-worker
priority=20
""",
    "old": """[program:old]
command=/bin/sleep 1000
environment=PATH="/opt/bin:%(ENV_PATH)s"
serverurl=AUTO
[fcgi-program:x]
command=/bin/true
""",
}


def test_configurations_as_they_are_found(reaperd):
    folder = reaperd.folder / "conf.d"
    folder.mkdir()
    (reaperd.folder / "supervisord.conf").write_text(MAIN)
    for name, text in FOUND.items():
        (folder / f"{name}.conf").write_text(text.replace("FOLDER", str(folder)))
    result = run(CONVERT, f"--output={reaperd.units}", reaperd.folder / "supervisord.conf")
    assert result.status == 0, result
    for words in ("old: environment: left out: %(ENV_PATH)s", "old: serverurl: left out", "fcgi-program:x: left out", "supervisord: user: left out"):
        assert words in result.err, result
    checked = reaperd.run("--check")
    assert checked.status == 0 and not checked.out.strip(), checked

    reaperd.start(env={"SITE": "here"})
    log = folder / "queue.log"
    wait_for(lambda: reaperd.lines("nginx") and log.exists() and len(log.read_text().splitlines()) == 2, "they have spoken")
    assert reaperd.lines("nginx") == ["daemon off; n"], "backslashes are the shell's"
    assert sorted(line.split(" of ")[0] for line in log.read_text().splitlines()) == ["port 8008 in here", "port 8009 in here"]
    wait_for(lambda: reaperd.lines("queue-worker@08") == ["broken"], "its errors are not in the file")
    pid = reaperd.show("queue-worker@09", "MainPID")
    environment = pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0")
    assert {"KEY=a%b=c;d", "STAGE=live", "PATH=/opt/venv/bin:/usr/bin:/bin"} <= set(environment)
    assert reaperd.show("nginx", "Restart") == "no" and reaperd.show("queue-worker@08", "KillMode") == "control-group"
    assert reaperd.ctl("stop", "site.target").status == 0, "a group is stopped at once"
    reaperd.wait_state("nginx", "inactive")
    reaperd.wait_state("queue-worker@08", "inactive")
    assert reaperd.state("old") == "active"
