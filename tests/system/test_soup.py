"""Random commands from several clients at once: no job is left, nothing hangs, the stop is in order."""

import os
import random
import threading
import time

from reaperd import HELPERS, wait_for

SECONDS = float(os.environ.get("REAPERD_SOUP_SECONDS", "5"))
VERBS = ["start", "stop", "restart", "reload", "try-restart", "reload-or-restart", "kill", "reset-failed", "daemon-reload", "tree", "status", "show"]


def stir(reaperd, seed, end, failures):
    choose = random.Random(seed)
    while time.monotonic() < end:
        verb, unit = choose.choice(VERBS), choose.choice("abcdef")
        words = [verb] if verb in ("daemon-reload", "tree") else [verb, unit]
        if verb in ("start", "stop", "restart") and choose.random() < 0.3:
            words.append("--no-block")
        if verb == "kill":
            words += ["--signal", choose.choice(["TERM", "KILL", "HUP"])]
        try:
            if reaperd.ctl(*words).status not in (0, 1, 3):
                failures.append(words)
        except Exception as error:  # pylint: disable=broad-except
            failures.append(f"{words}: {error}")
            return


def test_random_commands(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "ExecReload=/bin/true")
    reaperd.service("b", "/bin/sleep 0.05", "Type=oneshot\nRemainAfterExit=yes\nExecStop=/bin/sleep 0.02", "Requires=a.service\nAfter=a.service")
    reaperd.service("c", "/bin/sh -c 'sleep 0.1; exit 1'", "Restart=on-failure\nRestartSec=5ms", "PartOf=a.service\nStartLimitIntervalSec=0")
    reaperd.service("d", f"{HELPERS}/notify READY=1 -- sleep 1000", "Type=notify\nExecReload=/bin/false", "BindsTo=a.service")
    reaperd.service("e", "/bin/bash -c 'trap \"\" TERM; (sleep 500 &); while :; do sleep 0.05; done'", "TimeoutStopSec=100ms", "Conflicts=d.service")
    reaperd.service("f", "/bin/sh -c 'sleep 1000 &'", "Type=forking", "Wants=c.service\nOnFailure=b.service")
    reaperd.start("a.service")
    failures, end = [], time.monotonic() + SECONDS
    clients = [threading.Thread(target=stir, args=(reaperd, seed, end, failures)) for seed in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert failures == []
    wait_for(lambda: reaperd.json("list-jobs") == [], "every job has ended")
    wait_for(lambda: reaperd.json("zombies") == [], "every child is reaped")
    assert reaperd.stop() == 0
