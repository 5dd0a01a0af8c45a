"""Chats as PDF. Qt prints them in a process of its own: the window goes on, and the command line loads no Qt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import app
from app.integration.launch import python
from app.language import Language
from engine.errors import UserError

_PACKAGES = str(Path(app.__file__).resolve().parent.parent)


def printed(source: Path, folder: Path, language: Language, alive: Callable[[], None]) -> Generator[Path]:
    """The chats of a file of Coterie's own JSON as PDFs in `folder`, one after the other as they are done.

    `alive` is called meanwhile, and ends the work by raising. Raises UserError `exchange.not_printed`.
    """
    number, reason = 0, ""
    with _printing(source, folder, language) as process:
        assert process.stdout is not None
        for line in process.stdout:
            alive()
            if line.startswith("done"):
                yield folder / f"{number}.pdf"
                number += 1
            elif line.startswith("failed"):
                reason = line.removeprefix("failed").strip()
        code = process.wait()
    if code:
        raise UserError("exchange.not_printed", detail=reason or f"exit code {code}")


@contextmanager
def _printing(source: Path, folder: Path, language: Language) -> Iterator[subprocess.Popen[str]]:
    paths = os.pathsep.join(filter(None, (_PACKAGES, os.environ.get("PYTHONPATH", ""))))
    with subprocess.Popen(
        [*python(), "-m", "app.desktop.printing", str(source), str(folder), language],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1", "PYTHONPATH": paths},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        try:
            yield process
        finally:
            process.kill()
