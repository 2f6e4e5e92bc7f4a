"""Which of a service's lines are kept, by its own settings."""

from reaperd import wait_for

SPEAK = "/bin/sh -c 'echo \"<3>bad\"; echo \"<4>warning\"; echo \"<6>plain\"; echo \"<7>detail\"; echo unmarked'"


def test_only_lines_that_are_urgent_enough(reaperd):
    reaperd.service("keep")
    reaperd.service("a", SPEAK, "Type=oneshot\nLogLevelMax=warning")
    reaperd.service("b", SPEAK, "Type=oneshot\nLogLevelMax=info\nSyslogLevel=debug")
    reaperd.service("c", SPEAK, "Type=oneshot")
    reaperd.start("keep.service", "a.service", "b.service", "c.service")
    assert reaperd.lines("a") == ["bad", "warning"]
    assert reaperd.lines("b") == ["bad", "warning", "plain"]
    assert len(reaperd.lines("c")) == 5


def test_only_so_many_lines_in_a_while(reaperd):
    reaperd.service("keep")
    reaperd.service("a", "/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; done'", "Type=oneshot\nLogRateLimitIntervalSec=1h\nLogRateLimitBurst=4")
    reaperd.service("b", "/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; done'", "Type=oneshot\nLogRateLimitIntervalSec=0\nLogRateLimitBurst=4")
    reaperd.start("keep.service", "a.service", "b.service")
    assert reaperd.lines("a") == ["1", "2", "3", "4"]
    assert len(reaperd.lines("b")) == 9


def test_what_was_left_out_is_told_later(reaperd):
    reaperd.service("a", "/bin/sh -c 'for i in 1 2 3 4 5; do echo $i; done; sleep 1.2; echo later; exec sleep 1000'", "LogRateLimitIntervalSec=1s\nLogRateLimitBurst=2")
    reaperd.start("a.service")
    wait_for(lambda: "later" in reaperd.lines("a"), "the interval is over")
    assert reaperd.lines("a") == ["1", "2", "3 lines suppressed (LogRateLimitBurst=)", "later"]


def test_a_field_that_is_none_is_told(reaperd):
    reaperd.service("keep")
    reaperd.service("a", "/bin/echo x", "Type=oneshot\nLogExtraFields=GOOD=1 _BAD=2 worse=3")
    reaperd.start("keep.service", "a.service")
    assert "LogExtraFields=_BAD=2: not the name of a field" in reaperd.text() and "worse=3" in reaperd.text() and "GOOD=1:" not in reaperd.text()
