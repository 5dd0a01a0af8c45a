"""`coterie bench`: how fast a model runs on this machine, and whether another placement would be faster."""

from __future__ import annotations

from typing import Any

import msgspec

from app import paths
from app.cli.output import Output
from app.cli.placement_options import PlacementOptions
from app.cli.plan import plan_values
from app.cli.plan_report import aligned, shown_speed
from app.sentences import Language, Sentence, sentence
from app.services.models import resolve_model
from app.services.placements import MeasuredSpeed, Placements, open_placements
from engine.local.benchmark import Benchmark
from engine.local.modes import ModeResult

_WORDS = {
    "device": Sentence("Device", "장치"),
    "prefill": Sentence("Reading a prompt", "프롬프트 읽기"),
    "decode": Sentence("Writing an answer", "답변 쓰기"),
    "tps": Sentence("{tps} tokens per second", "초당 {tps}토큰"),
    "streams": Sentence("{count} answers at once", "답변 {count}개를 동시에 쓰기"),
    "watched": Sentence("Writing with experts watched", "전문가를 지켜보며 쓰기"),
    "python": Sentence("Outside llama.cpp", "llama.cpp 밖에서 쓴 시간"),
    "mode": Sentence("Mode", "방식"),
    "before": Sentence("Before", "조정 전"),
    "after": Sentence("Tuned", "조정 후"),
    "kept": Sentence("The faster placement is kept for this model.", "더 빠른 배치를 이 모델의 설정으로 저장했습니다."),
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
        progress = Progress(output)
        if modes:
            _print_modes(placements.modes(path, wishes, progress), output)
        elif tune:
            _tune(placements, path, options, progress, output)
        else:
            _print(placements.benchmark(path, wishes, progress), output)
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


def _print_modes(found: dict[str, ModeResult], output: Output) -> None:
    language = output.language
    if output.json:
        shown = {name: msgspec.to_builtins(result) for name, result in found.items()}
        for result in shown.values():
            result.pop("type", None)
        output.object({"modes": shown})
        return
    rows = [tuple(_word(name, language) for name in ("mode", "decode", "prefill"))]
    rows += [
        (name, _tps(result.decode_tps, language), _tps(result.prefill_tps, language))
        for name, result in found.items()
    ]
    for line in aligned(rows, "  "):
        output.text(line)


def _tune(
    placements: Placements, path: str, options: PlacementOptions, progress: Progress, output: Output
) -> None:
    language = output.language
    tuned = placements.tune(path, lambda done, total: progress(done / total), base=options)
    faster = tuned.after.decode_tps > tuned.before.decode_tps
    if faster:
        placements.keep_wishes(path, tuned.wishes)
    if output.json:
        output.object(
            {
                "before": msgspec.to_builtins(tuned.before),
                "after": msgspec.to_builtins(tuned.after),
                "wishes": msgspec.to_builtins(tuned.wishes),
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
