"""`coterie bench`: how fast a model runs on this machine, and whether another placement would be faster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app import paths
from app.cli.fewer_experts import print_experts
from app.cli.output import Output
from app.cli.placement_options import PlacementFlags
from app.cli.plan import plan_values
from app.cli.plan_report import reads_rows
from app.cli.usage import domain_words
from app.format import format_joules, format_percent, format_power, format_size, format_speed
from app.language import Language
from app.messages import localized, localized_error
from app.services.library.resolving import resolve_model
from app.services.placement.events import TuneProgress
from app.services.placement.placements import Placements, open_placements
from app.services.placement.trials import MeasuredSpeed
from engine.errors import ErrorInfo
from engine.local.measure.benchmark import ANSWER_TOKENS, Benchmark
from engine.local.measure.energy import TokenEnergy
from engine.local.measure.modes import ModeResult
from engine.placement.plan import RAM, PlacementOptions
from engine.values import DEFAULT_CONTEXT


def bench(
    model: str,
    options: PlacementFlags,
    output: Output,
    *,
    modes: bool,
    tune: bool,
    fewer_experts: bool,
    depth: int = 0,
) -> int:
    """Measure and print; returns 0. Raises UserError as loading does."""
    path = str(resolve_model(model))
    with open_placements(paths.home()) as placements:
        placement = placements.complete(options.over(placements.options_for(path)))
        threads = placements.threads_for(path)
        progress = Progress(output)
        if modes:
            found = placements.trials.modes(path, placement, threads, progress)
            print_modes(found, output, placement.budgets.get(RAM, 0))
        elif fewer_experts:
            wanted = (placement.experts_used,) if options.experts_used else ()
            print_experts(placements.trials.experts(path, placement, threads, progress, wanted), output)
        elif tune:
            _tune(placements, path, placement, progress, output)
        else:
            if options.context is None and depth + ANSWER_TOKENS > (placement.context or DEFAULT_CONTEXT):
                placement = msgspec.structs.replace(placement, context=depth + ANSWER_TOKENS)
            _print(placements.trials.benchmark(path, placement, threads, progress, depth=depth), output)
    return 0


class Progress:
    """Reports progress on stderr, in steps of a tenth."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told = 0

    def __call__(self, fraction: float) -> bool:
        tenth = int(fraction * 10)
        if tenth > self._told:
            self._told = tenth
            self._output.progress(format_percent(tenth / 10))
        return True


def _print(found: Benchmark, output: Output) -> None:
    language = output.language
    if output.json:
        values: dict[str, Any] = msgspec.to_builtins(found)
        values["plan"] = plan_values(found.plan, language) if found.plan else None
        output.object(values)
        return
    rows = [
        (localized("cli.bench.device", language), found.device),
        *([(localized("cli.bench.depth", language), f"{found.depth:,}")] if found.depth else []),
        (localized("cli.bench.prefill", language), _tps(found.prefill_tps, language)),
        (localized("cli.bench.decode", language), _tps(found.decode_tps, language)),
        *(
            (localized("cli.bench.streams", language, count=count), _tps(total, language))
            for count, total in found.streams.items()
            if count != "1"
        ),
        (localized("cli.bench.python", language), format_percent(found.python_share, 1)),
    ]
    if found.plan:
        rows += reads_rows(found.plan, language)
    if found.energy:
        rows.append((localized("cli.bench.energy", language), energy_words(found.energy, language)))
    if found.watched_decode_tps:
        rows.append((localized("cli.bench.watched", language), _tps(found.watched_decode_tps, language)))
    output.table(rows)
    if found.plan:
        output.text("\n" + localized_error(found.plan.explanation, language))


def energy_words(energy: TokenEnergy, language: Language) -> str:
    """Joules for each token, of what, and beyond what."""
    return localized(
        "cli.bench.joules",
        language,
        read=format_joules(energy.joules_per_prompt_token),
        written=format_joules(energy.joules_per_completion_token),
        domains=domain_words(energy.domains, language),
        idle=format_power(energy.idle_watts),
    )


def print_modes(found: Mapping[str, ModeResult], output: Output, limit: int = 0) -> None:
    """`limit`: bytes of memory that they were to have, 0: as many as they like."""
    language = output.language
    if limit and not all(result.limit_bytes for result in found.values()):
        output.tell(ErrorInfo("bench.no_limit", {"limit_bytes": limit}))
    if output.json:
        shown: dict[str, Any] = {"modes": {name: _mode_object(each, limit) for name, each in found.items()}}
        if "mmap" in found and "disk" in found:
            shown["ratios"] = _ratios(found["disk"], found["mmap"])
        output.object(shown)
        return
    results = list(found.values())
    columns = {"mode": list(found)}
    columns["decode"] = [_tps(result.decode_tps, language) for result in results]
    columns["prefill"] = [_tps(result.prefill_tps, language) for result in results]
    if any(result.hit_rate for result in results):
        columns["hits"] = [format_percent(each.hit_rate) if each.hit_rate else "" for each in results]
    if limit:
        columns["disk"] = [format_size(result.disk_bytes_per_token) for result in results]
    headed = {localized(f"cli.bench.{name}", language): shown for name, shown in columns.items()}
    for length in dict.fromkeys(length for result in results for length in list(result.prompts)[1:]):
        speeds = (result.prompts.get(length, 0.0) for result in results)
        headed[localized("cli.bench.prompt", language, tokens=length)] = [
            _tps(tps, language) if tps else "" for tps in speeds
        ]
    output.table([tuple(headed), *zip(*headed.values(), strict=True)])


def _mode_object(result: ModeResult, limit: int) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(result)
    hidden = ("type",) if limit else ("type", "disk_bytes_per_token", "limit_bytes", "prompts")
    return {name: value for name, value in shown.items() if name not in hidden}


def _ratios(disk: ModeResult, mmap: ModeResult) -> dict[str, Any]:
    """How many times as fast the one is as the other, where both were measured."""
    prompts = {
        length: round(disk.prompts[length] / tps, 2)
        for length, tps in mmap.prompts.items()
        if length in disk.prompts and tps
    }
    decode = round(disk.decode_tps / mmap.decode_tps, 2) if mmap.decode_tps else None
    return {"decode": decode, "prompts": prompts}


def _tune(
    placements: Placements, path: str, options: PlacementOptions, progress: Progress, output: Output
) -> None:
    language = output.language

    def tell(event: TuneProgress) -> None:
        progress(event.done / event.total)

    placements.events.subscribe(TuneProgress, tell)
    tuned = placements.tune(path, options)
    faster = tuned.after != tuned.before
    if faster:
        placements.keep_tuned(path, tuned)
    output.object(
        {
            "before": tuned.before,
            "after": tuned.after,
            "wishes": tuned.options,
            "threads": tuned.threads,
            "out_of_time": tuned.out_of_time,
            "kept": faster,
        }
    )
    output.table([_row("before", tuned.before, language), _row("after", tuned.after, language)])
    output.text(localized(f"cli.bench.{'kept' if faster else 'not_kept'}", language))


def _row(name: str, speed: MeasuredSpeed, language: Language) -> tuple[str, ...]:
    return (
        localized(f"cli.bench.{name}", language),
        _tps(speed.decode_tps, language),
        _tps(speed.prefill_tps, language),
    )


def _tps(tps: float, language: Language) -> str:
    return localized("cli.bench.tps", language, tps=format_speed(tps))
