"""The command with nobody at the terminal, a folder to work in, and what measuring this machine leaves."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from app.services.placement.placements import calibrations
from engine.local.calibration import calibrate
from engine.local.repack.speeds import keep_speeds
from engine.local.survey import survey
from tests.support.command import Command


@pytest.fixture
def command(coterie_home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Nobody is at the terminal, and no hub answers."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    return Command(coterie_home, "http://127.0.0.1:9")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def kept_calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What measuring this machine leaves in a data folder, and is not left while other tests keep it busy."""
    folder = calibrations(tmp_path_factory.mktemp("measured"))
    found = survey(())
    build = found.build_key
    # A machine that others keep busy may take longer than a measurement may.
    assert any(calibrate(found.machine, build, folder, busy=lambda: 0.0).complete for _ in range(8))
    keep_speeds(found.machine, build, folder, ())
    return folder


@pytest.fixture
def measured(kept_calibration: Path, coterie_home: Path) -> None:
    """The machine was measured before."""
    shutil.copytree(kept_calibration, calibrations(coterie_home))
