"""Lets an engine answer for a moment with a backend, in a process of its own (`trial`)."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from engine.hub.transfer import StopToken

TIMEOUT_S = 600
# A short answer of a chat: what reading and writing count for when two devices are compared.
PROMPT_TOKENS, ANSWER_TOKENS = 500, 100


class TrialError(Exception):
    """A backend does not answer."""


class SlowerError(TrialError):
    """A backend answers, and the processor that shares its memory does so sooner."""


class Trial(NamedTuple):
    """What came of a run."""

    device: str
    integrated: bool
    prefill: float
    """Tokens per second, as is `decode`."""
    decode: float

    @property
    def seconds(self) -> float:
        """What a usual short answer takes at these speeds."""
        return PROMPT_TOKENS / self.prefill + ANSWER_TOKENS / self.decode


def run_trial(
    python: Sequence[str],
    root: Path,
    device: Literal["cpu", "gpu"],
    folder: str,
    log: Path,
    environ: Mapping[str, str],
    stop: StopToken | None = None,
) -> Trial:
    """Run the starter with the backend in `folder`, "none" for none. `python` is a command, and `root` the folder of
    Coterie's packages. Raises TrialError, and Stopped, which may come from `stop` at any time."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [*python, "-m", "app.services.cuda_pack.trial", device],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=root,
                env={**environ, "COTERIE_GPU": folder},
            ) as process,
            contextlib.nullcontext() if stop is None else stop.calling(process.kill),
        ):
            answer = _answer(process)
        if stop is not None:
            stop.check()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        told = json.loads(answer)
        trial = Trial(str(told["device"]), bool(told["integrated"]), told["prefill"], told["decode"])
        if not (trial.prefill > 0 and trial.decode > 0):
            raise ValueError(f"no speed: {trial}")
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise TrialError(f"No answer ({error}). The log: {log}") from error
    return trial


def _answer(process: subprocess.Popen[bytes]) -> bytes:
    """What a process prints until it ends. Raises TimeoutExpired for one that does not, which is ended then."""
    try:
        return process.communicate(timeout=TIMEOUT_S)[0]
    except BaseException:
        process.kill()
        raise
