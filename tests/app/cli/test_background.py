"""`coterie --background`, where there is no window to leave out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.command import here

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def test_it_goes_with_no_command(coterie_home: Path) -> None:
    ran = here("--background", "keys", "list", QT_QPA_PLATFORM="offscreen")
    assert ran.code == 2 and "--background" in ran.err


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen")
@pytest.mark.parametrize("language", ["en_US.UTF-8", "ko_KR.UTF-8"])
def test_without_a_screen_it_names_what_serves_instead(coterie_home: Path, language: str) -> None:
    ran = here("--background", LC_ALL=language, **dict.fromkeys(SCREENS, ""))
    assert ran.code == 1 and "coterie serve" in ran.sentence
