"""What the shells offer to complete: all of it is reaperctl's own answer."""

import pathlib
import shutil
import subprocess

import pytest

from reaperd import REAPERCTL, clean_environment, run

FILES = pathlib.Path(__file__).parents[2] / "packaging" / "completion"


@pytest.fixture
def up(reaperd):
    reaperd.service("running")
    reaperd.service("resting", unit="Description=Not yet")
    reaperd.unit("all.target", "[Unit]\nWants=running.service\n")
    reaperd.start("all.target")
    return reaperd


def offered(up, *words):
    result = run(REAPERCTL, "__complete", f"--socket={up.socket}", *words)
    return dict(line.split("\t") for line in result.out.splitlines())


def test_verbs_options_and_values(up):
    assert offered(up, "is-") == {"is-active": "0 when one of them is active", "is-failed": "0 when one of them has failed",
                                  "is-enabled": "0 when one of them is enabled", "is-system-running": "0 when all is well"}
    assert set(offered(up, "--no-b")) == {"--no-block"} and set(offered(up, "--signa")) == {"--signal="}
    assert set(offered(up, "logs", "-o", "short")) == {"short", "short-iso"}
    assert set(offered(up, "kill", "--signal", "SIGU")) == {"SIGUSR1", "SIGUSR2", "SIGURG"}
    assert set(offered(up, "analyze", "p")) == {"plot"}


def test_units_that_a_verb_is_for(up):
    assert "running.service" in offered(up, "stop", "") and "resting.service" not in offered(up, "stop", "")
    assert "resting.service" in offered(up, "start", "re"), "it is not loaded, and can be started"
    assert "resting.service" in offered(up, "enable", "")
    assert set(offered(up, "set-default", "al")) == {"all.target"}
    assert offered(up, "stop", "-s", "TERM", "runn") == offered(up, "stop", "runn") != {}
    assert offered(up, "reap", "") == {} == offered(up, "set-default", "all.target", "")
    assert run(REAPERCTL, "__complete", f"--socket={up.socket}", "verify", "").status == 1, "a file: the shell's own"


def test_without_a_reaperd_the_words_are_still_there(folder):
    result = run(REAPERCTL, "__complete", f"--socket={folder}/none", "sta")
    assert [line.split("\t")[0] for line in result.out.splitlines()] == ["status", "start", "stats"]
    assert run(REAPERCTL, "__complete", f"--socket={folder}/none", "stop", "").out == ""


def in_shell(shell, script, up):
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}")
    environment = clean_environment(PATH=f"{REAPERCTL.parent}:/usr/bin:/bin", REAPERD_SOCKET=str(up.socket), HOME=str(up.folder))
    return subprocess.run([shell, "-c", script], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True).stdout.split()


BASH = "shopt -s extglob; compopt() {{ :; }}; . {file}; COMP_WORDS=({words}); COMP_CWORD={last}; _reaperctl; echo \"${{COMPREPLY[@]}}\""


def test_bash(up):
    file = FILES / "reaperctl.bash"
    assert in_shell("bash", BASH.format(file=file, words="reaperctl is-a", last=1), up) == ["is-active"]
    assert in_shell("bash", BASH.format(file=file, words="reaperctl stop runn", last=2), up) == ["running.service"]
    assert in_shell("bash", BASH.format(file=file, words="reaperctl logs --output = short-", last=4), up) == ["short-iso"]


def test_fish(up):
    script = f"source {FILES}/reaperctl.fish; complete -C 'reaperctl is-a'; complete -C 'reaperctl stop runn'"
    words = in_shell("fish", script, up)
    assert "is-active" in words and "running.service" in words


def test_zsh_can_read_its_part(up):
    in_shell("zsh", f"zsh -n {FILES}/_reaperctl", up)
