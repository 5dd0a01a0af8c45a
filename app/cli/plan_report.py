"""A plan for people: what the model is, a table of devices, and the plan in one sentence."""

from __future__ import annotations

from app.cli.printable import parameter_count, printable
from app.cli.table import aligned
from app.sentences import Language, Sentence, format_bytes, sentence
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
        "{mode}, context of {context} tokens, batches of {ubatch}, answers at once: {sequences}",
        "{mode}, 컨텍스트 {context}토큰, 배치 {ubatch}, 동시에 답변 {sequences}개",
    ),
    "cache": Sentence("Cache", "전문가 캐시"),
    "cached": Sentence(
        "{slots} of {experts} experts in each of {layers} layers on {device}, about {hits}% of those that a token "
        "needs ({low}% to {high}%)",
        "레이어 {layers}개에서 각각 전문가 {experts}개 중 {slots}개를 {device}에 둠, 토큰에 필요한 전문가의 "
        "약 {hits}%({low}%~{high}%)",
    ),
    "speed": Sentence("Predicted", "예상 속도"),
    "predicted": Sentence(
        "{decode} tokens per second ({low} to {high}), prompts {prefill}",
        "초당 {decode}토큰({low}~{high}), 프롬프트 초당 {prefill}토큰",
    ),
}

_COLUMNS = ("device", "weights", "experts", "context", "compute", "budget", "dense", "layers")


def _word(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values)


def all_devices(planned: PlannedModel) -> tuple[Device, ...]:
    """RAM last, as in the plan's order of preference."""
    return (*planned.machine.devices, planned.machine.ram)


def report(planned: PlannedModel, language: Language) -> str:
    """The whole text; the sentence is its last line."""
    table = [
        tuple(_word(name, language) for name in _COLUMNS),
        *(_device_row(device.name, planned.plan, language) for device in all_devices(planned)),
    ]
    lines = [*aligned(_model_rows(planned, language), "  "), "", *aligned(table, "  ")]
    return "\n".join([*map(printable, lines), "", sentence(planned.plan.explanation, language)])


def _model_rows(planned: PlannedModel, language: Language) -> list[tuple[str, str]]:
    placement, predicted = planned.plan.placement, planned.plan.predicted
    parameters = _word(
        "active" if planned.experts else "dense_model",
        language,
        total=parameter_count(planned.parameters),
        active=parameter_count(planned.active_parameters),
        used=planned.experts_used,
        experts=planned.experts,
    )
    plan = _word(
        "plan",
        language,
        mode=planned.plan.mode,
        context=f"{placement.context:,}",
        ubatch=placement.ubatch,
        sequences=placement.sequences,
    )
    speed = _word(
        "predicted",
        language,
        decode=shown_speed(predicted.decode_tps),
        low=shown_speed(predicted.decode_range[0]),
        high=shown_speed(predicted.decode_range[1]),
        prefill=shown_speed(predicted.prefill_tps),
    )
    return [
        (_word("model", language), f"{planned.architecture}, {format_bytes(planned.bytes)}"),
        (_word("parameters", language), parameters),
        (_word("settings", language), plan),
        *_cache_rows(planned, language),
        (_word("speed", language), speed),
    ]


def _cache_rows(planned: PlannedModel, language: Language) -> list[tuple[str, str]]:
    """None without a cache of experts."""
    cache, predicted = planned.plan.placement.expert_cache, planned.plan.predicted
    if cache is None:
        return []
    counts = sorted({layer.slots for layer in cache.layers})
    low, high = predicted.hit_range
    told = _word(
        "cached",
        language,
        slots=counts[0] if len(counts) == 1 else f"{counts[0]}-{counts[-1]}",
        experts=planned.experts,
        layers=len(cache.layers),
        device=cache.device,
        hits=round(100 * predicted.hit_rate),
        low=round(100 * low),
        high=round(100 * high),
    )
    return [(_word("cache", language), told)]


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


def shown_speed(tps: float) -> str:
    """Whole tokens per second from ten on, else one digit."""
    return f"{tps:,.0f}" if tps >= 10 else f"{tps:.1f}"
