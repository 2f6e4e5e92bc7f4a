"""The same units read by systemd and by us: a short version of what tests/oracle does at length."""

import os
import pathlib
import subprocess

import pytest

ORACLE = pathlib.Path(__file__).parents[1] / "oracle"
SYSTEMD = os.environ.get("REAPERD_SYSTEMD", "/lib/systemd/systemd")


@pytest.mark.skipif(not os.access(SYSTEMD, os.X_OK), reason="needs systemd to compare with")
def test_odd_units_are_read_alike():
    result = subprocess.run([ORACLE / "odd_units", "--count=500", f"--systemd={SYSTEMD}"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
