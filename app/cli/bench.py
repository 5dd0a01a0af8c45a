"""`coterie bench`: how fast a model runs on this machine, and whether another placement would be faster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app import paths
from app.cli.output import Output
from app.cli.placement_options import PlacementOptions
from app.cli.plan import plan_values
from app.cli.plan_report import shown_speed
from app.cli.table import aligned
from app.sentences import Language, Sentence, sentence
from app.services.events import ServiceEvent
from app.services.library.resolving import resolve_model
from app.services.placement.events import TuneProgress
from app.services.placement.placements import Placements, open_placements
from app.services.placement.trials import MeasuredSpeed
from engine.local.measure.benchmark import Benchmark
from engine.local.measure.modes import ModeResult
from engine.placement.plan import Mode, Wishes

_WORDS = {
    "device": Sentence("Device", "장치"),
    "prefill": Sentence("Reading a prompt", "프롬프트 읽기"),
    "decode": Sentence("Writing an answer", "답변 쓰기"),
    "tps": Sentence("{tps} tokens per second", "초당 {tps}토큰"),
    "streams": Sentence("{count} answers at once", "답변 {count}개를 동시에 쓰기"),
    "watched": Sentence("Writing with experts watched", "전문가를 지켜보며 쓰기"),
    "python": Sentence("Outside llama.cpp", "llama.cpp 밖에서 쓴 시간"),
    "mode": Sentence("Mode", "방식"),
    "hits": Sentence("Experts found in the cache", "캐시에 있던 전문가"),
    "before": Sentence("Before", "조정 전"),
    "after": Sentence("Tuned", "조정 후"),
    "kept": Sentence(
        "The faster placement is kept for this model.", "더 빠른 배치를 이 모델의 설정으로 저장했습니다."
    ),
    "not_kept": Sentence("Nothing faster was found.", "더 빠른 배치를 찾지 못했습니다."),
}


def _word(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values)


def bench(model: str, options: PlacementOptions, output: Output, *, modes: bool, tune: bool) -> int:
    """Measure and print; 0. Raises UserError as loading does."""
    path = str(resolve_model(model))
    with open_placements(paths.home()) as placements:
        wishes = placements.complete(options.over(placements.wishes_for(path)))
        threads = placements.threads_for(path)
        progress = Progress(output)
        if modes:
            print_modes(placements.trials.modes(path, wishes, threads, progress), output)
        elif tune:
            _tune(placements, path, wishes, progress, output)
        else:
            _print(placements.trials.benchmark(path, wishes, threads, progress), output)
    return 0


class Progress:
    """Tells a person who watches how far it is, in steps of a tenth."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told = 0

    def __call__(self, fraction: float) -> bool:
        tenth = int(fraction * 10)
        if tenth > self._told:
            self._told = tenth
            self._output.progress(f"{tenth * 10} %")
        return True


def _print(found: Benchmark, output: Output) -> None:
    language = output.language
    if output.json:
        values: dict[str, Any] = msgspec.to_builtins(found)
        values["plan"] = plan_values(found.plan, language) if found.plan else None
        output.object(values)
        return
    rows = [
        (_word("device", language), found.device),
        (_word("prefill", language), _tps(found.prefill_tps, language)),
        (_word("decode", language), _tps(found.decode_tps, language)),
        *(
            (_word("streams", language, count=count), _tps(total, language))
            for count, total in found.streams.items()
            if count != "1"
        ),
        (_word("python", language), f"{found.python_share * 100:.1f} %"),
    ]
    if found.watched_decode_tps:
        rows.append((_word("watched", language), _tps(found.watched_decode_tps, language)))
    for line in aligned(rows, "  "):
        output.text(line)
    if found.plan:
        output.text("\n" + sentence(found.plan.explanation, language))


def print_modes(found: Mapping[Mode, ModeResult], output: Output) -> None:
    language = output.language
    if output.json:
        shown = {name: msgspec.to_builtins(result) for name, result in found.items()}
        for result in shown.values():
            result.pop("type", None)
        output.object({"modes": shown})
        return
    columns = ["mode", "decode", "prefill"]
    if any(result.hit_rate for result in found.values()):
        columns.append("hits")
    rows = [tuple(_word(name, language) for name in columns)]
    rows += [
        (
            name,
            _tps(result.decode_tps, language),
            _tps(result.prefill_tps, language),
            f"{result.hit_rate * 100:.0f} %" if result.hit_rate else "",
        )[: len(columns)]
        for name, result in found.items()
    ]
    for line in aligned(rows, "  "):
        output.text(line)


def _tune(placements: Placements, path: str, wishes: Wishes, progress: Progress, output: Output) -> None:
    language = output.language

    def tell(events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, TuneProgress):
                progress(event.done / event.total)

    placements.subscribe(tell)
    tuned = placements.tune(path, wishes)
    faster = tuned.after != tuned.before
    if faster:
        placements.keep_tuned(path, tuned)
    if output.json:
        output.object(
            {
                "before": msgspec.to_builtins(tuned.before),
                "after": msgspec.to_builtins(tuned.after),
                "wishes": msgspec.to_builtins(tuned.wishes),
                "threads": tuned.threads,
                "out_of_time": tuned.out_of_time,
                "kept": faster,
            }
        )
        return
    for line in aligned([_row("before", tuned.before, language), _row("after", tuned.after, language)], "  "):
        output.text(line)
    output.text(_word("kept" if faster else "not_kept", language))


def _row(name: str, speed: MeasuredSpeed, language: Language) -> tuple[str, ...]:
    return _word(name, language), _tps(speed.decode_tps, language), _tps(speed.prefill_tps, language)


def _tps(tps: float, language: Language) -> str:
    return _word("tps", language, tps=shown_speed(tps))
