"""Variations of a plan for tuning: threads, ubatches, cache types, expert placement."""

from __future__ import annotations

import msgspec

from engine.placement.plan import RAM, Machine, Misses, Mode, PlacementOptions, Plan

UBATCHES = (1024, 2048, 256)
# What the best setting is judged by: a question with some pages to read, and an answer of a page.
PROMPT_TOKENS, ANSWER_TOKENS = 2000, 500


class Setting(msgspec.Struct, frozen=True):
    """What can be tuned: options and llama.cpp's threads."""

    options: PlacementOptions = msgspec.field(name="wishes")  # as kept tunings have it
    threads: int


class Variation(msgspec.Struct, frozen=True):
    """One change to a setting. `kind` is what it changes; what is empty stays as it is."""

    kind: str
    threads: int = 0
    ubatch: int = 0
    cache_type: str = ""
    mode: Mode | None = None
    misses: Misses | None = None
    unpinned: bool = False
    budgets: dict[str, int] = {}

    def applied(self, setting: Setting) -> Setting:
        options = setting.options
        plain = ("ubatch", "cache_type", "mode", "misses")
        changes = {name: value for name in plain if (value := getattr(self, name))}
        if self.unpinned:
            changes["fallbacks"] = (*options.fallbacks, "unpinned")
        if self.budgets:
            changes["budgets"] = {**options.budgets, **self.budgets}
        return Setting(msgspec.structs.replace(options, **changes), self.threads or setting.threads)


def answer_seconds(prefill_tps: float, decode_tps: float) -> float:
    """How long the question and answer that settings are judged by would take."""
    return PROMPT_TOKENS / prefill_tps + ANSWER_TOKENS / decode_tps


def variations(
    plan: Plan | None, machine: Machine, setting: Setting, cores: int, processors: int
) -> list[Variation]:
    """What to try, the most promising first. `cores` are physical, `processors` logical.

    Without a plan there is nothing to know of devices, and only what the CPU does is varied.
    """
    found = [
        Variation("threads", threads=count)
        for count in dict.fromkeys((cores - 1, cores, processors))
        if count > 0 and count != setting.threads
    ]
    ubatch = plan.placement.ubatch if plan else setting.options.ubatch or 512
    found += [Variation("ubatch", ubatch=size) for size in UBATCHES if size != ubatch]
    if plan:
        found += _placements(plan, machine)
    cache_type = plan.placement.cache_type_k if plan else "f16"
    if setting.options.cache_type is None:
        found.append(Variation("cache", cache_type="f16" if cache_type == "q8_0" else "q8_0"))
    return found


def _placements(plan: Plan, machine: Machine) -> list[Variation]:
    found: list[Variation] = []
    if plan.mode == "disk":  # whatever else there is pages
        return found
    mixture = any(plan.expert_bytes.values())
    streaming = any(device.streams for device in machine.devices)
    if mixture and (streaming or plan.mode == "cached"):
        others: tuple[Mode, ...] = (
            ("resident", "streamed_prompts", "streamed") if streaming else ("resident",)
        )
        found += [Variation("mode", mode=mode) for mode in others if mode != plan.mode]
    if mixture and machine.caches and plan.placement.devices:
        found += _caches(plan)
    if plan.placement.load_mode == "pinned":
        found.append(Variation("pinned", unpinned=True))
    for device in machine.devices:
        layers = plan.expert_layers.get(device.name, ())
        if not layers or plan.mode == "cached":  # whole layers and slots share what there is
            continue
        one = plan.expert_bytes.get(device.name, 0) // len(layers)
        found.append(Variation("fewer experts", budgets={device.name: plan.bytes[device.name].total - one}))
        # Into the margin that plans leave; a trial that does not fit fails in its child.
        more = plan.budgets.get(device.name, 0) + one
        if plan.expert_layers.get(RAM) and more <= device.free:
            found.append(Variation("more experts", budgets={device.name: more}))
    return found


def _caches(plan: Plan) -> list[Variation]:
    """A cache of experts, and both things that it may do with those it lacks."""
    cache = plan.placement.expert_cache
    ways: tuple[Misses, ...] = ("computed", "brought")
    if cache is not None:
        return [Variation("misses", misses=misses) for misses in ways if misses != cache.misses]
    return [Variation("mode", mode="cached", misses=misses) for misses in ways]
