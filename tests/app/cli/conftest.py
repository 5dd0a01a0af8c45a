"""A hub and the command that asks it, for the tests of `coterie models`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.services.placement.placements import calibrations
from engine.local.calibration import calibrate
from engine.local.repack.speeds import keep_speeds
from engine.local.survey import survey
from tests.support.command import Command
from tests.support.hub import Hub


@pytest.fixture
def command(hub: Hub, coterie_home: Path) -> Command:
    """`coterie` with an empty data folder and the hub of the test."""
    return Command(coterie_home, hub.address)


@pytest.fixture
def impatient(hub: Hub, coterie_home: Path) -> Command:
    """The same with time-outs of seconds."""
    return Command(coterie_home, hub.address, module="tests.support.impatient")


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
