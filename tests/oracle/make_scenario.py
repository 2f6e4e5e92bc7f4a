"""Made scenarios: the same seed makes the same one.

A scenario has up to three services with links between them, sometimes a target over them, a timer, a socket or a path
that starts one, and some events. What neither manager defines is not made: which of two jobs without an order runs
first, and what two mains do at once.
"""

import random
import re

from scenarios import service, unit

# What a main process does or has done to it, and what is asked of a manager.
ENDS = ["tell {0} exit 0", "tell {0} exit 3", "tell {0} exit 7", "kill {0} KILL", "kill {0} TERM", "kill {0} ABRT", "kill {0} HUP"]
TRIGGER = "WATCHDOG=trigger"
SAYS = ["READY=1", "STOPPING=1", "RELOADING=1", TRIGGER, "STATUS=well", "WATCHDOG=1", "ERRNO=5", "ERRNO=0", "MAINPID=1",
        "EXTEND_TIMEOUT_USEC=1000", "READY=1 EXTEND_TIMEOUT_USEC=1000"]  # fmt: skip
LEAVES = ["FDSTORE=1 FDNAME=x file", "FDSTORE=1 file file", "FDSTORE=1 FDPOLL=0 pipe", "FDSTORE=1 FDNAME=y pipe", "FDSTOREREMOVE=1 FDNAME=x", "FDSTOREREMOVE=1 FDNAME=stored"]
VERBS = ["start", "stop", "restart", "try-restart", "reload", "reset-failed", "reload-or-restart", "try-reload-or-restart",
         "start --job-mode=fail", "restart --job-mode=fail", "stop --job-mode=fail", "stop --job-mode=ignore-dependencies",
         "start --job-mode=ignore-dependencies", "start --job-mode=ignore-requirements", "start --job-mode=replace-irreversibly",
         "start --no-block"]  # fmt: skip
PAUSES = {"a": 200, "b": 230, "c": 170}  # which of two is started again first is defined so
COMMON = 7  # the first so many of these are as frequent as all others together

# Links, and those of them that tell which of two jobs ran first: they are made with an order alone.
LINKS = ["Requires", "Wants", "BindsTo", "Requisite", "PartOf", "Conflicts", "Upholds", "PropagatesStopTo", "OnFailure", "OnSuccess",
         "PropagatesReloadTo", "ReloadPropagatedFrom", "StopPropagatedFrom"]  # fmt: skip
STARTS = re.compile(r"^(?:Requires|Wants|BindsTo|Upholds|OnFailure|OnSuccess)=(\S+)$", re.M)
RESTARTS = re.compile(r"^(?:Requires|BindsTo|Requisite|PartOf|Wants|Upholds|OnFailure|OnSuccess)=", re.M)
ORDERED = ("Requisite", "Requires", "BindsTo", "StopPropagatedFrom")
UNIT_TEXTS = ["StopWhenUnneeded=yes", "RefuseManualStart=yes", "RefuseManualStop=yes", "OnFailureJobMode=fail", "OnSuccessJobMode=fail",
              "StartLimitBurst=1", "StartLimitBurst=2", "ConditionPathExists=/no/such", "AssertPathExists=/no/such",
              "ConditionPathExists=DIR.f", "IgnoreOnIsolate=yes", "JobTimeoutSec=60", "JobTimeoutSec=60; JobTimeoutAction=none"]  # fmt: skip

COMMANDS = ["/bin/true", "/bin/false", "-/bin/false", "/no/such", "-/no/such", "/bin/sh -c 'exit 255'", "/bin/sh -c 'kill -9 $$$$'", "/bin/sh -c 'kill -15 $$$$'"]
STORE = "FileDescriptorStoreMax=2; NotifyAccess=all"
KEYS = ["ExecCondition", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost", "ExecReload"]
TEXTS = ["RemainAfterExit=yes", "SuccessExitStatus=3", "SuccessExitStatus=SIGKILL", "RestartPreventExitStatus=3", "RestartPreventExitStatus=SIGABRT",
         "RestartForceExitStatus=7", "RestartForceExitStatus=0", "KillSignal=SIGINT", "KillSignal=SIGKILL", "RestartKillSignal=SIGINT", "SendSIGHUP=yes",
         "KillMode=process", "KillMode=mixed", "KillMode=none", "FinalKillSignal=SIGQUIT", "TimeoutStopFailureMode=abort", "TimeoutStopFailureMode=kill",
         "TimeoutStartFailureMode=abort", "TimeoutStartFailureMode=kill", "TimeoutAbortSec=1", "GuessMainPID=no", "OOMPolicy=continue",
         STORE, STORE]  # fmt: skip
# Instances for connections: short ones, and one that stays.
INSTANCES = ["/bin/cat", "/bin/cat", "/bin/false", "-/bin/false", "/no/such", "/bin/sleep 1000"]
POLICIES = ["no", "no", "no", "always", "on-failure", "on-success", "on-abnormal", "on-abort", "on-watchdog"]
TYPES = {
    "simple": "ExecStart=main {0}",
    "exec": "ExecStart=main {0}",
    "idle": "ExecStart=main {0}",
    "notify": "ExecStart=main {0}; NotifyAccess=all; TimeoutStartSec=60",
    "unready notify": "ExecStart=main {0}; NotifyAccess=all; TimeoutStartSec=400ms",
    "oneshot": "ExecStart={1}",
    "long oneshot": "ExecStart=main {0}; TimeoutStartSec=60",
    "forking": "ExecStart=/bin/sh -c 'sleep 1000 &'",
    "bad forking": "ExecStart=/bin/sh -c 'exit 3'",
    "forking with a file": "ExecStart=/bin/sh -c 'sleep 1000 & echo $! >DIR.{0}'; PIDFile=DIR.{0}",
    "deaf": "ExecStart=main {0}; KillSignal=SIGWINCH; TimeoutStopSec=400ms",
    "short": "ExecStart={1}",
    "limited": "ExecStart=main {0}; RuntimeMaxSec=1500ms",
}
KINDS = ["simple"] * 8 + ["exec", "oneshot", "oneshot", "notify", "notify"] + list(TYPES)


def make_type(dice, letter):
    kind = dice.choice(KINDS)
    name = next((word for word in kind.split() if word in ("exec", "idle", "notify", "oneshot", "forking")), "simple")
    return f"Type={name}; {TYPES[kind].format(letter, dice.choice(COMMANDS))}"


def make_links(dice, letter, contrary):
    """`contrary`: the units that something requires or excludes; not both, which systemd refuses for jobs that it has
    dropped already, as their order has it."""
    links = []
    for other in "abc":
        if other == letter or dice.random() > 0.4:
            continue
        link = dice.choice(LINKS)
        # The later letter comes first; what passes a stop on comes before what it stops, or both might end at once.
        if other < letter if link in ORDERED else link == "PropagatesStopTo" and other > letter:
            continue
        if link in ("Requisite", "Requires", "BindsTo", "Conflicts") and contrary.setdefault(other, link == "Conflicts") != (link == "Conflicts"):
            continue
        links.append(f"{link}={other}.service")
        if link in (*ORDERED, "PropagatesStopTo") or dice.random() < 0.5:
            links.append(f"{'After' if letter < other else 'Before'}={other}.service")
    return links


def make_service(dice, letter, contrary):
    text = [make_type(dice, letter), f"Restart={dice.choice(POLICIES)}", f"RestartSec={PAUSES[letter]}ms"]
    text += [f"{dice.choice(KEYS)}={dice.choice(COMMANDS)}" for _ in range(dice.choice([0, 0, 0, 1, 1, 2]))]
    text += dice.sample(TEXTS, dice.choice([0, 0, 0, 1, 1, 2]))
    if "Type=oneshot" in text[0]:  # these may not be started again after a success
        text[1] = f"Restart={dice.choice(['no', 'no', 'on-failure', 'on-abnormal'])}"
        text = [line for line in text if not line.startswith("RestartForceExitStatus=")]
    if "main" in text[0]:  # which of two mains, the one that is left and its successor, is told is not defined
        text = [line for line in text if line != "KillMode=none"]
    if "main" not in text[0]:  # which of the two is over first is not defined
        text = [line for line in text if not line.startswith("ExecStartPost=")]
    if "RuntimeMaxSec" in text[0]:  # or it would go on for ever
        text[1] = "Restart=no"
    if any(line.startswith(tuple(KEYS)) for line in text):  # which wait too in systemd, and not in reaperd
        text[0] = text[0].replace("Type=idle", "Type=simple")
    more = [dice.choice(UNIT_TEXTS)] if dice.random() < 0.2 else []
    more += make_links(dice, letter, contrary)
    return service("; ".join(text), "; ".join(more), letter)


def with_a_life(name, text):
    """One that ends at once stays up."""
    return re.sub(r"^(Type=simple)\nExecStart=.*", rf"\1\nExecStart=main {name[0]}", text, flags=re.M)


def without_races(units):
    """Of two that restart or start each other the timers go off together (systemd's are late by up to 250 ms), and which is
    first is not defined: only one has one. Nor is whether what ends at once takes along what is stopped with it before that is
    up, or is stopped itself before it ends; nor how often one that ends at once upholds another while it is upheld itself."""
    restarting = []
    for name, text in units.items():
        if "PropagatesStopTo=" in text or "StopWhenUnneeded=" in text or any(f"BindsTo={name}" in other or f"StopPropagatedFrom={name}" in other for other in units.values()):
            units[name] = with_a_life(name, text)
        if "Upholds=" in text and any(f"Upholds={name}" in other for other in units.values()):
            units[name] = re.sub(r"^ExecCondition=.*\n?", "", with_a_life(name, text), flags=re.M)
    for name, text in units.items():
        others = [other for other in restarting if RESTARTS.search(text + units[other]) and (other in text or name in units[other])]
        if others:
            units[name] = re.sub(r"^Restart=.*", "Restart=no", text, flags=re.M)
        elif not re.search(r"^Restart=no", text, re.M):
            restarting.append(name)
    return units


def leads_to(units, name, end, seen=()):
    """Whether a start of `name` may lead to one of `end`."""
    others = [m[1] for m in STARTS.finditer(units.get(name, "")) if m[1] not in seen]
    return end in others or any(leads_to(units, other, end, (*seen, other)) for other in others)


def without_circles(units):
    """A start whose failure asks for the same start goes on for ever, in both, and as fast as they can."""
    def keep(name, line):
        link, _, other = line.partition("=")
        return link not in ("OnFailure", "OnSuccess") or not (other == name or leads_to(units, other, name))
    return {name: "\n".join(line for line in text.split("\n") if keep(name, line)) for name, text in units.items()}


def make_trigger(dice):
    kind = dice.choice(["timer", "socket", "accepting", "path", "target", "target"])
    if kind == "accepting":
        more = dice.choice(["", "", "MaxConnections=1", "TriggerLimitBurst=2; TriggerLimitIntervalSec=100"])
        text = f"Type={dice.choice(['simple', 'oneshot'])}; ExecStart={dice.choice(INSTANCES[:-1])}" if dice.random() < 0.7 else f"ExecStart={INSTANCES[-1]}"
        units = {"d.socket": unit("Socket", f"ListenStream=DIR.s; Accept=yes; {more}"), "d@.service": service(f"{text}; StandardInput=socket")}
        return units, ["connect .s", "connect .s", "start d.socket", "stop d.socket"]
    if kind == "target":
        link = dice.choice(["Requires", "Wants", "BindsTo", "Upholds"])
        isolate = "; AllowIsolate=yes; Requires=small.target" if dice.random() < 0.15 else ""
        return {"t.target": unit("Install", "", f"{link}=a.service; After=a.service{isolate}")}, ["isolate t.target"] if isolate else []
    text = {
        "timer": dice.choice(["OnActiveSec=100ms; AccuracySec=1ms", "OnActiveSec=100ms; AccuracySec=1ms; RemainAfterElapse=no", "OnUnitInactiveSec=10h"]),
        "socket": "ListenStream=DIR.s",
        "path": f"{dice.choice(['PathExists', 'PathChanged', 'PathModified'])}=DIR.f",
    }[kind]
    return {f"a.{kind}": unit(kind.capitalize(), text)}, {"socket": ["connect .s"], "path": ["touch .f", "remove .f"], "timer": []}[kind]


def say(what):
    """Whether who asks for the end of its main process outlives that is not defined: one is left that does."""
    return f"(trap '' ABRT; systemd-notify {what}; sleep 1000)" if what == TRIGGER else f"systemd-notify {what}"


def make_event(dice, units, extra, is_first):
    is_slow = any("TimeoutStartSec=60" in text for text in units.values())  # a client may wait for it: mostly not
    names = sorted(name for name in units if "@" not in name)
    name = dice.choice(names)
    if extra and dice.random() < 0.2:
        return dice.choice(extra)
    if name.endswith(".service") and not is_first and dice.random() < 0.4:
        if "FileDescriptorStoreMax" in units[name] and dice.random() < 0.5:
            return f"leave {name[0]} {dice.choice(LEAVES)}"
        if "Type=notify" in units[name] and dice.random() < 0.7:
            return f"tell {name[0]} {say(dice.choice(SAYS + ['READY=1'] * 6))}"
        return dice.choice(ENDS).format(name[0])
    verb = dice.choice(VERBS if dice.random() < 0.5 else VERBS[:COMMON])
    if is_slow and verb != "reset-failed" and "--no-block" not in verb and dice.random() < 0.9:
        verb += " --no-block"
    return f"{verb} {name}"


def make(seed):
    dice = random.Random(seed)
    contrary = {}
    units = {f"{letter}.service": make_service(dice, letter, contrary) for letter in "abc"}
    units = without_races(without_circles(units))
    if any("TimeoutStartSec" in text for text in units.values()):  # jobs that do not end: idle would wait five seconds
        units = {name: text.replace("Type=idle", "Type=simple") for name, text in units.items()}
    extra = ["touch .f", "remove .f"] if any("DIR.f" in text for text in units.values()) else []
    if dice.random() < 0.3:
        triggers, more = make_trigger(dice)
        units |= triggers
        extra += more
    if any("Upholds" in text for text in units.values()):  # for ever, against each other
        units = {name: text.replace("RuntimeMaxSec=1500ms", "") for name, text in units.items()}
    events = [make_event(dice, units, extra, at == 0) for at in range(dice.randint(3, 6))]
    if dice.random() < 0.025:
        name = dice.choice("abc")
        change = dice.choice(["Restart=no", "RestartPreventExitStatus=3", "ExecReload=/bin/true", "ExecStop=/bin/false", "KillSignal=SIGINT", "ExecStartPre=/bin/false"])
        at = dice.randint(0, len(events))
        events[at:at] = [f"edit {name}.service [Service]; {change}", "daemon-reload"]
    elif dice.random() < 0.005:
        events[-1:] = [f"start --job-mode=flush {dice.choice('abc')}.service"]
    return f"seed {seed}", units, tuple(events), None
