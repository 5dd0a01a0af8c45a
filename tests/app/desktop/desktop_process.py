"""A desktop in a process of its own, for tests of starting and ending: `python -m … SECONDS [OPENED|--background]`.

Runs the product's own `run` over `COTERIE_HOME` with the scripted engine, prints "shown" with the modules that
were imported by the first paint, "open" when the data is there, and closes after that time or when its standard
input ends; in the background it is told to end, as by the system.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop import application
from app.integration.open_request import OpenRequest, request_of
from app.services.settings.settings import SettingsFile

HEAVY = ("sqlalchemy", "alembic", "ziamath", "llama_cpp", "huggingface_hub")


def open_scripted(home: Path, settings: SettingsFile) -> object:
    from app.services.services import open_services
    from tests.support.engines.scripted_engine import ScriptedEngine

    return open_services(home, settings, ScriptedEngine)


class Watched(application.Desktop):
    """Says how far it is on stdout."""

    def __init__(self, home: Path, settings: SettingsFile) -> None:
        super().__init__(home, settings, open_scripted)  # type: ignore[arg-type]

    def open(self) -> None:
        print("shown", *(name for name in HEAVY if name in sys.modules), flush=True)
        super().open()

    def _opened(self, services: object) -> None:
        super()._opened(services)  # type: ignore[arg-type]
        print("open", flush=True)

    def take(self, request: OpenRequest) -> None:
        super().take(request)
        print("took", request.link or request.file, flush=True)

    def _failed(self, error: Exception) -> None:
        super()._failed(error)
        print("failed", getattr(error, "code", error), flush=True)


def main() -> None:
    application.Desktop = Watched  # type: ignore[misc,assignment]
    seconds, background = float(sys.argv[1]), "--background" in sys.argv

    def leave() -> None:
        print("asked", sum(w.isActiveWindow() for w in QApplication.topLevelWidgets()), flush=True)
        if background:
            QApplication.quit()
            return
        for widget in QApplication.topLevelWidgets():
            widget.close()

    # Both need the application, which `run` makes: they start with the first desktop.
    started = Watched.start

    def start(desktop: Watched, **options: bool) -> None:
        QTimer.singleShot(round(seconds * 1000), leave)
        ended = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, desktop)
        ended.activated.connect(lambda: (ended.setEnabled(False), leave()))
        started(desktop, **options)

    Watched.start = start  # type: ignore[assignment,method-assign]
    request = request_of(sys.argv[2]) if len(sys.argv) > 2 and not background else None
    sys.exit(application.run(["coterie"], background=background, request=request))


if __name__ == "__main__":
    main()
