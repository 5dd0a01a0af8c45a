"""Whether this version works here at all: it opens its window over an empty data folder, and closes it.

The version that it is to replace asks for it; what it prints and its exit code are for that one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer

from app.desktop.application import Application, Desktop, dress
from app.installation.facts import installation
from app.services.settings.settings import SettingsFile

PATIENCE_MS = 120_000


def run(argv: Sequence[str]) -> int:
    """Print the version as a JSON object once the window is open; 0 then, else 1."""
    application = Application(list(argv))
    with tempfile.TemporaryDirectory(prefix="coterie-", ignore_cleanup_errors=True) as folder:
        settings = SettingsFile(Path(folder) / "settings.toml")
        dress(application, settings)
        desktop = Desktop(Path(folder), settings)
        desktop.opened.connect(lambda: application.exit(0))
        QTimer.singleShot(PATIENCE_MS, application, lambda: application.exit(1))
        desktop.start(background=True)
        try:
            code = application.exec()
        finally:
            desktop.close()
    if code == 0:
        print(json.dumps({"version": installation().version}), flush=True)
    return code
