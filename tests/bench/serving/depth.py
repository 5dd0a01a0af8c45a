"""Reading and writing behind long conversations: the engine beside llama-bench as it comes, and at its best."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from engine.api import LoadRequest
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.calibration import calibrate
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import ask_about, loaded
from engine.local.measure.tuning import Speeds
from engine.local.survey import survey
from engine.placement.plan import PlacementOptions
from tests.bench.serving import llama_bench
from tests.bench.serving.bench_bed import Bed
from tests.bench.serving.goals import Row

# Each with its goal for decoding beside llama-bench's default. With an answer behind it the deepest is about all that
# the models were trained for.
GOALS = {0: 0.97, 1500: 1.5, 3000: 2.0, 8000: 2.0}
_CONTEXT, _PROMPT, _ANSWER = 8192, 256, 32
# The deepest takes minutes to read for each of all who are compared.
_ROUNDS = {0: 3, 1500: 3, 3000: 3, 8000: 1}
# What llama-bench can be told of attention.
SETTINGS: dict[str, tuple[str, ...]] = {
    "default": (),
    "-fa 0": ("-fa", "0"),
    "-fa 0, bf16": ("-fa", "0", "-ctk", "bf16", "-ctv", "bf16"),
    "-fa 1, bf16": ("-fa", "1", "-ctk", "bf16", "-ctv", "bf16"),
    "-fa 1, q8_0": ("-fa", "1", "-ctk", "q8_0", "-ctv", "q8_0"),
}
# What is so far behind the best at one depth is not timed deeper.
_HOPELESS = 0.8


class _Pair(NamedTuple):
    """Tokens per second."""

    prefill: float
    decode: float


def measure(bed: Bed, depths: tuple[int, ...] = tuple(GOALS)) -> list[Row]:
    """At each depth our speeds, those of llama-bench's default, and of the settings that are its best there; in
    turns. As in use, we choose by a calibration of this machine."""
    rows: list[Row] = []
    trained = tensor_index(read_index(bed.model)).trained_context
    settings = list(SETTINGS) if bed.bench else []
    with tempfile.TemporaryDirectory() as folder:
        found = survey(())
        calibrate(found.machine, found.build_key, Path(folder), busy=lambda: 0.0)
        for depth in depths:
            if max(depth, _PROMPT) + _ANSWER > trained:
                continue
            ours: list[_Pair] = []
            theirs: dict[str, list[_Pair]] = {name: [] for name in settings}
            for _ in range(_ROUNDS[depth]):
                ours.append(_ours(bed, depth, folder))
                for name, pairs in theirs.items():
                    pairs.append(_theirs(bed, depth, SETTINGS[name]))
            rows += _rows(depth, ours, theirs)
            if depth:
                settings = _worth_timing(theirs)
    return rows


def _rows(depth: int, ours: list[_Pair], theirs: dict[str, list[_Pair]]) -> list[Row]:
    place = f"behind {max(depth, _PROMPT):,} tokens"
    mine = [each.decode for each in ours]
    if not theirs:
        return [Row(f"decode {place}", "tok/s", mine)]
    best = max(theirs, key=lambda name: _median(theirs[name]))
    default, fastest = theirs["default"], [each.decode for each in theirs[best]]
    read = [each.prefill for each in ours], [each.prefill for each in default]
    return [
        Row(
            f"decode {place} beside llama-bench",
            "tok/s",
            mine,
            [each.decode for each in default],
            GOALS[depth],
        ),
        Row(f"decode {place} beside its best ({best})", "tok/s", mine, fastest, 0.97),
        Row(f"prefill {place} beside llama-bench", "tok/s", *read, 0.97),
    ]


def _median(pairs: list[_Pair]) -> float:
    return statistics.median(each.decode for each in pairs)


def _worth_timing(theirs: dict[str, list[_Pair]]) -> list[str]:
    best = max(map(_median, theirs.values()), default=0.0)
    return [name for name, pairs in theirs.items() if name == "default" or _median(pairs) >= _HOPELESS * best]


def _theirs(bed: Bed, depth: int, settings: tuple[str, ...]) -> _Pair:
    assert bed.bench is not None
    before, behind = max(depth - _PROMPT, 0), max(depth, _PROMPT)
    return _Pair(
        llama_bench.prefill_tps(bed.bench, bed.model, bed.threads, _PROMPT, before, settings),
        llama_bench.decode_tps(bed.bench, bed.model, bed.threads, _ANSWER, behind, settings),
    )


def _ours(bed: Bed, depth: int, folder: str) -> _Pair:
    request = LoadRequest(str(bed.model), PlacementOptions(_CONTEXT), bed.threads, calibrations=folder)
    found = ask_about(request, _once, (depth,), Speeds, lambda _: True)
    return _Pair(found.prefill_tps, found.decode_tps)


def _once(report: Report, request: LoadRequest, depth: int) -> Speeds:
    from engine.local.measure import speed

    def alive() -> None:
        report(0.5)

    with loaded(request, report) as session:
        speed.warm_up(session, alive)
        found = speed.measure(session, _PROMPT, _ANSWER, alive, depth=depth)
        return Speeds(found.prefill_tps, found.decode_tps, _PROMPT)
