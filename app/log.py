"""Log files: rotating files in `logs` of the data folder with what a bug report needs.

Modules log with `logging.getLogger(__name__)`. A record carries numbers, ids, states, codes and names of models,
never what a person or a model wrote, a token or a key. Tracebacks keep to that as well: see `reason`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from app.version import VERSION
from engine.errors import UserError

WINDOW = "window.log"
COMMANDS = "commands.log"
FAULTS = "faults.log"
PACKAGES = ("app", "agents", "engine")
MAX_BYTES = 1_000_000
KEPT = 3
# Errors whose messages Python and Qt write; others may quote the text that they stumbled over.
_WITHOUT_TEXT = (AttributeError, TypeError, NameError, ImportError, RuntimeError, AssertionError)
# Tokens of hubs and services, what follows "Bearer", and in addresses the credentials and the query.
_SECRETS = (
    re.compile(r"()\b(?:hf_|sk-)[\w-]{6,}"),
    re.compile(r"(\bbearer\s+)\S+", re.IGNORECASE),
    re.compile(r"(://)[^/@\s]+(?=@)"),
    re.compile(r"(https?://[^\s?]+\?)\S+"),
)


@contextlib.contextmanager
def written_to(file: Path, *, debug: bool = False) -> Iterator[None]:
    """Write the log of Coterie's packages to `file`, from INFO on; with `debug` everything, and to stderr as
    well.

    The file and its folder are made with the first record. Where they cannot be, nothing is written or said.
    """
    handlers: list[logging.Handler] = [_File(file)]
    if debug:
        handlers.append(logging.StreamHandler(sys.stderr))
    loggers = [logging.getLogger(package) for package in PACKAGES]
    for handler in handlers:
        handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for logger in loggers:
        logger.setLevel(logging.DEBUG if debug else logging.INFO)
        for handler in handlers:
            logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.setLevel(logging.NOTSET)
            for handler in handlers:
                logger.removeHandler(handler)
        for handler in handlers:
            handler.close()


def set_levels(levels: Mapping[str, str]) -> None:
    """Set levels of single loggers, such as {"engine.local": "debug"}."""
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level.upper())


def redacted(text: str) -> str:
    """The text with "~" for the path of the home folder, and without what looks like a secret."""
    for secret in _SECRETS:
        text = secret.sub(r"\1…", text)
    home = str(Path.home())
    if len(home) < 2:
        return text
    flags = re.IGNORECASE if sys.platform == "win32" else 0
    return re.sub(re.escape(home) + r"(?![\w.-])", "~", text, flags=flags)


def reason(error: BaseException) -> str:
    """The message of an error as far as it cannot contain user text: a code, a name, or nothing."""
    if isinstance(error, UserError):
        return error.code
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        return name
    return str(error) if isinstance(error, _WITHOUT_TEXT) else "(message left out)"


def trace(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """The lines of a traceback, causes first and members of a group last, with `reason` for each message."""
    seen |= {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from trace(cause, seen)
        yield "This led to:"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield f"{type(error).__qualname__}: {reason(error)}"
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from trace(member, seen)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return "" if ei[1] is None else "\n".join(trace(ei[1]))


class _File(RotatingFileHandler):
    """A log file that begins with the versions, as does the part of each process.

    Several processes may share it.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(
            file,
            maxBytes=MAX_BYTES,
            backupCount=KEPT,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )

    def _open(self) -> TextIOWrapper:
        folder = Path(self.baseFilename).parent
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        stream = super()._open()
        # platform.platform() would start a program to learn of the processor.
        system = " ".join((platform.system(), platform.release(), platform.machine()))
        stream.write(
            f"--- Coterie {VERSION}, Python {platform.python_version()}, {system}, process {os.getpid()}\n"
        )
        return stream

    def doRollover(self) -> None:
        with contextlib.suppress(OSError):  # Windows: another process has it open; the file just grows on
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:
        """Ignore errors of the log itself."""
