"""Unhandled exceptions and native faults: logged, and told once in the window."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from app.log import FAULTS

log = logging.getLogger(__name__)


class CrashLog:
    """While open, unhandled exceptions of every thread are logged, those of the GUI thread also go to `tell`.

    A fault in native code leaves its traceback in `faults.log`; one of an earlier session is then `faults.log.1`.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._faults: IO[str] | None = None
        with contextlib.suppress(OSError):  # the store tells of a folder that cannot be written to
            self._faults = _opened(folder)
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


def _opened(folder: Path) -> IO[str]:
    file = folder / FAULTS
    folder.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size:
        log.warning("The last session ended with a fault in native code")
        file.replace(file.with_name(f"{FAULTS}.1"))
    return file.open("a", encoding="utf-8")
