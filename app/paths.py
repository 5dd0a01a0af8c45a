"""Data folder: `COTERIE_HOME`, or the platform's folder for application data."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The data folder. Not created here: the first writer creates it."""
    chosen = os.environ.get("COTERIE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs  # only here: the import takes 4 ms of a start

    return Path(platformdirs.user_data_dir("coterie", appauthor=False))


def database() -> Path:
    return home() / "coterie.db"


def backups() -> Path:
    return home() / "backups"


def settings_file() -> Path:
    return home() / "settings.toml"


def cuda() -> Path:
    """Of what computes on NVIDIA's cards, where a person had that fetched."""
    return home() / "cuda"


def logs() -> Path:
    return home() / "logs"
