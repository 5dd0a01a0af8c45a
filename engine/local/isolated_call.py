"""Isolated calls: run one function in a child process with llama.cpp and return its result.

A broken driver, a worker that dies or a file that makes native code abort ends the child and nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.errors import ErrorInfo, UserError, error_info
from engine.local import health
from engine.local.child_process import prepare_process

Answer = TypeVar("Answer", bound=msgspec.Struct)
# First argument of a question: reports its progress, 0 to 1.
Report = Callable[[float], None]

# A child that says nothing for this long is given up.
PATIENCE = 60.0
_POLL = 0.1


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    fraction: float


def ask(
    question: Callable[..., Answer],
    arguments: Sequence[Any],
    kind: type[Answer],
    *,
    keep_going: Callable[[float], bool] = lambda _: True,
    patience: float = PATIENCE,
    workers: Sequence[str] = (),
    environment: dict[str, str] | None = None,
) -> Answer:
    """Run `question(report, *arguments)` in a child process with llama.cpp started.

    `question` is a function of a module and its arguments can be pickled; `kind` is a tagged struct.
    `keep_going` gets the progress several times a second and ends the child by returning False. `workers` are
    the addresses that the child computes with, to be named when one dies. `environment` is set before
    llama.cpp is loaded.

    Raises the question's own UserError, `engine.load_cancelled`, and `engine.*` or `worker.lost` with the
    reason when the child could not answer.
    """
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="coterie-ask-") as folder:
        log_path = Path(folder) / "log"
        log_path.touch()
        with log_path.open("rb") as log:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_answer,
                args=(theirs, str(log_path), environment or {}, question, tuple(arguments)),
                daemon=True,
            )
            with theirs:
                process.start()
            try:
                data = _wait(ours, keep_going, patience)
            except BaseException:
                process.kill()
                raise
            finally:
                code = _ended(process, ours)
            if not data:
                tail = log.read().decode("utf-8", "replace").splitlines()
                raise UserError.from_info(health.lost_worker(tail, workers) or health.outcome(code))
    answer: Answer | ErrorInfo = msgspec.json.decode(data, type=kind | ErrorInfo)
    if isinstance(answer, ErrorInfo):
        raise UserError.from_info(answer)
    return answer


def _wait(connection: Connection, keep_going: Callable[[float], bool], patience: float) -> bytes:
    """The answer's bytes, empty if the child ended without one."""
    heard, fraction = time.monotonic(), 0.0
    while True:
        if connection.poll(_POLL):
            try:
                data = connection.recv_bytes()
            except EOFError:
                return b""
            heard = time.monotonic()
            try:
                fraction = msgspec.json.decode(data, type=Progress).fraction
            except msgspec.ValidationError:
                return data
        if not keep_going(fraction):
            raise UserError("engine.load_cancelled")
        if time.monotonic() - heard > patience:
            raise UserError("engine.not_answering")


def _ended(process: SpawnProcess, connection: Connection) -> int | None:
    """End the child; its exit code."""
    connection.close()
    process.join(1.0)
    if process.is_alive():
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    return code


def _answer(
    connection: Connection,
    log_path: str,
    environment: dict[str, str],
    question: Callable[..., msgspec.Struct],
    arguments: tuple[Any, ...],
) -> None:
    """Run in the child. A broken pipe means that nobody waits any more."""
    prepare_process(log_path)
    os.environ.update(environment)

    def send(value: msgspec.Struct) -> None:
        try:
            connection.send_bytes(msgspec.json.encode(value))
        except OSError:
            os._exit(0)

    send(_answered(question, lambda fraction: send(Progress(fraction)), arguments))


def _answered(
    question: Callable[..., msgspec.Struct], report: Report, arguments: tuple[Any, ...]
) -> msgspec.Struct:
    try:
        from engine.local import native

        native.start()
    except Exception as error:  # of any kind: the package's own, or of the system's loader
        return error_info("engine.library_failed", error)
    try:
        return question(report, *arguments)
    except Exception as error:  # the file is someone else's: it may find any mistake of ours
        return error_info("engine.load_failed", error)
