"""`coterie bench MODEL --fewer-experts`: what fewer experts for each token do to a model's speed and text."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_percent, format_speed
from app.language import Language
from app.messages import localized
from engine.local.measure.fewer_experts import ExpertsResult

_COLUMNS = ("experts", "decode", "prefill", "same")


def print_experts(found: Sequence[ExpertsResult], output: Output) -> None:
    """The model's own number is the first."""
    language = output.language
    if output.json:
        shown = [msgspec.to_builtins(result) for result in found]
        for result in shown:
            result.pop("type", None)
        output.object({"experts": shown})
        return
    output.table(
        [
            tuple(localized(f"cli.bench.{name}", language) for name in _COLUMNS),
            *(_row(result, language) for result in found),
        ]
    )
    for result in found:
        heading = localized("cli.bench.text", language, count=result.experts_used)
        output.text(f"\n{heading}\n{printable(result.text)}")


def _row(result: ExpertsResult, language: Language) -> tuple[str, ...]:
    return (
        str(result.experts_used),
        localized("cli.bench.tps", language, tps=format_speed(result.decode_tps)),
        localized("cli.bench.tps", language, tps=format_speed(result.prefill_tps)),
        "" if result.same is None else format_percent(result.same),
    )
