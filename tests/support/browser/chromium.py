"""Chromium without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import wait_until

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The program, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def shown(program: str, url: str, *settings: str) -> Iterator[None]:
    """A browser that has nothing but this page, with a profile that goes with it."""
    profile = tempfile.mkdtemp()
    process = subprocess.Popen(
        [
            *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(f"--user-data-dir={profile}", *settings, url),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": profile, "HOME": profile},
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        wait_until(lambda: _is_gone(profile))


def _is_gone(profile: str) -> bool:
    """The browser's helpers write there for a moment longer than it lives."""
    shutil.rmtree(profile, ignore_errors=True)
    return not Path(profile).exists()
