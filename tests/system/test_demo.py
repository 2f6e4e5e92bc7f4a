"""The demo, without its pauses: every step of it is waited for, and nothing is left."""

import os
import pathlib

import pytest
from conftest import can
from reaperd import BUILD, clean_environment, run

DEMO = pathlib.Path(__file__).parents[2] / "scripts" / "demo"


def test_the_demo(folder):
    if not pathlib.Path("/lib/systemd/system/redis-server.service").exists() or not can("redis-cli", "--version"):
        pytest.skip("needs Debian's redis-server")
    environment = clean_environment(PAUSE="0", BUILD_FOLDER=str(BUILD), TMPDIR=str(folder))
    result = run(DEMO, env=environment, patience=120)
    assert result.status == 0, result
    for words in ("20000", "NRestarts=1", "found them by asking", "<zombie>", "orphan", "ended with status 0"):
        assert words in result.out, result
    assert os.listdir(folder) == []
