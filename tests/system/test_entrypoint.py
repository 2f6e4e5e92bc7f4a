"""`reaperd -- COMMAND`: one command, its signals and its exit status."""

import os
import signal
import subprocess
import time

import pytest
from reaperd import PATIENCE, REAPERD, clean_environment, is_alive, run, wait_for


@pytest.mark.parametrize("status", [0, 1, 7, 42, 125, 126, 127, 128, 255])
def test_exit_status_is_the_commands(status):
    assert run(REAPERD, "--", "sh", "-c", f"exit {status}").status == status


@pytest.mark.parametrize("name", ["HUP", "INT", "KILL", "TERM", "USR1", "ABRT"])
def test_a_signal_is_128_and_its_number(name):
    number = getattr(signal, f"SIG{name}")
    assert run(REAPERD, "--", "sh", "-c", f"ulimit -c 0; kill -{name} $$").status == 128 + number


def test_not_found_is_127_with_the_path():
    result = run(REAPERD, "--", "/no/such/program")
    assert result.status == 127
    assert "/no/such/program" in result.err and "No such file" in result.err


def test_not_executable_is_126_with_the_path(folder):
    path = folder / "text"
    path.write_text("words")
    result = run(REAPERD, "--", path)
    assert result.status == 126
    assert str(path) in result.err


def test_wrong_usage_is_2():
    result = run(REAPERD, "--no-such-option")
    assert result.status == 2 and "--no-such-option" in result.err


def test_nothing_is_printed_but_what_the_command_prints():
    result = run(REAPERD, "--", "echo", "hello")
    assert (result.out, result.err) == ("hello\n", "")


def test_standard_input_is_the_commands():
    result = subprocess.run([REAPERD, "--", "cat"], input=b"through", stdout=subprocess.PIPE, check=True)
    assert result.stdout == b"through"


def test_environment_and_arguments_arrive_unchanged():
    result = run(REAPERD, "--", "sh", "-c", 'echo "$X|$1|$2|$#"', "sh", "a b", "", env=clean_environment(X="1 $Y"))
    assert result.out == "1 $Y|a b||2\n"


def start(*command, **options):
    """Starts it with the command, and waits for the first line that it prints."""
    process = subprocess.Popen(
        [REAPERD, *command], stdout=subprocess.PIPE, env=clean_environment(), text=True, **options
    )
    line = process.stdout.readline()
    return process, line.strip()


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1", "USR2", "WINCH", "QUIT", "ALRM"])
def test_signals_are_forwarded(name):
    script = f"trap 'echo got; kill $!; exit 3' {name}; sleep 1000 & echo ready; while :; do wait; done"
    process, _ = start("--", "bash", "-c", script)
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert process.stdout.readline() == "got\n"
    assert process.wait(PATIENCE) == 3


def test_orphans_are_reaped_while_the_command_runs():
    script = "for i in 1 2 3 4 5; do (sleep 0.01 & ); done; echo ready; exec sleep 1000"
    process, _ = start("--", "bash", "-c", script)

    def zombies():
        text = run("ps", "-o", "stat=", "--ppid", process.pid).out
        return [line for line in text.splitlines() if "Z" in line], len(text.splitlines())

    wait_for(lambda: zombies() == ([], 1), "only the command is left below it")
    process.terminate()
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_what_the_command_left_is_ended_too():
    process, pid = start("--", "bash", "-c", "setsid sleep 1000 >&- 2>&- & echo $!; wait -n; true")
    assert is_alive(int(pid))
    process.terminate()
    process.wait(PATIENCE)
    assert not is_alive(int(pid))


def test_a_left_process_that_ignores_term_is_killed_within_the_budget():
    script = "(trap '' TERM; echo $BASHPID; exec >&- 2>&-; while :; do sleep 1000; done) & sleep 0.1; exit 5"
    begin = time.monotonic()
    process, pid = start("--stop-budget=500ms", "--", "bash", "-c", script)
    assert process.wait(PATIENCE) == 5
    assert not is_alive(int(pid))
    assert time.monotonic() - begin < 30


def test_a_traced_child_does_no_harm():
    helper = os.path.join(os.path.dirname(REAPERD), "helpers", "traceme")
    script = f"{helper} & {helper} & wait; echo done; exit 4"
    result = run(REAPERD, "--", "bash", "-c", script)
    assert (result.status, result.out.splitlines()[-1]) == (4, "done")


def test_as_pid_1(pid1):
    result = run(*pid1, REAPERD, "--", "sh", "-c", "echo $PPID; exit 6")
    assert (result.out, result.status) == ("1\n", 6)


def test_as_an_ordinary_user(ordinary):
    assert run(*ordinary, REAPERD, "--", "sh", "-c", "exit 9").status == 9


def test_without_a_socket_or_any_file(folder):
    assert run(REAPERD, "--", "ls", folder).out == ""


def test_with_units_the_command_ends_it_all(reaperd):
    reaperd.service("web", "/bin/sh -c 'echo up >%s/web; exec sleep 1000'" % reaperd.folder)
    result = reaperd.run(f"--socket={reaperd.socket}", "web.service", "--", "sh", "-c", f"while ! [ -s {reaperd.folder}/web ]; do sleep 0.02; done; cat {reaperd.folder}/web; exit 8")
    assert result.status == 8
    assert "up" in result.out


def test_with_a_failed_unit_it_is_1(reaperd):
    reaperd.service("web", "/bin/false", "Type=oneshot")
    result = reaperd.run(f"--socket={reaperd.socket}", "web.service", "--", "echo", "never")
    assert result.status == 1 and "never" not in result.out
    assert "web.service" in result.err
