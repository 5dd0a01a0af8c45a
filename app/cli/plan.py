"""`coterie plan`: where a model would lie on this machine and how fast it would be, before it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app import paths
from app.cli.output import Output
from app.cli.placement_options import PlacementOptions, check_names
from app.sentences import Language, Sentence, format_bytes, sentence
from app.services.models import resolve_model
from app.services.placements import open_placements
from engine.errors import ErrorInfo
from engine.placement.plan import RAM, Device, DeviceBytes, Plan, PlannedModel

_WORDS = {
    "device": Sentence("Device", "장치"),
    "weights": Sentence("Weights", "가중치"),
    "experts": Sentence("of it experts", "그중 전문가"),
    "context": Sentence("Context", "컨텍스트"),
    "compute": Sentence("Compute", "계산"),
    "budget": Sentence("May hold", "허용량"),
    "dense": Sentence("Layers", "레이어"),
    "layers": Sentence("Experts of layers", "전문가 레이어"),
    "none": Sentence("none", "없음"),
    "model": Sentence("Model", "모델"),
    "parameters": Sentence("Parameters", "매개변수"),
    "active": Sentence(
        "{total}, {active} active per token ({used} of {experts} experts)",
        "{total}, 토큰마다 {active} 사용(전문가 {experts}개 중 {used}개)",
    ),
    "dense_model": Sentence("{total}, all of them for every token", "{total}, 토큰마다 모두 사용"),
    "settings": Sentence("Plan", "계획"),
    "plan": Sentence(
        "{mode}, context of {context} tokens, batches of {ubatch}",
        "{mode}, 컨텍스트 {context}토큰, 배치 {ubatch}",
    ),
    "speed": Sentence("Predicted", "예상 속도"),
    "predicted": Sentence(
        "{decode} tokens per second ({low} to {high}), prompts {prefill}",
        "초당 {decode}토큰({low}~{high}), 프롬프트 초당 {prefill}토큰",
    ),
}


def _word(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values)


def plan(model: str, options: PlacementOptions, output: Output) -> int:
    """Print the plan; 0 when the model fits, 1 with the reason when it does not.

    Raises UserError for a file that is no model, a worker that is away and a device that is not there.
    """
    path = str(resolve_model(model))
    with open_placements(paths.home()) as placements:
        wishes = options.over(placements.wishes_for(path))
        planned = placements.exact(path, wishes)
    check_names(wishes, planned.machine)
    made = planned.plan
    if output.json:
        output.object(plan_object(planned, output.language))
    else:
        output.text(report(planned, output.language))
        for notice in made.notices:
            output.note(sentence(notice, output.language))
    if made.fits:
        return 0
    if made.refusal is not None:
        output.note(sentence(made.refusal, output.language))
    return 1


def plan_object(planned: PlannedModel, language: Language) -> dict[str, Any]:
    """The contract's JSON."""
    model = msgspec.to_builtins(planned)
    return {
        "model": {name: model[name] for name in _MODEL},
        "devices": [
            {
                "name": device.name,
                "kind": device.kind,
                "description": device.description,
                "free": device.free,
                "budget": planned.plan.budgets.get(device.name, 0),
            }
            for device in all_devices(planned)
        ],
        "plan": plan_values(planned.plan, language),
    }


_MODEL = (
    "architecture",
    "experts",
    "experts_used",
    "parameters",
    "active_parameters",
    "bytes",
    "expert_bytes",
    "active_bytes_per_token",
)


def plan_values(plan: Plan, language: Language) -> dict[str, Any]:
    """A plan as JSON, sentences in `language`."""
    placement, predicted = plan.placement, plan.predicted
    return {
        "context": placement.context,
        "ubatch": placement.ubatch,
        "mode": plan.mode,
        "expert_layers": {name: list(layers) for name, layers in plan.expert_layers.items()},
        "dense_layers": {name: list(layers) for name, layers in plan.dense_layers.items()},
        "partial": msgspec.to_builtins(plan.partial),
        "overrides": [[override.pattern, override.device] for override in placement.overrides],
        "bytes": msgspec.to_builtins(plan.bytes),
        "expert_bytes": plan.expert_bytes,
        "paged": plan.paged,
        "cache_types": [placement.cache_type_k, placement.cache_type_v],
        "load_mode": placement.load_mode,
        "fits": plan.fits,
        "measured": plan.measured,
        "predicted": {
            "decode_tps": predicted.decode_tps,
            "prefill_tps": predicted.prefill_tps,
            "decode_range": list(predicted.decode_range),
            "prefill_range": list(predicted.prefill_range),
        },
        "explanation": sentence(plan.explanation, language),
        "notices": [_told(notice, language) for notice in plan.notices],
        "refusal": _told(plan.refusal, language) if plan.refusal else None,
    }


def _told(error: ErrorInfo, language: Language) -> dict[str, str]:
    return {"code": error.code, "message": sentence(error, language)}


def all_devices(planned: PlannedModel) -> tuple[Device, ...]:
    """RAM last, as in the plan's order of preference."""
    return (*planned.machine.devices, planned.machine.ram)


def report(planned: PlannedModel, language: Language) -> str:
    """The same for people: what the model is, a table of devices, and the plan in one sentence."""
    made = planned.plan
    predicted = made.predicted
    total, active = _count(planned.parameters), _count(planned.active_parameters)
    if planned.experts:
        parameters = _word(
            "active",
            language,
            total=total,
            active=active,
            used=planned.experts_used,
            experts=planned.experts,
        )
    else:
        parameters = _word("dense_model", language, total=total)
    rows = [
        (_word("model", language), f"{planned.architecture}, {format_bytes(planned.bytes)}"),
        (_word("parameters", language), parameters),
        (
            _word("settings", language),
            _word(
                "plan",
                language,
                mode=made.mode,
                context=f"{made.placement.context:,}",
                ubatch=made.placement.ubatch,
            ),
        ),
        (
            _word("speed", language),
            _word(
                "predicted",
                language,
                decode=_speed(predicted.decode_tps),
                low=_speed(predicted.decode_range[0]),
                high=_speed(predicted.decode_range[1]),
                prefill=_speed(predicted.prefill_tps),
            ),
        ),
    ]
    lines = aligned(rows, "  ")
    table = [
        tuple(
            _word(name, language)
            for name in ("device", "weights", "experts", "context", "compute", "budget", "dense", "layers")
        ),
        *(_device_row(device.name, made, language) for device in all_devices(planned)),
    ]
    explained = sentence(made.explanation, language)
    return "\n".join([*lines, "", *aligned(table, "  "), "", explained])


def _device_row(name: str, plan: Plan, language: Language) -> tuple[str, ...]:
    taken = plan.bytes.get(name, DeviceBytes())
    none = _word("none", language)
    return (
        name,
        format_bytes(taken.model),
        format_bytes(plan.expert_bytes.get(name, 0)),
        format_bytes(taken.context),
        format_bytes(taken.compute),
        format_bytes(plan.budgets[name]) if name in plan.budgets else "",
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
    """Such as "0-12, 14" for layer numbers in ascending order."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def aligned(rows: Sequence[tuple[str, ...]], gap: str) -> list[str]:
    """The rows as lines whose columns stand under each other; a Korean character is two columns wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        gap.join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if "\u1100" <= character <= "\uffdc" else 1 for character in text)


def _speed(tps: float) -> str:
    return f"{tps:,.0f}" if tps >= 10 else f"{tps:.1f}"


def _count(parameters: int) -> str:
    for limit, unit in ((10**9, "B"), (10**6, "M")):
        if parameters >= limit:
            return f"{parameters / limit:.1f} {unit}"
    return str(parameters)
