"""Written scenarios: (name, units, events[, ordered]). See tests/lib/scenario.py for what they may say."""


def unit(section, text, more=""):
    """`;` parts lines."""
    def lines(words):
        return "\n".join(part.strip() for part in words.split(";"))
    return f"[Unit]\nDefaultDependencies=no\nStartLimitBurst=4\nStartLimitIntervalSec=100\n{lines(more)}\n[{section}]\n{lines(text)}\n"


def service(text="ExecStart=main a", more="", letter="a"):
    if "ExecStart=" not in text:
        text = f"ExecStart=main {letter}; {text}"
    return unit("Service", text, more)


def pair(of_a, text_a="", text_b=""):
    """a, and b that it has to do with."""
    return {"a.service": service(text_a, of_a, "a"), "b.service": service(text_b, "", "b")}


FAST = "RestartSec=20ms"
SCENARIOS = []


def add(name, units, *events, ordered=False):
    SCENARIOS.append((name, units, events, ordered))


# Ends of a main process, by type.
for kind in ("simple", "exec", "oneshot", "notify"):
    ready = ["tell a systemd-notify READY=1"] if kind == "notify" else []
    begin = ["start --no-block a.service"] if kind in ("notify", "oneshot") else ["start a.service"]
    text = f"Type={kind}; NotifyAccess=all; TimeoutStartSec=5"
    one = {"a.service": service(text)}
    add(f"{kind}: exits 0", one, *begin, *ready, "tell a exit 0", "start --no-block a.service", "stop a.service")
    add(f"{kind}: exits 3", one, *begin, *ready, "tell a exit 3", "reset-failed a.service")
    add(f"{kind}: is killed", one, *begin, *ready, "kill a KILL", "start --no-block a.service")
    add(f"{kind}: ends by TERM from outside", one, *begin, *ready, "kill a TERM")
    add(f"{kind}: dumps core", one, *begin, *ready, "kill a ABRT")
    add(f"{kind}: is stopped", one, *begin, *ready, "stop a.service", "stop a.service")
    add(f"{kind}: restarted by hand", one, *begin, *ready, "restart --no-block a.service", *ready, "stop a.service")
    add(f"{kind}: stays after its exit", {"a.service": service(text + "; RemainAfterExit=yes")},
        *begin, *ready, "tell a exit 0", "start a.service", "stop a.service")
    add(f"{kind}: SuccessExitStatus", {"a.service": service(text + "; SuccessExitStatus=7 SIGUSR1")},
        *begin, *ready, "tell a exit 7", *begin, *ready, "kill a USR1", *begin, *ready, "tell a exit 8")

# Restart=, against each end.
for policy in ("no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"):
    one = {"a.service": service(f"Restart={policy}; {FAST}")}
    for end in ("tell a exit 0", "tell a exit 3", "kill a KILL", "kill a TERM", "kill a ABRT"):
        add(f"Restart={policy}, {end}", one, "start a.service", end, end, "stop a.service")
for text in ("RestartPreventExitStatus=3", "RestartForceExitStatus=3", "RestartPreventExitStatus=SIGKILL", "SuccessExitStatus=3"):
    one = {"a.service": service(f"Restart=on-failure; {FAST}; {text}")}
    add(f"{text} against exit 3", one, "start a.service", "tell a exit 3")
    add(f"{text} against KILL", one, "start a.service", "kill a KILL")
    add(f"{text} against exit 0", one, "start a.service", "tell a exit 0")
add("the start limit", {"a.service": service(f"ExecStart=/bin/false; Restart=always; {FAST}")},
    "start a.service", "start a.service", "reset-failed a.service", "stop a.service")
add("no restart after a stop", {"a.service": service(f"Restart=always; {FAST}")}, "start a.service", "stop a.service")
add("a stop during RestartSec", {"a.service": service("Restart=always; RestartSec=30")},
    "start a.service", "kill a KILL", "stop a.service")
add("a start during RestartSec", {"a.service": service("Restart=always; RestartSec=30")},
    "start a.service", "kill a KILL", "start a.service", "stop a.service")

# Commands around the main process.
SAY = "/bin/sh -c 'echo %s >>DIR.log'"
for key in ("ExecCondition", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost", "ExecReload"):
    for name, command in (("works", "/bin/true"), ("fails", "/bin/sh -c 'sleep 0.1 && false'"), ("is not there", "/no/such"), ("may fail", "-/bin/false"), ("exits 255", "/bin/sh -c 'exit 255'")):
        first = "ExecStartPost=/bin/sleep 0.1; " if key == "ExecStartPost" else ""
        one = {"a.service": service(f"{first}{key}={command}")}
        add(f"{key} {name}", one, "start a.service", "reload a.service", "tell a exit 0", "start a.service", "stop a.service")
add("the order of commands", {"a.service": service("ExecStart=main a trap; " + "; ".join(
    f"{key}={SAY % key}" for key in ("ExecStartPre", "ExecStop", "ExecStopPost", "ExecReload")))},
    "start a.service", "reload a.service", "restart a.service", "stop a.service", ordered=True)
add("several commands of a oneshot", {"a.service": service(
    f"Type=oneshot; ExecStart={SAY % 'one'}; ExecStart={SAY % 'two'}; ExecStart=/bin/false; ExecStart={SAY % 'three'}")},
    "start a.service", ordered=True)
add("a failure that is passed over", {"a.service": service(
    f"Type=oneshot; ExecStart=-/bin/false; ExecStart={SAY % 'two'}; ExecStop={SAY % 'stop'}")}, "start a.service", ordered=True)
add("a oneshot without ExecStart", {"a.service": unit("Service", f"Type=oneshot; RemainAfterExit=yes; ExecStop={SAY % 'stop'}")},
    "start a.service", "stop a.service")
add("ExecStopPost after a failed start", {"a.service": service(f"ExecStartPre=/bin/false; ExecStopPost={SAY % 'post'}")}, "start a.service")

# Time limits.
add("TimeoutStartSec of a notify", {"a.service": service("Type=notify; TimeoutStartSec=300ms")}, "start a.service")
add("TimeoutStartSec of a oneshot", {"a.service": service("Type=oneshot; TimeoutStartSec=300ms")}, "start a.service")
add("TimeoutStartSec of ExecStartPre", {"a.service": service("ExecStartPre=/bin/sleep 100; TimeoutStartSec=300ms")}, "start a.service")
add("TimeoutStartSec of ExecStartPost", {"a.service": service("ExecStartPost=/bin/sleep 100; TimeoutStartSec=300ms")}, "start a.service")
for failure_mode in ("terminate", "abort", "kill"):
    add(f"TimeoutStartFailureMode={failure_mode}", {"a.service": service(
        f"Type=notify; TimeoutStartSec=300ms; TimeoutStartFailureMode={failure_mode}")}, "start a.service")
    add(f"TimeoutStopFailureMode={failure_mode}", {"a.service": service(
        f"ExecStart=main a deaf; TimeoutStopSec=300ms; TimeoutStopFailureMode={failure_mode}")}, "start a.service", "stop a.service")
add("TimeoutStopSec of ExecStop", {"a.service": service("ExecStop=/bin/sleep 100; TimeoutStopSec=300ms")}, "start a.service", "stop a.service")
add("TimeoutStopSec of ExecStopPost", {"a.service": service("ExecStopPost=/bin/sleep 100; TimeoutStopSec=300ms")}, "start a.service", "stop a.service")
add("RuntimeMaxSec", {"a.service": service("RuntimeMaxSec=1500ms")}, "start a.service", "wait 1.6")
add("RuntimeMaxSec with Restart", {"a.service": service(f"RuntimeMaxSec=1500ms; Restart=on-failure; {FAST}")},
    "start a.service", "wait 1.6")
add("ExecReload that hangs", {"a.service": service("ExecReload=/bin/sleep 100; TimeoutStartSec=300ms")}, "start a.service", "reload a.service")
add("the watchdog", {"a.service": service("Type=notify; WatchdogSec=1500ms; NotifyAccess=all; TimeoutStartSec=5")},
    "start --no-block a.service", "tell a systemd-notify READY=1", "wait 1.6")
add("the watchdog with Restart=on-watchdog", {"a.service": service(f"WatchdogSec=300ms; Restart=on-watchdog; {FAST}; NotifyAccess=all")},
    "start a.service", "wait 2")

# Signals of a stop.
for text in ("KillMode=process", "KillMode=mixed", "KillMode=none", "KillSignal=SIGINT", "KillSignal=SIGKILL", "SendSIGKILL=no; TimeoutStopSec=300ms",
             "SendSIGHUP=yes", "FinalKillSignal=SIGQUIT", "RestartKillSignal=SIGINT"):
    add(f"{text}: stop", {"a.service": service(text)}, "start a.service", "stop a.service")
    add(f"{text}: restart", {"a.service": service(text)}, "start a.service", "restart a.service", "stop a.service")
    add(f"{text}: deaf", {"a.service": service(f"ExecStart=main a deaf; TimeoutStopSec=300ms; {text}")}, "start a.service", "stop a.service")

# What services say of themselves.
NOTIFY = {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=5")}
add("READY, then STOPPING", NOTIFY, "start --no-block a.service", "tell a systemd-notify READY=1", "tell a systemd-notify STOPPING=1", "tell a exit 0")
add("an end before READY", NOTIFY, "start --no-block a.service", "tell a exit 0")
add("RELOADING and READY", NOTIFY, "start --no-block a.service", "tell a systemd-notify READY=1", "tell a systemd-notify RELOADING=1", "tell a systemd-notify READY=1")
add("nobody may notify", {"a.service": service("Type=notify; NotifyAccess=none; TimeoutStartSec=500ms")}, "start --no-block a.service", "tell a systemd-notify READY=1", "wait 0.6")
add("only the main process may", {"a.service": service("Type=notify; NotifyAccess=main; TimeoutStartSec=500ms")}, "start --no-block a.service", "tell a systemd-notify READY=1; true", "wait 0.6")
add("a main process that hands over", {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=5")},
    "start --no-block a.service", "tell a sleep 1000 & systemd-notify READY=1 MAINPID=$!; exit 0", "kill a KILL")

# Forking.
FORK = "Type=forking; ExecStart=/bin/sh -c '%s'; TimeoutStartSec=1"
add("forking: the child is the main process", {"a.service": service(FORK % "sleep 1000 &")}, "start a.service", "kill a KILL")
add("forking: the parent fails", {"a.service": service(FORK % "sleep 1000 & exit 3")}, "start a.service")
add("forking: nobody is left", {"a.service": service(FORK % "true")}, "start a.service")
add("forking: with a PID file", {"a.service": service(FORK % "sleep 1000 & echo $! >DIR.pid" + "; PIDFile=DIR.pid")}, "start a.service", "stop a.service")
for end in ("exit 0", "exit 3"):
    add(f"forking: hands over to another process, {end}", {"a.service": service(FORK % "main a & echo $! >DIR.pid" + "; PIDFile=DIR.pid; Environment=FILE=DIR.pid")},
        "start a.service", f"tell a sleep 1000 & echo $! >$FILE; {end}", "kill a KILL", "start a.service")
add("forking: the PID file never comes", {"a.service": service(FORK % "sleep 1000 &" + "; PIDFile=DIR.pid")}, "start a.service")
add("forking: a foreign PID in the file", {"a.service": service(FORK % "sleep 1000 & echo 1 >DIR.pid" + "; PIDFile=DIR.pid")}, "start a.service")
add("forking: GuessMainPID=no", {"a.service": service(FORK % "sleep 1000 &" + "; GuessMainPID=no")}, "start a.service", "stop a.service")
add("forking: hangs", {"a.service": service(FORK % "exec sleep 1000" + "; TimeoutStartSec=300ms")}, "start a.service")

# Conditions and assertions.
for text in ("ConditionPathExists=/etc", "ConditionPathExists=/no/such", "ConditionPathExists=!/etc", "ConditionPathExists=|/no; ConditionPathExists=|/etc",
             "AssertPathExists=/etc", "AssertPathExists=/no/such", "ConditionUser=root", "ConditionUser=nobody", "ConditionPathIsDirectory=/etc/passwd"):
    add(f"{text}", {"a.service": service("", text)}, "start a.service", "stop a.service")
    add(f"{text}, required", {"b.service": service("", text, "b"), "a.service": service("", "Requires=b.service; After=b.service")}, "start a.service")

# Requirements.
BAD = "ExecStart=/bin/false; Type=oneshot"
for key in ("Requires", "Wants", "BindsTo", "Requisite"):
    for order in ("", "; After=b.service"):
        if key == "Requisite" and not order:
            continue  # which of the two is looked at first is not defined
        what = f"{key}{' and After' if order else ''}"
        add(f"{what}: starts it", pair(f"{key}=b.service{order}"), "start a.service", "stop b.service", "stop a.service")
        ordered = None if what == "BindsTo" else False  # it may be stopped before it says that it began
        add(f"{what}: it fails to start", pair(f"{key}=b.service{order}", "", BAD), "start a.service", ordered=ordered)
        add(f"{what}: it is not there", {"a.service": service("", f"{key}=b.service{order}")}, "start a.service")
        add(f"{what}: it ends", pair(f"{key}=b.service{order}"), "start b.service", "start a.service", "tell b exit 0")
        add(f"{what}: it dies", pair(f"{key}=b.service{order}"), "start b.service", "start a.service", "kill b KILL")
        add(f"{what}: it is restarted", pair(f"{key}=b.service{order}"), "start b.service", "start a.service", "restart b.service")
        add(f"{what}: it is up already", pair(f"{key}=b.service{order}"), "start b.service", "start a.service", "stop a.service", "stop b.service")
for key in ("PartOf", "Conflicts", "Upholds", "PropagatesStopTo", "StopPropagatedFrom", "PropagatesReloadTo", "OnFailure", "OnSuccess"):
    add(f"{key}: start", pair(f"{key}=b.service"), "start a.service", "start b.service")
    add(f"{key}: stop the other", pair(f"{key}=b.service"), "start a.service", "start b.service", "stop b.service", "stop a.service")
    add(f"{key}: stop it", pair(f"{key}=b.service"), "start b.service", "start a.service", "stop a.service")
    add(f"{key}: it ends well", pair(f"{key}=b.service"), "start a.service", "tell a exit 0")
    add(f"{key}: it fails", pair(f"{key}=b.service"), "start a.service", "tell a exit 3")
    add(f"{key}: restart", pair(f"{key}=b.service"), "start a.service", "start b.service", "restart b.service", "restart a.service")
add("StopWhenUnneeded", {"a.service": service("", "Wants=b.service"), "b.service": service("", "StopWhenUnneeded=yes", "b")}, "start a.service", "stop a.service")
add("RefuseManualStart", {"a.service": service("", "RefuseManualStart=yes")}, "start a.service")
add("RefuseManualStop", {"a.service": service("", "RefuseManualStop=yes")}, "start a.service", "stop a.service")
add("a target and its members", {"t.target": unit("Install", "", "Requires=a.service; Wants=b.service"), **pair("PartOf=t.target")},
    "start t.target", "restart t.target", "stop t.target", "stop b.service")
add("a target with a bad member", {"t.target": unit("Install", "", "Requires=a.service; After=a.service"), "a.service": service(BAD)}, "start t.target")
add("a chain in order", {
    "a.service": service("ExecStart=main a trap", "Requires=b.service; After=b.service"),
    "b.service": service("ExecStart=main b trap", "Requires=c.service; After=c.service"),
    "c.service": service("ExecStart=main c trap")}, "start a.service", "stop c.service", "start a.service", "restart b.service", ordered=False)
add("a cycle", {"a.service": service("", "Wants=b.service; After=b.service"), "b.service": service("", "Wants=a.service; After=a.service", "b")}, "start a.service")
add("job modes: fail", pair("Conflicts=b.service"), "start b.service", "start --job-mode=fail a.service", "start --job-mode=replace a.service")
add("job modes: ignore-dependencies", pair("Requires=b.service"), "start --job-mode=ignore-dependencies a.service")
add("job modes: ignore-requirements", pair("Requires=b.service", "", BAD), "start --job-mode=ignore-requirements a.service")
add("a masked unit", {"a.service": ""}, "start a.service")
add("a bad setting", {"a.service": unit("Service", "Type=simple")}, "start a.service")
for verb in ("try-restart", "reload-or-restart", "try-reload-or-restart", "reload", "restart", "stop", "reset-failed", "is-active", "is-failed", "status -n0"):
    add(f"{verb} of what is down", {"a.service": service()}, f"{verb} a.service")
    add(f"{verb} of what is up", {"a.service": service()}, "start a.service", f"{verb} a.service")
    add(f"{verb} of what has failed", {"a.service": service()}, "start a.service", "kill a KILL", f"{verb} a.service")
    add(f"{verb} of what is not there", {"a.service": service()}, f"{verb} x.service")
for verb in ("reload", "reload-or-restart", "try-reload-or-restart", "try-restart", "restart", "start"):
    add(f"{verb} of what is on its way up", {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=60; ExecReload=/bin/true")},
        "start --no-block a.service", f"{verb} --no-block a.service", "tell a systemd-notify READY=1")
    add(f"{verb} of what waits for its restart", {"a.service": service("Restart=always; RestartSec=30; ExecReload=/bin/true")}, "start a.service", "kill a KILL", f"{verb} --no-block a.service", "stop a.service")
    add(f"{verb} of what is on its way down", {"a.service": service("ExecStop=/bin/sleep 1; ExecReload=/bin/true")}, "start a.service", "stop --no-block a.service", f"{verb} --no-block a.service")

# What made ones found.
add("Upholds against Conflicts", {"b.service": service("", "Upholds=c.service; After=c.service", "b"), "c.service": service("", "Conflicts=b.service", "c")},
    "start b.service", "kill c TERM", ordered=None)
add("PropagatesStopTo of what was skipped", {"a.service": service(), "b.service": service("ExecCondition=/bin/false", "PropagatesStopTo=a.service", "b")},
    "start a.service", "start b.service")
add("PropagatesStopTo of what dies", pair("PropagatesStopTo=b.service"), "start b.service", "start a.service", "kill a TERM")
add("BindsTo of what never came up", {"a.service": service("", "BindsTo=b.service"), "b.service": service("ExecStartPre=/bin/false", "", "b")}, "start a.service")

add("OnFailure of a job that a dependency failed", {"a.service": service(), "b.service": service("", "OnFailure=a.service; Requisite=c.service; After=c.service", "b"), "c.service": service("", "", "c")},
    "start b.service")
add("reset-failed of what was skipped", {"a.service": service("ExecCondition=/bin/false")}, "start a.service", "reset-failed a.service")
add("the start limit of what a condition skips", {"a.service": service("", "ConditionPathExists=/no/such")}, *["start a.service"] * 6)
add("Upholds of each other", {"a.service": service("", "Upholds=b.service; After=b.service"), "b.service": service("Type=oneshot; ExecStart=/bin/false; Restart=on-failure; RestartSec=200ms", "Upholds=a.service")},
    "restart b.service", ordered=None)
add("the start limit of what is skipped", {"a.service": service("ExecCondition=/bin/false")}, *["start a.service"] * 6)
add("the start limit does not count what a binding refuses", pair("BindsTo=b.service; After=b.service"), *["start --job-mode=ignore-dependencies a.service"] * 6, "start a.service")
add("the start limit of what is upheld and refused", {"t.target": unit("Install", "", "Upholds=a.service"), "a.service": service("", "BindsTo=b.service; After=b.service"), "b.service": service("ExecCondition=/bin/false")},
    "start t.target", ordered=None)
for text in ("ExecStopPost=/bin/true", "ExecStopPost=-/no/such", "ExecStopPost=/bin/false; ExecStopPost=/bin/true", "ExecStopPost=/bin/true; ExecStopPost=/bin/sleep 1"):
    add(f"a main that is not killed, {text}", {"a.service": service(f"KillMode=none; {text}; TimeoutStopSec=20")}, "start a.service", "stop --no-block a.service", "tell a exit 3", "start a.service")
add("a main that is not killed in its time", {"a.service": service("KillMode=none; ExecStopPost=/bin/true; TimeoutStopSec=400ms")}, "start a.service", "stop a.service", "start a.service")
add("PropagatesStopTo that comes back to what waits for its restart", {
    "b.service": service("Type=oneshot; ExecStart=main b", "PropagatesStopTo=c.service; After=c.service", "b"),
    "c.service": service("Type=forking; ExecStart=/bin/sh -c 'exit 3'; Restart=on-failure; RestartSec=200ms", "PropagatesStopTo=b.service", "c")},
    "start --no-block b.service", "start --no-block c.service", ordered=None)

add("SuccessExitStatus of a command beside the main one", {"a.service": service("SuccessExitStatus=3; ExecStartPre=/bin/sh -c 'exit 3'; ExecStop=/bin/sh -c 'exit 3'")},
    "start a.service", "stop a.service")
add("SuccessExitStatus of a forking parent", {"a.service": service("Type=forking; ExecStart=/bin/sh -c 'exit 3'; SuccessExitStatus=3; ExecStop=/bin/true")}, "start a.service")
add("TERM ends a command beside the main one", {"a.service": service("ExecStartPre=/bin/sh -c 'kill $$$$'")}, "start a.service")
add("a program that is missing and may be", {"a.service": service("Type=oneshot; ExecStart=-/no/such; ExecStartPre=-/no/such; RemainAfterExit=yes")}, "start a.service")
add("OnSuccess at an automatic restart", pair("OnSuccess=b.service", f"Restart=always; {FAST}"), "start a.service", "tell a exit 0", "kill a KILL")
add("OnSuccess of what is up", pair("OnSuccess=b.service"), "start b.service", "start a.service", "stop a.service")
add("StopWhenUnneeded of what nobody needs", {"a.service": service("", "StopWhenUnneeded=yes")}, "start a.service", ordered=None)
add("StopWhenUnneeded of what OnSuccess starts", {"a.service": service("ExecStart=/bin/true", "OnSuccess=b.service"), "b.service": service("", "StopWhenUnneeded=yes", "b")}, "start a.service", ordered=None)
add("StopWhenUnneeded of what a skipped unit wants", {"a.service": service("", "ConditionPathExists=/no/such; Wants=c.service; After=c.service"), "c.service": service("", "StopWhenUnneeded=yes", "c")}, "start a.service", ordered=None)
add("StopWhenUnneeded of what is upheld by one that fails", {"b.service": service("ExecCondition=/bin/sh -c 'exit 255'", "Upholds=c.service", "b"), "c.service": service("", "StopWhenUnneeded=yes", "c")}, "start b.service", ordered=None)
add("StopWhenUnneeded of what came up before a skipped unit that wants it", {"a.service": service("", "ConditionPathExists=/no/such; Wants=c.service; After=c.service"), "c.service": service("Type=exec", "StopWhenUnneeded=yes", "c")},
    "start a.service", "start a.service", "stop c.service", ordered=None)
add("StopWhenUnneeded of what is upheld by one at its start limit", {"t.target": unit("Install", "", "Upholds=a.service"), "a.service": service("ExecStart=/bin/false", "Upholds=b.service"), "b.service": service("", "StopWhenUnneeded=yes; Wants=a.service; Before=a.service", "b")},
    "start t.target", ordered=None)
add("Upholds of what is stopped at once, for nobody needs it", {"a.service": service("", "StopWhenUnneeded=yes; Upholds=c.service"), "c.service": service(BAD)}, "start a.service", ordered=None)
add("Upholds of what always fails", {"t.target": unit("Install", "", "Upholds=a.service"), "a.service": service(BAD)}, "start t.target", "stop t.target", ordered=None)
add("Upholds of what always ends", {"t.target": unit("Install", "", "Upholds=a.service"), "a.service": service("Type=oneshot; ExecStart=/bin/true")}, "start t.target", "stop t.target", ordered=None)
for mode in ("ignore-dependencies", "ignore-requirements"):
    add(f"BindsTo of what is down: {mode}", pair("BindsTo=b.service"), f"start --job-mode={mode} a.service", ordered=None)
    add(f"BindsTo of what is stopped: {mode}", pair("BindsTo=b.service"), "start a.service", f"stop --job-mode={mode} b.service")
add("BindsTo of what is stopped while it begins", pair("BindsTo=b.service", "Type=notify; NotifyAccess=all; TimeoutStartSec=60"),
    "start --no-block a.service", "stop --job-mode=ignore-dependencies b.service", "tell a systemd-notify READY=1", ordered=None)
add("BindsTo of what ends while both begin", {"a.service": service("", "BindsTo=b.service"), "b.service": service("Type=oneshot; ExecStart=/bin/true")}, "start a.service", ordered=None)
add("BindsTo of each other", {"a.service": service("", "BindsTo=b.service"), "b.service": service(f"Restart=always; {FAST}", "BindsTo=a.service", "b")}, "start a.service", "kill b KILL", "kill a KILL")
add("StopWhenUnneeded of what another is bound to", {"a.service": service("", "BindsTo=b.service; After=b.service"), "b.service": service("", "StopWhenUnneeded=yes", "b")},
    "start a.service", "kill a KILL", "start a.service", "kill b KILL", "start a.service", "stop a.service")
add("PropagatesReloadTo does not make a service reloadable", pair("PropagatesReloadTo=b.service"), "start a.service", "reload a.service", "reload-or-restart a.service")
add("PropagatesReloadTo from a target", {"t.target": unit("Install", "", "PropagatesReloadTo=a.service; Wants=a.service"), "a.service": service("ExecReload=/bin/true")},
    "start t.target", "reload t.target", "stop a.service", "reload t.target")
for verb in ("restart", "try-restart", "reload-or-restart", "try-reload-or-restart", "reload"):
    for key in ("RefuseManualStart", "RefuseManualStop"):
        add(f"{verb} against {key}", {"a.service": service("", f"{key}=yes"), "b.service": service("", "Wants=a.service", "b")}, "start b.service", f"{verb} a.service")
LONG = {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=60")}
add("job modes: a stop that may not undo a start", LONG, "start --no-block a.service", "stop --job-mode=fail a.service", "restart --no-block a.service", "stop a.service")
add("job modes: replace-irreversibly", LONG, "start --no-block --job-mode=replace-irreversibly a.service", "stop a.service", "tell a systemd-notify READY=1", "stop a.service")
add("job modes: flush", {**LONG, "b.service": service("", "", "b")}, "start --no-block a.service", "start --job-mode=flush b.service", "stop a.service")
ISOLATE = {"t.target": unit("Install", "", "AllowIsolate=yes; Requires=small.target; Wants=b.service"), "b.service": service("", "", "b")}
add("isolate", {"a.service": service(), "c.service": service("", "IgnoreOnIsolate=yes", "c"), **ISOLATE}, "start a.service", "start c.service", "isolate t.target", "isolate t.target")
add("isolate: what is up wants another", {"t.target": unit("Install", "", "AllowIsolate=yes; Requires=small.target; Wants=a.service"), **pair("Wants=b.service", "", BAD)}, "start t.target", "start t.target", "isolate t.target")
add("isolate: jobs that wait", {**LONG, **ISOLATE}, "start --no-block a.service", "isolate t.target")
add("isolate what may not be", {"a.service": service(), "t.target": unit("Install", "")}, "start a.service", "isolate t.target", "isolate a.service")
add("JobTimeoutSec", {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=60", "JobTimeoutSec=400ms; OnFailure=b.service"), "b.service": service("", "", "b")}, "start a.service", "wait 0.5")
add("JobRunningTimeoutSec", {"a.service": service("Type=notify; NotifyAccess=all; TimeoutStartSec=60", "JobRunningTimeoutSec=400ms; JobTimeoutAction=none")}, "start a.service", "wait 0.5", "stop a.service")
add("a job that waits too long", {**LONG, "b.service": service("", "After=a.service; JobTimeoutSec=400ms", "b")}, "start --no-block a.service", "start b.service", "wait 0.5")
IDLE = {"t.target": unit("Install", "", "Wants=a.service b.service"), "a.service": service("Type=oneshot; ExecStart=/bin/sh -c 'sleep 0.4; echo one >>DIR.log'")}
add("idle begins after the jobs of others", {**IDLE, "b.service": service("Type=idle", "", "b")}, "start t.target", ordered=True)
add("idle counts as up from the beginning", {"a.service": service(f"Type=idle; ExecStartPre=/bin/sleep 0.1; ExecStartPre=/bin/false; Restart=on-failure; {FAST}")}, "start a.service")

# Files that change while their units run.
for change in ("Restart=no", "RestartPreventExitStatus=3", "SuccessExitStatus=3", "ExecStopPost=/bin/false", "KillSignal=SIGKILL", "RemainAfterExit=yes"):
    add(f"a new {change} while it runs", {"a.service": service(f"Restart=on-failure; {FAST}")},
        "start a.service", f"edit a.service [Service]; {change}", "daemon-reload", "tell a exit 3", "start a.service", "stop a.service")
add("a new ExecStart while it runs", {"a.service": service()}, "start a.service", "edit a.service [Service]; ExecStart=; ExecStart=/bin/false", "daemon-reload", "restart a.service")
add("a new dependency while it runs", pair(""), "start a.service", "edit a.service [Unit]; Requires=b.service", "daemon-reload", "start b.service", "stop b.service")
add("a dependency that is gone", pair("BindsTo=b.service; After=b.service"), "start a.service", "edit a.service [Unit]; BindsTo=", "edit a.service [Unit]; ConditionPathExists=/no/such", "daemon-reload", "restart a.service")
add("a bad setting while it runs", {"a.service": service()}, "start a.service", "edit a.service [Service]; ExecStart=", "daemon-reload", "tell a exit 0")
add("daemon-reload forgets how often it was started", {"a.service": service("ExecStart=/bin/true")}, *["start a.service"] * 5, "daemon-reload", "start a.service")
add("restarts count anew after the start limit and daemon-reload", {"a.service": service(f"{BAD}; Restart=on-failure; {FAST}")}, "start a.service", "daemon-reload", "start a.service")
add("daemon-reload looks again at what is upheld", {"a.service": service("Type=oneshot; ExecStart=/bin/true"), "c.service": service("", "Upholds=a.service", "c")},
    "start c.service", "daemon-reload", "reset-failed a.service", "daemon-reload", ordered=None)
add("daemon-reload looks at what is bound now", pair(""), "start a.service", "edit a.service [Unit]; BindsTo=b.service", "daemon-reload", "start b.service")
add("daemon-reload looks again at what is unneeded", {"a.service": service("", "StopWhenUnneeded=yes"), "c.service": service("", "Wants=a.service", "c")},
    "start c.service", "edit c.service [Unit]; Wants=", "daemon-reload", "stop c.service")
add("daemon-reload in the midst of a start", LONG, "start --no-block a.service", "daemon-reload", "tell a systemd-notify READY=1", "daemon-reload", "kill a KILL", "daemon-reload", "start --no-block a.service")
add("daemon-reload while it waits for its restart", {"a.service": service("Restart=always; RestartSec=30")}, "start a.service", "kill a KILL", "daemon-reload", "stop a.service")

# Timers, sockets and paths.
TIMER = {"a.service": service("Type=oneshot; ExecStart=/bin/sh -c 'echo ran >>DIR.log'")}
add("a timer once", {"a.timer": unit("Timer", "OnActiveSec=100ms; AccuracySec=1ms"), **TIMER}, "start a.timer", "wait 0.3", "stop a.timer")
add("a timer that does not remain", {"a.timer": unit("Timer", "OnActiveSec=100ms; AccuracySec=1ms; RemainAfterElapse=no"), **TIMER}, "start a.timer", "wait 0.3")
add("a timer whose service is long", {"a.timer": unit("Timer", "OnActiveSec=100ms; AccuracySec=1ms"), "a.service": service()}, "start a.timer", "wait 0.3", "tell a exit 0", "stop a.timer")
add("a timer whose service fails", {"a.timer": unit("Timer", "OnActiveSec=100ms; AccuracySec=1ms"), "a.service": service(BAD)}, "start a.timer", "wait 0.3")
add("a timer for another unit", {"a.timer": unit("Timer", "OnActiveSec=100ms; AccuracySec=1ms; Unit=b.service"), "b.service": service("", "", "b")}, "start a.timer", "wait 0.3", "stop a.timer", "stop b.service")
add("a timer without a service", {"a.timer": unit("Timer", "OnActiveSec=100ms")}, "start a.timer")
add("a calendar", {"a.timer": unit("Timer", "OnCalendar=yearly"), **TIMER}, "start a.timer", "stop a.timer")
for kind in ("PathExists", "PathChanged", "PathModified", "PathExistsGlob"):
    star = "*" if kind == "PathExistsGlob" else ""
    add(f"{kind}", {"a.path": unit("Path", f"{kind}=DIR.f{star}"), "a.service": service()}, "start a.path", "touch .f", "tell a exit 0", "stop a.path")
    add(f"{kind}: there already", {"a.path": unit("Path", f"{kind}=DIR.f{star}"), "a.service": service()}, "touch .f", "start a.path", "stop a.path")
    add(f"{kind}: its service fails", {"a.path": unit("Path", f"{kind}=DIR.f{star}"), "a.service": service(BAD)}, "start a.path", "touch .f", "wait 0.5")
ACCEPT = "ExecStart=/usr/bin/python3 -c \"import socket, time; s = socket.socket(fileno=3); s.accept(); %s\""
add("a socket", {"a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service(ACCEPT % "time.sleep(1000)")}, "start a.socket", "connect .s", "kill a KILL", "stop a.socket")
add("a socket whose service ends", {"a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service(ACCEPT % "exit(0)")}, "start a.socket", "connect .s", "connect .s", "stop a.socket")
add("a socket whose service is up", {"a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service()}, "start a.service", "start a.socket", "stop a.service", "start a.socket")
add("a socket that is stopped with its service", {"a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service("", "Requires=a.socket")}, "start a.service", "stop a.socket")
add("a socket without a service", {"a.socket": unit("Socket", "ListenStream=DIR.s")}, "start a.socket")
add("a socket whose service is bad", {"a.socket": unit("Socket", "ListenStream=DIR.s; TriggerLimitBurst=3; TriggerLimitIntervalSec=10"), "a.service": service("ExecStart=/bin/false")}, "start a.socket", "connect .s", "wait 1")
add("a socket at a bad place", {"a.socket": unit("Socket", "ListenStream=/proc/no/s"), "a.service": service()}, "start a.socket")
add("a path whose service is started by hand", {"a.path": unit("Path", "PathExists=DIR.f"), "a.service": service()}, "start a.path", "start a.service", "restart a.service", "stop a.service")
add("a path whose service is restarted: oneshot", {"a.path": unit("Path", "PathExists=DIR.f"), "a.service": service("Type=oneshot; ExecStart=/bin/true")}, "start a.path", "restart a.service")
add("a fifo", {"a.socket": unit("Socket", "ListenFIFO=DIR.q"), "a.service": service()}, "start a.socket", "stop a.socket")

# What sockets execute.
AROUND = ("ExecStartPre=/bin/sh -c 'echo pre >>DIR.log'; ExecStartPost=/bin/sh -c 'echo post >>DIR.log'; "
          "ExecStopPre=/bin/sh -c 'echo stop-pre >>DIR.log'; ExecStopPost=/bin/sh -c 'echo stop-post >>DIR.log'")


def listening(text, more=""):
    return {"a.socket": unit("Socket", f"ListenStream=DIR.s; {text}", more), "a.service": service()}


UP_AND_DOWN = ("start a.socket", "connect .s", "stop a.service", "stop a.socket", "start a.socket")
add("a socket with commands", listening(AROUND), *UP_AND_DOWN, ordered=True)
add("a socket with two commands of a kind", listening(f"{AROUND}; ExecStartPre=/bin/sh -c 'echo again >>DIR.log'"), "start a.socket", "stop a.socket", ordered=True)
for list_ in ("ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost"):
    slow = f"TimeoutSec=300ms; {list_}=/bin/sleep 100"
    add(f"{list_} of a socket fails", listening(f"{list_}=/bin/false; {AROUND}"), *UP_AND_DOWN, ordered=True)
    add(f"{list_} of a socket fails, and may", listening(f"{list_}=-/bin/false; {AROUND}"), *UP_AND_DOWN, ordered=True)
    add(f"{list_} of a socket cannot be run", listening(f"{list_}=/no/such; {AROUND}"), *UP_AND_DOWN, ordered=True)
    add(f"{list_} of a socket takes too long", listening(f"{slow}; {AROUND}"), "start a.socket", "wait 0.5", "stop a.socket", "wait 0.5", ordered=True)
    add(f"{list_} of a socket is deaf", listening(f"{AROUND}; TimeoutSec=300ms; {list_}=/bin/sh -c \"trap '' TERM; sleep 100\""),
        "start a.socket", "wait 1", "stop a.socket", "wait 1", ordered=True)
    add(f"{list_} of a socket is deaf, and not killed", listening(f"{AROUND}; TimeoutSec=300ms; SendSIGKILL=no; {list_}=/bin/sh -c \"trap '' TERM; sleep 2\""),
        "start a.socket", "wait 1", "stop a.socket", "wait 1", ordered=True)
    add(f"a stop in the midst of {list_} of a socket", listening(f"TimeoutSec=4; {AROUND}; {list_}=/bin/sleep 100"),
        "start --no-block a.socket", "stop --no-block a.socket", "stop a.socket", ordered=True)
add("a socket of a user", listening("SocketUser=daemon; SocketMode=0600"), *UP_AND_DOWN)
add("a socket of nobody that is known", listening(f"SocketUser=no-such-user; {AROUND}"), *UP_AND_DOWN, ordered=True)
add("a socket of no group that is known", listening(f"SocketGroup=no-such-group; {AROUND}"), *UP_AND_DOWN, ordered=True)
add("a socket with commands at a bad place", {"a.socket": unit("Socket", f"ListenStream=/proc/no/s; {AROUND}"), "a.service": service()}, "start a.socket", "reset-failed a.socket", ordered=True)
add("a socket with commands that triggers too often", {"a.socket": unit("Socket", f"ListenStream=DIR.s; TriggerLimitBurst=3; TriggerLimitIntervalSec=10; {AROUND}"), "a.service": service("ExecStart=/bin/false", "StartLimitBurst=100")},
    "start a.socket", "connect .s", "wait 1", "reset-failed a.socket", "start a.socket", ordered=True)
add("a socket whose service is started too often", {"a.socket": unit("Socket", f"ListenStream=DIR.s; {AROUND}"), "a.service": service("ExecStart=/bin/false", "StartLimitBurst=3; StartLimitIntervalSec=10")},
    "start a.socket", "connect .s", "wait 1", "stop a.socket", ordered=True)
add("what a socket executes leaves a child", listening(f"{AROUND}; TimeoutSec=1; ExecStartPost=/bin/sh -c 'sleep 100 & exit 0'"), "start a.socket", "stop a.socket", "wait 1.5")
add("a socket is restarted", listening(AROUND), "start a.socket", "restart a.socket", "try-restart a.socket", ordered=True)
add("a socket takes its files along", listening(f"RemoveOnStop=yes; Symlinks=DIR.link; {AROUND}"), "start a.socket", "connect .s", "stop a.socket", "stop a.service", "connect .s")
add("a socket whose service is restarted while a connection waits", {
    "a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service("Type=notify; TimeoutStartSec=400ms; Restart=on-failure; RestartSec=200ms")}, "start a.socket", "connect .s")
add("a socket and its service stop in one transaction", {**listening(f"RemoveOnStop=yes; {AROUND}"), "c.target": unit("Install", "", "PropagatesStopTo=a.socket a.service")},
    "start c.target", "start a.socket", "connect .s", "stop c.target", "connect .s", ordered=True)
for kind, address in (("ListenDatagram", "DIR.s"), ("ListenSequentialPacket", "DIR.s"), ("ListenFIFO", "DIR.s"), ("ListenSpecial", "/dev/zero"), ("ListenSpecial", "/dev/null"),
                      ("ListenNetlink", "kobject-uevent 1"), ("ListenMessageQueue", "/oracle"), ("ListenStream", "@oracle"), ("ListenStream", "vsock::4242"), ("ListenStream", "[::1]:45245"),
                      ("ListenStream", "127.0.0.1:45245"), ("ListenDatagram", "45246"), ("ListenSpecial", "/no/such"), ("ListenFIFO", "/proc/no"), ("ListenSpecial", "DIR.log")):
    add(f"{kind}={address}", {"a.socket": unit("Socket", f"{kind}={address}; RemoveOnStop=yes"), "a.service": service()}, "start a.socket", "stop a.service", "stop a.socket", "reset-failed a.socket")

# Sockets with an instance for each connection; in the trace one is like another.
def accepting(text="ExecStart=/bin/cat", of_service="", of_socket=""):
    return {"a.socket": unit("Socket", f"ListenStream=DIR.s; Accept=yes; {of_socket}"), "a@.service": service(f"{text}; StandardInput=socket", of_service)}


TWICE = ("start a.socket", "connect .s", "connect .s", "stop a.socket", "connect .s")
for text in ("/bin/cat", "/bin/false", "-/bin/false", "/no/such", "/bin/sleep 1000"):
    add(f"Accept: {text}", accepting(f"ExecStart={text}"), *TWICE)
for text in ("Type=oneshot", "RemainAfterExit=yes", "ExecStartPre=/bin/false", "ExecCondition=/bin/false", f"ExecStart=; ExecStart=/bin/false; Restart=on-failure; {FAST}"):
    add(f"Accept: {text}", accepting(f"ExecStart=/bin/cat; {text}"), *TWICE)
for more in ("ConditionPathExists=/no/such", "PartOf=a.socket", "Requires=x.service", "RefuseManualStart=yes"):
    add(f"Accept: {more}", accepting(of_service=more), *TWICE, "start a.socket")
add("Accept: MaxConnections", accepting("ExecStart=/bin/sleep 1000", of_socket="MaxConnections=1"), *TWICE, "start a.socket", "connect .s", "restart a.socket")
for text in ("SendSIGHUP=yes", "SendSIGHUP=yes; KillSignal=SIGINT", "SendSIGHUP=yes; KillSignal=SIGUSR1"):
    add(f"{text}: stopped before its program begins", {"a.service": service(text, "StopWhenUnneeded=yes")}, "start a.service", ordered=None)
add("Accept: no descriptor is left", accepting(), "start a.socket", "starve .s", "connect .s", "reset-failed a.socket", "start a.socket", "connect .s")
add("Accept: FlushPending", accepting(of_socket="FlushPending=yes"), *TWICE)
add("Accept: too often", accepting(of_socket="TriggerLimitBurst=3; TriggerLimitIntervalSec=100"), "start a.socket", *["connect .s"] * 4, "reset-failed a.socket", "start a.socket")
add("Accept: no template", {"a.socket": accepting()["a.socket"]}, "start a.socket", "connect .s", "start a.socket")
add("Accept: a service of its own name", {"a.socket": accepting(of_socket="Service=b.service")["a.socket"], "b.service": service("", "", "b")}, "start a.socket", "connect .s")
add("Accept: datagrams", {**accepting(), "a.socket": unit("Socket", "ListenDatagram=DIR.s; Accept=yes")}, "start a.socket", "connect .s")

# What a service says of itself. `leave` sends descriptors along.
SPEAKS = "NotifyAccess=all"
STORE = {"a.service": service(f"{SPEAKS}; FileDescriptorStoreMax=3; Restart=on-failure; {FAST}")}
add("FDSTORE over restarts, and FDSTOREREMOVE", STORE, "start a.service", "leave a FDSTORE=1 FDNAME=one file", "leave a FDSTORE=1 file", "kill a KILL",
    "leave a FDSTOREREMOVE=1 FDNAME=one", "kill a KILL", "restart a.service", "stop a.service", "reset-failed a.service", "start a.service")
add("FDSTORE of a start that fails", {"a.service": service(f"Type=notify; TimeoutStartSec=60; {SPEAKS}; FileDescriptorStoreMax=3")},
    "start --no-block a.service", "leave a FDSTORE=1 file", "kill a KILL", "start --no-block a.service", "leave a FDSTORE=1 file", "restart --no-block a.service", "tell a systemd-notify READY=1")
add("FDPOLL", STORE, "start a.service", "leave a FDSTORE=1 FDNAME=one pipe", "leave a FDSTORE=1 FDPOLL=0 FDNAME=two pipe", "kill a KILL", "tell a exit 0", "start a.service")
add("FDSTORE: too many, odd names", STORE, "start a.service", "leave a FDSTORE=1 FDNAME=one file file file file", "leave a FDSTORE=1 FDNAME=b:d file",
    "leave a FDSTOREREMOVE=1", "leave a FDSTOREREMOVE=1 FDNAME=none", "leave a FDSTOREREMOVE=1 FDNAME=one", "leave a FDSTORE=1 FDNAME=b:d file", "kill a KILL")
add("FDSTORE where none may be left", {"a.service": service(SPEAKS)}, "start a.service", "leave a FDSTORE=1 FDNAME=one file", "kill a KILL", "start a.service")
for count in (0, 1):
    add(f"FDSTORE: only {count} may be left any more", STORE, "start a.service", "leave a FDSTORE=1 FDNAME=one file", "leave a FDSTORE=1 FDNAME=two file",
        f"edit a.service [Service]; FileDescriptorStoreMax={count}", "daemon-reload", "kill a KILL")
add("MAINPID of a child", {"a.service": service(f"{SPEAKS}; KillMode=process")}, "start a.service", "tell a sleep 1000 & systemd-notify MAINPID=$!", "tell a exit 0", "kill a TERM")
add("MAINPID of a child before READY", {"a.service": service(f"Type=notify; {SPEAKS}; TimeoutStartSec=5")}, "start --no-block a.service",
    "tell a sleep 1000 & systemd-notify MAINPID=$!; exit 0", "kill a KILL")
add("MAINPID of what is none", {"a.service": service(SPEAKS)}, "start a.service", *[f"tell a systemd-notify MAINPID={pid}" for pid in ("1", "0", "x", "-1", "999999999")], "kill a TERM")
add("STATUS and ERRNO", {"a.service": service(f"Type=notify; {SPEAKS}; TimeoutStartSec=5")}, "start --no-block a.service", "tell a systemd-notify READY=1 STATUS=up ERRNO=5",
    "tell a systemd-notify ERRNO=0", "tell a systemd-notify STATUS=", "tell a systemd-notify ERRNO=7", "tell a systemd-notify ERRNO=x", "tell a systemd-notify STATUS=again", "stop a.service")
EXTENDED = "systemd-notify EXTEND_TIMEOUT_USEC=3000000"
READY = ("start --no-block a.service", "tell a systemd-notify READY=1")
for text, *events in (("TimeoutStartSec=1", READY[0], f"tell a {EXTENDED}; sleep 1.5; systemd-notify READY=1"),
                      ("TimeoutStartSec=1", READY[0], "tell a systemd-notify EXTEND_TIMEOUT_USEC=10; sleep 0.5; systemd-notify READY=1"),
                      ("TimeoutStartSec=1", READY[0], "tell a systemd-notify EXTEND_TIMEOUT_USEC=1200000", "wait 1"),
                      (f"TimeoutStartSec=300ms; ExecStartPre=/bin/sh -c '{EXTENDED}; sleep 0.8'", *READY, "stop a.service"),
                      (f"TimeoutStopSec=300ms; ExecStop=/bin/sh -c '{EXTENDED}; sleep 0.8'", *READY, "stop a.service"),
                      ("RuntimeMaxSec=500ms", READY[0], f"tell a {EXTENDED} READY=1; sleep 1; exit 0"),
                      ("TimeoutStopSec=500ms", *READY, f"tell a {EXTENDED} STOPPING=1; sleep 1; exit 0"),
                      ("WatchdogSec=500ms", READY[0], f"tell a {EXTENDED} READY=1; sleep 1; exit 0")):
    add(f"EXTEND_TIMEOUT_USEC: {text}, {events[-1]}", {"a.service": service(f"Type=notify; {SPEAKS}; {text}")}, *events)
add("EXTEND_TIMEOUT_USEC in a reload", {"a.service": service(f"{SPEAKS}; TimeoutStartSec=300ms; ExecReload=/bin/sh -c '{EXTENDED}; sleep 0.8'")}, "start a.service", "reload a.service")

# Timers at length. What they wait for is short, and what is looked at is where they rest.
NEAR = "AccuracySec=1ms"
LONG = {"a.service": service()}
SHORT = {"a.service": service("Type=oneshot; ExecStart=/bin/sh -c 'echo ran >>DIR.log'", "StartLimitIntervalSec=0")}
for base in ("OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"):
    for more in ("", "; RemainAfterElapse=no"):
        add(f"{base}{more}", {"a.timer": unit("Timer", f"{base}=1ms; {NEAR}{more}"), **LONG}, "start a.timer", "wait 0.2", "tell a exit 0", "stop a.timer a.service")
        add(f"{base} in a year{more}", {"a.timer": unit("Timer", f"{base}=1y; {NEAR}{more}"), **LONG}, "start a.timer", "start a.service", "stop a.service", "stop a.timer")
for more in ("", "; RemainAfterElapse=no", "; Persistent=yes"):
    add(f"a calendar of the past{more}", {"a.timer": unit("Timer", f"OnCalendar=2001-01-01; {NEAR}{more}"), **LONG}, "start a.timer", "wait 0.2", "stop a.timer")
    add(f"a calendar far away{more}", {"a.timer": unit("Timer", f"OnCalendar=2099-01-01; {NEAR}{more}"), **LONG}, "start a.timer", "restart a.timer", "stop a.timer")
for change in ("OnClockChange=yes", "OnTimezoneChange=yes"):
    add(f"a timer of {change}", {"a.timer": unit("Timer", change), **LONG}, "start a.timer", "start a.service", "stop a.service", "stop a.timer")
add("a timer of nothing", {"a.timer": unit("Timer", "Persistent=yes"), **LONG}, "start a.timer")
add("a timer whose service runs already", {"a.timer": unit("Timer", f"OnActiveSec=1ms; {NEAR}"), **LONG}, "start a.service", "start a.timer", "wait 0.2", "stop a.service", "stop a.timer")
add("a timer whose service fails by condition", {"a.timer": unit("Timer", f"OnActiveSec=1ms; {NEAR}"), "a.service": service("", "ConditionPathExists=/no/such")}, "start a.timer", "wait 0.2", "stop a.timer")
add("a timer whose service stays", {"a.timer": unit("Timer", f"OnActiveSec=1ms; {NEAR}"), "a.service": service("Type=oneshot; RemainAfterExit=yes; ExecStart=/bin/true")}, "start a.timer", "wait 0.2", "stop a.service", "stop a.timer")
add("a timer whose service is at its start limit", {"a.timer": unit("Timer", f"OnActiveSec=1ms; {NEAR}"), "a.service": service("Type=oneshot; ExecStart=/bin/true", "StartLimitBurst=3; StartLimitIntervalSec=100")},
    *["start a.service"] * 4, "start a.timer", "wait 0.2", "reset-failed a.service", "restart a.timer", "wait 0.2", "stop a.timer")
add("a timer that starts a target", {"a.timer": unit("Timer", f"OnActiveSec=1ms; Unit=b.target; {NEAR}"), "b.target": "[Unit]\nDefaultDependencies=no\nWants=a.service\n", **LONG}, "start a.timer", "wait 0.2", "stop b.target", "stop a.timer")
add("a timer is started too often", {"a.timer": unit("Timer", "OnActiveSec=1y", "StartLimitBurst=2; StartLimitIntervalSec=100"), **LONG}, *["restart a.timer"] * 4, "reset-failed a.timer", "start a.timer")
add("a timer with its service in Requires=", {"a.timer": unit("Timer", f"OnActiveSec=100ms; {NEAR}", "Requires=a.service"), **LONG}, "start a.timer", "wait 0.3", "stop a.service", "stop a.timer")
add("a service that stops with its timer", {"a.timer": unit("Timer", f"OnActiveSec=1ms; {NEAR}"), "a.service": service("", "BindsTo=a.timer; After=a.timer")}, "start a.timer", "wait 0.2", "stop a.timer")

# Paths at length.
for kind in ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"):
    where = "DIR.d" if kind == "DirectoryNotEmpty" else "DIR.d/f*" if kind == "PathExistsGlob" else "DIR.d/f"
    watch = {"a.path": unit("Path", f"{kind}={where}"), "a.service": service("", "StartLimitIntervalSec=0")}
    add(f"{kind}: a folder comes, then a file", watch, "start a.path", "mkdir .d", "wait 0.2", "touch .d/f", "tell a exit 0", "remove .d/f", "stop a.service", "stop a.path")
    add(f"{kind}: a file goes", watch, "mkdir .d", "touch .d/f", "start a.path", "remove .d/f", "wait 0.2", "stop a.service", "stop a.path")
    add(f"{kind}: written to", watch, "mkdir .d", "touch .d/f", "start a.path", "write .d/f", "wait 0.2", "stop a.service", "stop a.path")
    add(f"{kind}: its service ends while it is there", watch, "mkdir .d", "start a.path", "touch .d/f", "wait 0.2", "stop a.path", "stop a.service")
    add(f"{kind}: MakeDirectory", {"a.path": unit("Path", f"{kind}={where}; MakeDirectory=yes; DirectoryMode=0700"), "a.service": service()}, "start a.path", "wait 0.2", "stop a.path a.service")
    add(f"{kind}: its service cannot start", {"a.path": unit("Path", f"{kind}={where}; TriggerLimitIntervalSec=10; TriggerLimitBurst=3"), "a.service": service("ExecStart=/bin/false", "StartLimitIntervalSec=0")},
        "mkdir .d", "start a.path", "touch .d/f", "wait 1", "reset-failed a.path", "stop a.path")
    add(f"{kind}: the start limit of its service", {"a.path": unit("Path", f"{kind}={where}"), "a.service": service("ExecStart=/bin/false", "StartLimitBurst=3; StartLimitIntervalSec=100")},
        "mkdir .d", "start a.path", "touch .d/f", "wait 1", "stop a.path")
    add(f"{kind}: its service is skipped", {"a.path": unit("Path", f"{kind}={where}; TriggerLimitBurst=5; TriggerLimitIntervalSec=10"), "a.service": service("", "ConditionPathExists=/no/such")},
        "mkdir .d", "start a.path", "touch .d/f", "wait 1", "stop a.path")
    for what, name in (("something else", "x"), ("it", "f")):
        add(f"{kind}: {what} comes while its service begins", {**watch, **LONG}, "mkdir .d", "start a.path", "start --no-block a.service", f"touch .d/{name}", "tell a systemd-notify READY=1", "stop a.service", "stop a.path")
add("a path through a link that is turned", {"a.path": unit("Path", "PathChanged=DIR.l/f"), "a.service": service(), "b.service": service("", "", "b")},
    "mkdir .one", "mkdir .two", "touch .one/f", "touch .two/f", "start b.service", "tell b cd $here/$run; ln -s .one .l", "start a.path", "tell b ln -s .two .k; mv -T .k .l", "touch .two/f")
add("a path that starts another unit", {"a.path": unit("Path", "PathExists=DIR.f; Unit=b.service"), "b.service": service("", "", "b")}, "start a.path", "touch .f", "stop b.service", "remove .f", "stop b.service", "stop a.path")
add("a path of two kinds", {"a.path": unit("Path", "PathExists=DIR.f; PathChanged=DIR.g"), "a.service": service()}, "start a.path", "touch .g", "tell a exit 0", "touch .f", "stop a.path")
add("a path of nothing", {"a.path": unit("Path", "MakeDirectory=yes"), "a.service": service()}, "start a.path")
add("a path that is relative", {"a.path": unit("Path", "PathExists=tmp/x"), "a.service": service()}, "start a.path")
add("a path without its service", {"a.path": unit("Path", "PathExists=/tmp")}, "start a.path")
add("a path whose service runs already", {"a.path": unit("Path", "PathExists=DIR.f"), "a.service": service()}, "touch .f", "start a.service", "start a.path", "stop a.path")

# Of jobs without an order the first is told by the unit's type, CPUWeight=, Nice= and name.
BRIEF = "Type=oneshot; RemainAfterExit=yes; ExecStart=/bin/true"
MIXED = {f"{letter}.service": service(f"{BRIEF}; {text}", "PartOf=t.target") for letter, text in
         {"a": "CPUWeight=50", "b": "", "c": "Nice=-5", "d": "CPUWeight=200", "e": "Nice=5", "j": "CPUWeight=idle"}.items()}
ALL_TYPES = {"f.timer": unit("Timer", "OnActiveSec=1h; Unit=b.service"), "g.socket": unit("Socket", "ListenStream=DIR.s; Service=b.service"),
             "h.path": unit("Path", "PathExists=DIR.no; Unit=k.service"), "i.target": unit("Install", ""), "k.service": service(BRIEF)}
for link in ("Wants", "Requires"):
    add(f"{link} of many without an order", {"t.target": unit("Install", "", f"{link}={' '.join(reversed(ALL_TYPES))} {' '.join(reversed(MIXED))}"), **MIXED, **ALL_TYPES},
        "start t.target", "restart t.target", "stop t.target")
add("a socket whose service has done its work", {"a.socket": unit("Socket", "ListenStream=DIR.s"), "a.service": service(BRIEF)},
    "start a.socket", "start a.service", "restart a.service", "stop a.service")
