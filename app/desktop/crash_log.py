"""What went wrong that nobody foresaw: into logs/desktop.log, and told once on the screen."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

LOG_BYTES = 1_000_000
KEPT = 3

log = logging.getLogger("app.desktop")


class CrashLog:
    """While open, unhandled exceptions of every thread are logged, those of the GUI thread also go to `tell`.

    A fault in native code leaves its traceback in `faults.log`.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._handler: logging.Handler | None = None
        self._faults: IO[str] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                folder / "desktop.log", maxBytes=LOG_BYTES, backupCount=KEPT, encoding="utf-8"
            )
            self._faults = (folder / "faults.log").open("a", encoding="utf-8")
        except OSError as error:
            # A folder that cannot be written to is told by the store; the log then goes to stderr only.
            print(f"coterie: no log in {folder}: {error}", file=sys.stderr)
        if self._handler is not None:
            self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
            logging.getLogger().addHandler(self._handler)
        if self._faults is not None:
            faulthandler.enable(self._faults)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        log.error("Unhandled exception", exc_info=(kind, error, trace))
        self._before[0](kind, error, trace)
        self._tell(f"{kind.__name__}: {error}")

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.error("Unhandled exception in a thread", exc_info=args.exc_value)

    def close(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
