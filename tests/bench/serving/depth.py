"""Reading and writing behind long conversations: the engine beside llama-bench as it comes, and at its best."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import msgspec

from engine.api import LoadRequest
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.calibration import calibrate
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import ask_about, loaded
from engine.local.survey import survey
from engine.placement.plan import Attention, AttentionSpeed, CacheType, PlacementOptions
from tests.bench.serving import llama_bench
from tests.bench.serving.bench_bed import Bed
from tests.bench.serving.goals import Row

# Each with its goal for decoding beside llama-bench's default. The deepest is as deep as the models were trained for,
# with a prompt and an answer behind it.
GOALS = {0: 0.97, 1500: 1.5, 3000: 2.0, 8000: 2.0}
_CONTEXT, _PROMPT, _ANSWER = 8192, 256, 32
# Of both models.
_HEAD_WIDTH = 64
# In how many turns, and how often in each: what is read before is read once for all of a turn. The best of five
# settings is the luckiest of them, too, unless each is timed often. With both models it takes a quarter of an hour.
_TURNS = {0: 5, 1500: 1, 3000: 1, 8000: 1}
_TIMES = {0: 1, 1500: 2, 3000: 2, 8000: 1}
# What llama-bench can be told of attention. Behind few tokens all of it is timed, then the default, and the way that
# is fastest over 2,048 cells by the calibration of this machine.
SETTINGS: dict[str, tuple[str, ...]] = {
    "default": (),
    "-fa 0": ("-fa", "0"),
    "-fa 0, bf16": ("-fa", "0", "-ctk", "bf16", "-ctv", "bf16"),
    "-fa 1, bf16": ("-fa", "1", "-ctk", "bf16", "-ctv", "bf16"),
    "-fa 1, q8_0": ("-fa", "1", "-ctk", "q8_0", "-ctv", "q8_0"),
}
_WAYS: dict[tuple[Attention, CacheType], str] = {
    ("flash", "f16"): "default",
    ("plain", "f16"): "-fa 0",
    ("plain", "bf16"): "-fa 0, bf16",
    ("flash", "bf16"): "-fa 1, bf16",
    ("flash", "q8_0"): "-fa 1, q8_0",
}


class _Timed(msgspec.Struct, frozen=True, tag="timed"):
    """Tokens per second, several times."""

    prefill: list[float]
    decode: list[float]

    def add(self, others: _Timed) -> None:
        self.prefill.extend(others.prefill)
        self.decode.extend(others.decode)


def measure(bed: Bed, depths: tuple[int, ...] = tuple(GOALS)) -> list[Row]:
    """At each depth our speeds, those of llama-bench's default, and of the settings that are its best there; in
    turns. As in use, we choose by a calibration of this machine and by the length of the conversation."""
    rows: list[Row] = []
    room = min(tensor_index(read_index(bed.model)).trained_context, _CONTEXT) - _PROMPT - _ANSWER
    with tempfile.TemporaryDirectory() as folder:
        found = survey(())
        ways = calibrate(found.machine, found.build_key, Path(folder), busy=lambda: 0.0).attention
        for depth, times in _TIMES.items():
            behind = min(depth, room)
            if depth not in depths or 2 * behind < depth:
                continue
            names = (_fastest(ways) if depth else tuple(SETTINGS)) if bed.bench else ()
            ours = _Timed([], [])
            theirs = {name: _Timed([], []) for name in names}
            for _ in range(_TURNS[depth]):
                ours.add(_ours(bed, behind, times, folder))
                for name, timed in theirs.items():
                    timed.add(_theirs(bed, behind, times, SETTINGS[name]))
            rows += _rows(behind, GOALS[depth], ours, theirs)
    return rows


def _fastest(ways: tuple[AttentionSpeed, ...]) -> tuple[str, ...]:
    """The default, and the setting with the fastest of the `ways`."""
    alike = (each for each in ways if each.width == _HEAD_WIDTH)
    best = max(alike, key=lambda each: each.decode, default=None)
    name = _WAYS[best.attention, best.kv_type] if best else "default"
    return tuple(dict.fromkeys(("default", name)))


def _rows(behind: int, goal: float, ours: _Timed, theirs: dict[str, _Timed]) -> list[Row]:
    read, written = f"prefill behind {behind:,} tokens", f"decode behind {behind or _PROMPT:,} tokens"
    if not theirs:
        return [Row(written, "tok/s", ours.decode)]
    best = max(theirs, key=lambda name: statistics.median(theirs[name].decode))
    default, fastest = theirs["default"], theirs[best]
    return [
        Row(f"{written} beside llama-bench", "tok/s", ours.decode, default.decode, goal),
        Row(f"{written} beside its best ({best})", "tok/s", ours.decode, fastest.decode, 0.97),
        Row(f"{read} beside llama-bench", "tok/s", ours.prefill, default.prefill, 0.97),
    ]


def _theirs(bed: Bed, behind: int, times: int, settings: tuple[str, ...]) -> _Timed:
    assert bed.bench is not None
    about = (bed.bench, bed.model, bed.threads)
    if behind:
        return _Timed(*llama_bench.both_tps(*about, _PROMPT, _ANSWER, behind, times, settings))
    turns = range(times)
    return _Timed(
        [llama_bench.prefill_tps(*about, _PROMPT, 0, settings) for _ in turns],
        [llama_bench.decode_tps(*about, _ANSWER, _PROMPT, settings) for _ in turns],
    )


def _ours(bed: Bed, behind: int, times: int, folder: str) -> _Timed:
    options = PlacementOptions(_CONTEXT, length=behind)
    request = LoadRequest(str(bed.model), options, bed.threads, calibrations=folder)
    return ask_about(request, _timed, (behind, times), _Timed, lambda _: True)


def _timed(report: Report, request: LoadRequest, behind: int, times: int) -> _Timed:
    from engine.local.measure import speed

    def alive() -> None:
        report(0.5)

    with loaded(request, report) as session:
        speed.warm_up(session, alive)
        if not behind:
            found = [speed.measure(session, _PROMPT, _ANSWER, alive) for _ in range(times)]
            return _Timed([each.prefill_tps for each in found], [each.decode_tps for each in found])
        # What was read before the one stays for the other.
        written = [speed.measure(session, 1, _ANSWER, alive, depth=behind) for _ in range(times)]
        read = [speed.measure(session, _PROMPT, 1, alive, depth=behind + _PROMPT) for _ in range(times)]
        return _Timed([each.prefill_tps for each in read], [each.decode_tps for each in written])
