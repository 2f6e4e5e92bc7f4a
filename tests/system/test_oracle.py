"""The same units read by systemd and by us: a short version of what tests/oracle does at length."""

import os
import pathlib
import subprocess

import pytest
from machine import why_no_oracle

ORACLE = pathlib.Path(__file__).parents[1] / "oracle"
SYSTEMD = os.environ.get("REAPERD_SYSTEMD", "/lib/systemd/systemd")


def test_odd_units_are_read_alike():
    reason = why_no_oracle(SYSTEMD)
    if reason:
        pytest.skip(reason)
    result = subprocess.run([ORACLE / "odd_units", "--count=500", f"--systemd={SYSTEMD}"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_commands_are_answered_alike():
    """A part of the written command lines, to a real systemd and to us; `make check-oracle` gives all."""
    result = subprocess.run([ORACLE / "compare_commands", *(f"--group={name}" for name in ("lists", "states", "jobs", "manager"))],
                            capture_output=True, text=True, check=False)
    if " 1 skipped" in result.stdout:
        pytest.skip(result.stdout.splitlines()[0].partition("skipped: ")[2])
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.unsanitized("it is too slow for what is to happen within milliseconds")
def test_scenarios_go_alike():
    """A part of the written scenarios under a real systemd and under us; `make check-oracle` plays all."""
    result = subprocess.run([ORACLE / "compare", "--every=11"], capture_output=True, text=True, check=False)
    if " 1 skipped" in result.stdout:
        pytest.skip(result.stdout.splitlines()[0].partition("skipped: ")[2])
    assert result.returncode == 0, result.stdout + result.stderr
