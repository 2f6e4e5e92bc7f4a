"""What services write: kept, prefixed, bounded."""

import os
import subprocess
import time

from reaperd import REAPERCTL, clean_environment, wait_for


def test_lines_are_prefixed_on_our_own_output(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo one; echo two >&2; printf unfinished'", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    for line in ("a.service: one", "a.service: two", "a.service: unfinished"):
        reaperd.wait_log(line + "\n")
    assert reaperd.lines("a") == ["one", "two", "unfinished"]


def test_output_outlives_restarts(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo run; exit 1'", "Restart=on-failure\nRestartSec=10ms", "StartLimitBurst=3")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    wait_for(lambda: reaperd.lines("a") == ["run"] * 3, "three runs")


def test_the_ring_is_bounded(reaperd):
    reaperd.service("a", "/bin/sh -c 'seq 1 100000; exec sleep 1000'")
    config = reaperd.folder / "conf"
    config.write_text("[Manager]\nOutputRingSize=16K\n")
    reaperd.start(f"--config={config}", "a.service", "--log-target=null")
    wait_for(lambda: "100000" in reaperd.lines("a"), "the last line is kept")
    lines = reaperd.lines("a")
    assert sum(map(len, lines)) <= 16384
    assert lines[-1] == "100000" and "1" not in lines


def test_control_bytes_cannot_deceive(reaperd):
    reaperd.service("a", "/bin/printf '\\\\033[2Jb: forged\\\\n'", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["\\x1b[2Jb: forged"]
    assert "\033" not in reaperd.ctl("logs", "a").out


def test_a_very_long_line_is_cut_in_pieces(reaperd):
    reaperd.service("a", "/bin/sh -c 'head -c 100000 /dev/zero | tr \"\\\\0\" x'", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    wait_for(lambda: sum(map(len, reaperd.lines("a"))) > 40000, "the end is kept")
    assert max(map(len, reaperd.lines("a"))) <= 16384


def test_a_dead_reader_blocks_nobody(reaperd, folder):
    """Our own standard output is a pipe that nobody reads."""
    reaperd.service("a", f"/bin/sh -c 'seq 1 200000; touch {folder}/done; exec sleep 1000'")
    read_end, write_end = os.pipe()
    reaperd.process = subprocess.Popen(
        [str(w) for w in reaperd.command(f"--socket={reaperd.socket}", "a.service")],
        stdin=subprocess.DEVNULL, stdout=write_end, stderr=write_end, env=clean_environment(),
    )  # fmt: skip
    os.close(write_end)
    reaperd.log.write_text("")
    wait_for(lambda: (folder / "done").exists(), "the service wrote all")
    begin = time.monotonic()
    assert reaperd.state("a") == "active"
    assert time.monotonic() - begin < 20
    assert reaperd.json("stats")["lines_dropped"] > 0
    assert reaperd.stop() == 0
    os.close(read_end)


def test_logs_options(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo a1; echo a2; echo a3; exec sleep 1000'")
    reaperd.service("b", "/bin/sh -c 'echo b1; exec sleep 1000'")
    reaperd.start("a.service", "b.service")
    wait_for(lambda: len(reaperd.json("logs")) == 4, "all lines are there")
    assert reaperd.ctl("logs", "a", "-n", "2", "-o", "cat").out == "a2\na3\n"
    assert " a: a1" in reaperd.ctl("logs").out and " b: b1" in reaperd.ctl("logs").out
    assert reaperd.ctl("logs", "--since=1h ago", "-o", "cat", "-u", "b").out == "b1\n"
    assert reaperd.ctl("logs", "--since=@99999999999").out == ""
    assert reaperd.ctl("logs", "--since=never").status == 2
    sequence = [line["sequence"] for line in reaperd.json("logs")]
    assert sequence == sorted(sequence)


def test_logs_follow(reaperd):
    reaperd.service("a", f"/bin/sh -c 'echo first; while ! [ -e {reaperd.folder}/go ]; do sleep 0.02; done; echo second; exec sleep 1000'")
    reaperd.start("a.service")
    with subprocess.Popen([REAPERCTL, f"--socket={reaperd.socket}", "logs", "-f", "-o", "cat", "a"], stdout=subprocess.PIPE, text=True) as follow:
        assert follow.stdout.readline() == "first\n"
        (reaperd.folder / "go").touch()
        assert follow.stdout.readline() == "second\n"
        follow.terminate()
    wait_for(lambda: reaperd.json("stats")["clients"] == 1, "the follower is forgotten")


def test_an_inherited_stream_is_our_own(reaperd):
    reaperd.service("a", "/bin/echo bare", "Type=oneshot\nStandardOutput=inherit\nStandardInput=null")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    reaperd.wait_log("bare\n")
