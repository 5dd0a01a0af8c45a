"""Tuning: tries placements, batches, threads and cache types, and keeps the fastest."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import psutil

from engine.api import LoadRequest
from engine.errors import ErrorInfo, UserError
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import ask_about, loaded
from engine.local.threads import default_threads
from engine.placement.plan import Machine, PlacementOptions, Plan
from engine.placement.variations import Setting, answer_seconds, variations

# A change must gain this share of the time to be kept: two runs of one setting differ by a few percent.
GAIN = 0.05
# A trial reads as much of a prompt as it can in about this time.
_PREFILL_S = 2.0
_LEAST_PROMPT, _MOST_PROMPT, _ANSWER = 128, 2048, 24


class Speeds(msgspec.Struct, frozen=True, tag="speeds"):
    """The result of one trial's child."""

    prefill_tps: float
    decode_tps: float
    prompt_tokens: int
    plan: Plan | None = None


class Trial(msgspec.Struct, frozen=True):
    """One setting and what it gave: tokens per second, and the seconds of a question with 2,000 tokens to read
    and 500 to write. `kind` is what was changed ("planned": nothing). Speeds are 0 with an `error`."""

    kind: str
    setting: Setting
    prefill_tps: float = 0.0
    decode_tps: float = 0.0
    seconds: float = 0.0
    error: ErrorInfo | None = None


class Tuning(msgspec.Struct, frozen=True):
    """The planned setting, the best one (the planned one itself when nothing was faster), all that was tried
    in that order, and whether the time was over before all was."""

    before: Trial
    after: Trial
    tried: tuple[Trial, ...]
    out_of_time: bool


# Called with each trial when it has ended, and with the share of the time that is over; False ends the tuning
# with what was found.
OnTrial = Callable[[Trial | None, float], bool]


def tune(
    path: str,
    options: PlacementOptions,
    machine: Machine,
    *,
    threads: int = 0,
    seconds: float = 60.0,
    on_trial: OnTrial = lambda _trial, _share: True,
) -> Tuning:
    """Measure the planned setting and variations of it, each in a fresh child, for at most `seconds`.

    What is faster becomes what the next variations change. A variation is begun only when the time that the
    first trial took is left, and ended when the time is over. Raises UserError as loading does,
    `engine.load_cancelled`, and `tuning.too_slow` (seconds) when not even the planned setting could be
    measured in that time.
    """
    run = _Run(path, seconds, on_trial)
    planned = Setting(options, threads or default_threads())
    before, first = run.trial("planned", planned, 0)
    if first is None:
        if before.error and before.error.code != "engine.load_cancelled":
            raise UserError.from_info(before.error)
        if run.over:
            raise UserError("tuning.too_slow", seconds=int(seconds))
        raise UserError("engine.load_cancelled")
    run.cost = run.elapsed
    best = before
    cores, processors = default_threads(), psutil.cpu_count() or 1
    out_of_time = False
    for variation in variations(first.plan, machine, planned, cores, processors):
        out_of_time = run.elapsed + run.cost > seconds
        if run.ended or out_of_time:
            break
        if variation.ubatch > first.prompt_tokens:
            continue  # the prompt that there is time for would not fill it
        trial, _ = run.trial(variation.kind, variation.applied(best.setting), first.prompt_tokens)
        if trial.error is None and trial.seconds < best.seconds * (1 - GAIN):
            best = trial
    return Tuning(before, best, tuple(run.tried), out_of_time or run.over)


class _Run:
    """The clock and the trials of one tuning."""

    def __init__(self, path: str, seconds: float, on_trial: OnTrial) -> None:
        self._path, self._seconds, self._on_trial = path, seconds, on_trial
        self._started = time.monotonic()
        self.cost = 0.0
        self.tried: list[Trial] = []
        self.ended = False

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @property
    def over(self) -> bool:
        return self.elapsed >= self._seconds

    def trial(self, kind: str, setting: Setting, prompt_tokens: int) -> tuple[Trial, Speeds | None]:
        request = LoadRequest(self._path, setting.options, setting.threads)
        try:
            found = ask_about(request, _measure, (prompt_tokens,), Speeds, self._keep_going, self._seconds)
        except UserError as error:
            trial = Trial(kind, setting, error=error.info)
            self._report(trial)
            return trial, None
        taken = answer_seconds(found.prefill_tps, found.decode_tps)
        trial = Trial(kind, setting, found.prefill_tps, found.decode_tps, taken)
        self._report(trial)
        return trial, found

    def _keep_going(self, _: float) -> bool:
        if not self._on_trial(None, min(1.0, self.elapsed / self._seconds)):
            self.ended = True
        return not self.ended and not self.over

    def _report(self, trial: Trial) -> None:
        if trial.error and (self.ended or self.over):
            return  # it was cut off, which says nothing of the setting
        self.tried.append(trial)
        if not self._on_trial(trial, min(1.0, self.elapsed / self._seconds)):
            self.ended = True


def _measure(report: Report, request: LoadRequest, prompt_tokens: int) -> Speeds:
    """Prompts of `prompt_tokens`; 0 chooses as many as are read in a short time."""
    from engine.local.measure import speed

    with loaded(request, lambda fraction: report(fraction / 2)) as session:
        speed.warm_up(session, lambda: None)
        room = session.context_length - _ANSWER
        if not prompt_tokens:
            least = min(_LEAST_PROMPT, room)
            tps = speed.measure(session, least, 1, lambda: None).prefill_tps
            prompt_tokens = max(least, min(_MOST_PROMPT, int(tps * _PREFILL_S)))
        count = min(prompt_tokens, room)
        speeds = speed.measure(session, count, _ANSWER, lambda: None)
        return Speeds(speeds.prefill_tps, speeds.decode_tps, count, session.facts.plan)
