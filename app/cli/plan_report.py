"""Plan as text: the model, a table of devices, and a summary sentence."""

from __future__ import annotations

from collections.abc import Iterable

from app.cli.printable import printable
from app.format import format_percent, format_percent_range, format_short_count, format_size, format_speed
from app.language import Language
from app.messages import localized, localized_error
from app.table import aligned
from engine.placement.plan import DISK, RAM, Device, DeviceBytes, Plan, PlannedModel

_COLUMNS = ("device", "weights", "experts", "context", "compute", "budget", "dense", "layers")


def all_devices(planned: PlannedModel) -> tuple[Device, ...]:
    """Devices, RAM last, as in the plan's order of preference."""
    return (*planned.machine.devices, planned.machine.ram)


def report(planned: PlannedModel, language: Language) -> str:
    """The whole text; the sentence is its last line."""
    table = [
        tuple(localized(f"cli.plan.{name}", language) for name in _COLUMNS),
        *(_device_row(name, planned.plan, language) for name in _floors(planned)),
    ]
    lines = [*aligned(_model_rows(planned, language), "  "), "", *aligned(table, "  ")]
    return "\n".join([*map(printable, lines), "", localized_error(planned.plan.explanation, language)])


def _floors(planned: PlannedModel) -> list[str]:
    """All devices, and the disk where experts stay in the file."""
    names = [device.name for device in all_devices(planned)]
    return [*names, DISK] if DISK in planned.plan.bytes else names


def _model_rows(planned: PlannedModel, language: Language) -> list[tuple[str, str]]:
    placement, predicted = planned.plan.placement, planned.plan.predicted
    parameters = localized(
        f"cli.plan.{'active' if planned.experts else 'dense_model'}",
        language,
        total=format_short_count(planned.parameters, language),
        active=format_short_count(planned.active_parameters, language),
        used=planned.experts_used,
        experts=planned.experts,
    )
    plan = localized(
        "cli.plan.plan",
        language,
        mode=planned.plan.mode,
        context=placement.context,
        ubatch=placement.ubatch,
        sequences=placement.sequences,
    )
    speed = localized(
        "cli.plan.predicted",
        language,
        decode=format_speed(predicted.decode_tps),
        low=format_speed(predicted.decode_range[0]),
        high=format_speed(predicted.decode_range[1]),
        prefill=format_speed(predicted.prefill_tps),
        prompt_low=format_speed(predicted.prefill_range[0]),
        prompt_high=format_speed(predicted.prefill_range[1]),
    )
    return [
        (localized("cli.plan.model", language), f"{planned.architecture}, {format_size(planned.bytes)}"),
        (localized("cli.plan.parameters", language), parameters),
        (localized("cli.plan.settings", language), plan),
        *_cache_rows(planned, language),
        *_vision_rows(planned.plan, language),
        (localized("cli.plan.speed", language), speed),
        *reads_rows(planned.plan, language),
    ]


def reads_rows(plan: Plan, language: Language) -> list[tuple[str, str]]:
    """What one written token reads, device by device, such as "420 MB from CUDA0, 1.1 GB from RAM"."""
    told = ", ".join(
        localized("cli.plan.read_from", language, device=_spoken(name, language), size=format_size(read))
        for name, read in plan.predicted.bytes_per_token.items()
    )
    return [(localized("cli.plan.reads", language), told)] if told else []


def _cache_rows(planned: PlannedModel, language: Language) -> list[tuple[str, str]]:
    """Rows of the expert cache; none without one."""
    cache, predicted = planned.plan.placement.expert_cache, planned.plan.predicted
    if cache is None:
        return []
    low, high = predicted.hit_range
    above = cache.slots_above
    told = localized(
        f"cli.plan.{('kept_above' if above else 'kept') if cache.source == DISK else 'cached'}",
        language,
        slots=_span(layer.own for layer in cache.layers),
        experts=planned.experts,
        layers=len(cache.layers),
        device=cache.above.device if cache.above else cache.device,
        above=_span(above.get(layer.layer, 0) for layer in cache.layers),
        hits=format_percent(predicted.hit_rate),
        range=format_percent_range(low, high, language),
    )
    return [(localized("cli.plan.cache", language), told)]


def _span(counts: Iterable[int]) -> str:
    found = sorted({*counts})
    return str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}"


def _spoken(name: str, language: Language) -> str:
    if name == DISK:
        return localized("cli.plan.disk", language)
    return "RAM" if name == RAM else name


def _vision_rows(plan: Plan, language: Language) -> list[tuple[str, str]]:
    """Where what lets it see is; nothing without one."""
    return [
        (
            localized("cli.plan.vision", language),
            localized("cli.plan.seen_by", language, device=name, size=format_size(taken.vision)),
        )
        for name, taken in plan.bytes.items()
        if taken.vision
    ]


def _device_row(name: str, plan: Plan, language: Language) -> tuple[str, ...]:
    taken = plan.bytes.get(name, DeviceBytes())
    none = localized("cli.plan.none", language)
    return (
        name,
        format_size(taken.model),
        format_size(plan.expert_bytes.get(name, 0)),
        format_size(taken.context),
        format_size(taken.compute),
        format_size(plan.budgets[name]) if name in plan.budgets else "",
        ranges(plan.dense_layers.get(name, ())) or none,
        _experts(name, plan) or none,
    )


def _experts(name: str, plan: Plan) -> str:
    whole = ranges(plan.expert_layers.get(name, ()))
    if plan.partial is None or plan.partial.device != name or name == RAM:
        return whole
    part = f"{plan.partial.layer} ({'+'.join(plan.partial.kinds)})"
    return f"{whole}, {part}" if whole else part


def ranges(numbers: tuple[int, ...]) -> str:
    """Ranges such as "0-12, 14" for layer numbers in ascending order."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
