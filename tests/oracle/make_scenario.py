"""Made scenarios: the same seed makes the same one."""

import random

from scenarios import service, unit

ENDS = ["tell {0} exit 0", "tell {0} exit 3", "kill {0} KILL", "kill {0} TERM", "kill {0} ABRT"]
VERBS = ["start", "stop", "restart", "try-restart", "reload", "reset-failed", "reload-or-restart"]
LINKS = ["Requires", "Wants", "BindsTo", "Requisite", "PartOf", "Conflicts", "Upholds", "PropagatesStopTo", "OnFailure", "OnSuccess"]
TEXTS = ["", "RemainAfterExit=yes", "SuccessExitStatus=3", "ExecStartPre=/bin/false", "ExecStartPre=-/bin/false", "ExecStop=/bin/true",
         "ExecStopPost=/bin/false", "ExecReload=/bin/true", "ExecReload=/bin/false", "KillSignal=SIGINT", "ExecStartPost=/bin/false",
         "ExecCondition=/bin/false", "RestartPreventExitStatus=3"]
POLICIES = ["no", "no", "always", "on-failure", "on-success", "on-abnormal"]


def make_service(dice, letter):
    text = f"Restart={dice.choice(POLICIES)}; RestartSec=20ms; {dice.choice(TEXTS)}"
    if dice.random() < 0.15:
        text = f"Type=oneshot; ExecStart=/bin/{dice.choice(['true', 'false'])}; {dice.choice(['', 'RemainAfterExit=yes'])}"
    links = []
    for other in "abc":
        if other == letter or dice.random() > 0.4:
            continue
        # Which of two jobs without an order runs first is not defined, and these three tell.
        link = dice.choice(LINKS)
        must_be_ordered = link in ("Requisite", "Requires", "BindsTo")
        if must_be_ordered and other < letter:
            continue
        links.append(f"{link}={other}.service")
        if must_be_ordered or dice.random() < 0.5:
            links.append(f"{'After' if letter < other else 'Before'}={other}.service")
    return service(text, "; ".join(links), letter)


def make(seed):
    dice = random.Random(seed)
    units = {f"{letter}.service": make_service(dice, letter) for letter in "abc"}
    if dice.random() < 0.3:
        units["t.target"] = unit("Install", "", f"{dice.choice(['Requires', 'Wants'])}=a.service; After=a.service")
    events = []
    for _ in range(dice.randint(2, 5)):
        name = dice.choice(sorted(units))
        if name.endswith(".service") and dice.random() < 0.35 and events:
            events.append(dice.choice(ENDS).format(name[0]))
        else:
            events.append(f"{dice.choice(VERBS)} {name}")
    return f"seed {seed}", units, tuple(events), None
