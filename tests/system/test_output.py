"""What services write: kept, prefixed, bounded."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pytest
from reaperd import REAPERCTL, REAPERD, SANITIZED, call, clean_environment, wait_for


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
    assert lines == [str(n) for n in range(int(lines[0]), 100001)] and "1" not in lines
    assert len(lines) > 16384 // 40 - 1  # a header in front of each; what many lines overtook at once is no hole


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


def test_that_there_are_no_lines_is_told(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    result = reaperd.ctl("logs", "a")
    assert (result.status, result.out, result.err) == (0, "", "-- No entries --\n")
    assert reaperd.ctl("logs", "--quiet", "a").err == reaperd.ctl("-o", "json", "logs", "a").err == ""


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


def flood(reaperd, name, size, line=100):
    """A service that writes lines without pause, and a file once it has written all."""
    text = "x" * (line - 1)
    reaperd.service(name, f"/bin/sh -c 'yes {text} 2>&- | head -c {size}; touch {reaperd.folder}/{name}-done; exec sleep 1000'")


def ask_until(reaperd, is_over):
    """Seconds that each question took, asked one after another meanwhile."""
    times = []
    with reaperd.connect() as connection:
        while not is_over():
            begin = time.monotonic()
            assert "parameters" in call(connection, "io.reaperd.Show", {"units": ["keep.service"]})
            times.append(time.monotonic() - begin)
            assert len(times) < 1_000_000
            time.sleep(0.002)
    return sorted(times)


OUTPUT_BYTES = int(os.environ.get("REAPERD_OUTPUT_BYTES", "64000000"))


def resident_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmHWM:")).split()[1])


def test_a_flood_of_ten_keeps_nobody_waiting(reaperd):
    """Memory is bounded, each of them gets on, and questions are answered meanwhile."""
    names = [f"f{n}" for n in range(10)]
    for name in names:
        flood(reaperd, name, 8_000_000)
    reaperd.service("keep")
    reaperd.start("keep.service", *(f"{name}.service" for name in names), "--log-target=null")
    times = ask_until(reaperd, lambda: all((reaperd.folder / f"{name}-done").exists() for name in names))
    assert not times or times[len(times) // 2] < 0.5, times
    for name in names:
        wait_for(lambda name=name: len(reaperd.lines(name)) > 300, "the end of each is kept")
    assert SANITIZED or resident_kib(reaperd.pid) < 16 * 1024


def test_much_output_goes_through(reaperd):
    """Nothing is lost but what the ring has no room for: the lines are counted by their sequence."""
    flood(reaperd, "a", OUTPUT_BYTES)
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service", "--log-target=null")
    times = ask_until(reaperd, (reaperd.folder / "a-done").exists)
    assert not times or times[len(times) // 2] < 0.5, times
    wait_for(lambda: [line["sequence"] for line in reaperd.json("logs", "a", "-n", "1")] == [OUTPUT_BYTES // 100], "every line was read")


@pytest.mark.parametrize("signals", [None, 0], ids=["signals", "no signals left"])
def test_what_comes_after_a_silence_is_heard(reaperd, signals):
    """Bursts of small writes and silences between, also where the kernel cannot queue a signal for each."""
    program = "import os, time\nfor n in range(20):\n for _ in range(500): os.write(1, b'x')\n os.write(1, b'%d\\n' % n)\n time.sleep(0.01)"
    (reaperd.folder / "bursts").write_text(program + "\ntime.sleep(1000)")
    reaperd.service("bursts", f"/usr/bin/python3 {reaperd.folder}/bursts")
    reaperd.wrapper = [] if signals is None else ["prlimit", f"--sigpending={signals}"]
    reaperd.start("bursts.service")
    wait_for(lambda: [line.lstrip("x") for line in reaperd.lines("bursts")] == [str(n) for n in range(20)], "each burst is heard")


def test_a_signal_of_output_from_somebody_else_does_nothing(reaperd):
    reaperd.service("a", "/bin/sh -c 'echo one; exec sleep 1000'")
    reaperd.start("a.service")
    for number in (63, signal.SIGIO):
        for _ in range(100):
            os.kill(reaperd.pid, number)
    wait_for(lambda: reaperd.lines("a") == ["one"], "it is heard")
    assert reaperd.state("a.service") == "active"


def cpu_ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_closed_stream_costs_nothing(reaperd):
    """The service closes its output; a grandchild holds the pipe; the end is booked at once."""
    reaperd.service("closed", "/bin/sh -c 'echo last words; exec >&- 2>&-; exec sleep 1000'")
    reaperd.service("held", "/bin/sh -c 'sleep 1000 & printf unfinished; exit 3'", "KillMode=process")
    reaperd.start("closed.service", "held.service")
    reaperd.wait_state("held", "failed")
    assert reaperd.lines("closed") == ["last words"]
    assert reaperd.lines("held") == ["unfinished"]
    before = cpu_ticks(reaperd.pid)
    time.sleep(0.5)
    assert cpu_ticks(reaperd.pid) - before < 10


def test_a_service_costs_one_descriptor(reaperd):
    """Later commands and a process that outlives its service write into the same pipe; what nobody can write to is closed."""
    speak = f"while :; do [ -e {reaperd.folder}/go ] && echo I am left; sleep 0.05; done"
    reaperd.service("a", f"/bin/sh -c '({speak}) & echo main; exec sleep 1000'", "ExecReload=echo reloaded\nKillMode=process\nRestart=always\nRestartSec=0")
    reaperd.service("quiet", "/bin/sh -c 'exec >&- 2>&-; exec sleep 1000'", "ExecReload=echo reloaded too")
    reaperd.service("keep")
    reaperd.start("keep.service")

    def pipes():
        names = set()
        for fd in pathlib.Path(f"/proc/{reaperd.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                names.add(os.readlink(fd))
        return len([n for n in names if n.startswith("pipe:")]) - 1  # by which children tell what failed

    wait_for(lambda: pipes() == 1, "that of keep")
    reaperd.ctl("start", "a", "quiet")
    wait_for(lambda: pipes() == 2, "one for a, none for quiet")
    assert reaperd.ctl("reload", "a", "quiet").status == 0
    wait_for(lambda: reaperd.lines("a") == ["main", "reloaded"] and reaperd.lines("quiet") == ["reloaded too"], "both are heard")
    os.kill(reaperd.main_pid("a"), 9)
    wait_for(lambda: reaperd.lines("a") == ["main", "reloaded", "main"], "it runs again")
    (reaperd.folder / "go").touch()
    wait_for(lambda: "I am left" in reaperd.lines("a"), "both speak")
    wait_for(lambda: pipes() == 2, "still one")


def test_lines_that_are_none(reaperd):
    """10 MB without a newline, NUL, ESC and what is not UTF-8: split at a limit, escaped where it is shown."""
    reaperd.service("long", "/bin/sh -c 'head -c 10000000 /dev/zero | tr \"\\\\0\" x; echo; echo end'")
    reaperd.service("odd", "/usr/bin/printf 'a\\\\000b\\\\n\\\\033[31mred\\\\n\\\\377\\\\376\\\\n\\\\n'", "Type=oneshot")
    reaperd.start("odd.service", "long.service", "--log-target=null")
    wait_for(lambda: reaperd.lines("long")[-1:] == ["end"], "its end is there")
    assert {len(line) for line in reaperd.lines("long")[:-2]} == {16384}
    assert len(reaperd.lines("long")[-2]) == 10_000_000 % 16384
    assert reaperd.lines("odd") == ["a\\x00b", "\\x1b[31mred", "\\xff\\xfe", ""]
    assert reaperd.ctl("logs", "odd", "-o", "cat").out == "a\\x00b\n\\x1b[31mred\n\\xff\\xfe\n\n"


@pytest.mark.parametrize("stream", ["full device", "closed", "dead pipe", "full pipe"])
def test_nobody_takes_what_reaperd_says(reaperd, stream):
    """It goes on; SIGPIPE is nothing to it, and it waits for nobody."""
    read_end, write_end = os.pipe()
    if stream == "dead pipe":
        os.close(read_end)
    with open("/dev/full", "wb") as full:
        out = {"full device": full, "closed": None}.get(stream, write_end)
        words = [str(w) for w in reaperd.command(f"--socket={reaperd.socket}", "--log-level=debug", "keep.service", "a.service")]
        if stream == "closed":
            words = ["/bin/sh", "-c", 'exec "$@" >&- 2>&-', "sh", *words]
        reaperd.service("a", "/bin/sh -c 'seq 1 50000; exec sleep 1000'")
        reaperd.service("keep")
        reaperd.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=clean_environment())
    os.close(write_end)
    reaperd.log.write_text("")
    wait_for(reaperd.is_up, "it is up")
    wait_for(lambda: reaperd.lines("a")[-1:] == ["50000"], "all is kept")
    assert reaperd.stop() == 0
    if stream != "dead pipe":
        os.close(read_end)
