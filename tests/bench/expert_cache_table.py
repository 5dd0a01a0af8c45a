"""Writes docs/expert_cache.md: what a cache of experts would serve, by policy and size, and what others measured.

Usage: python -m tests.bench.expert_cache_table [FILE]
Some minutes; the first run records what the starter's routers see, with the model itself.
"""

from __future__ import annotations

import math
import statistics
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.expert_cache.hit_rates import expected_hit_rate
from engine.expert_cache.policy import Policy, policy_for
from engine.placement.plan import Device
from engine.placement.predict import EXPERT_LAYER_S, SPLIT_S, SPLITS_PER_LAYER
from engine.placement.speed.cached_speed import CACHED_LAYER_S
from engine.placement.speed.rates import DEFAULT_LINK, DEFAULT_RAM_BANDWIDTH, effective_bandwidth
from tests.bench.published_hit_rates import PUBLISHED_GAINS, PUBLISHED_RATES
from tests.support.experts.expert_policy import LFU, LRU, STATIC, Counters
from tests.support.experts.expert_simulator import (
    Bandwidths,
    best_possible,
    decode_tps,
    most_used,
    residents_after,
    simulate,
)
from tests.support.experts.made_routers import LOCAL, MADE_ROUTERS, TOPICAL, MadeRouter, Shape, made_routing
from tests.support.experts.recorded_routing import at_once, one_after_another, recording, routed
from tests.support.models.moe import EXPERTS, EXPERTS_USED
from tests.support.models.published_models import published_index

SHAPES = (Shape(8, 2), Shape(64, 8), Shape(128, 8), Shape(256, 8), Shape(512, 10))
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
# Of the recorded model's 30 layers.
LAYERS = [4, 20]
STEPS = 1200
HALF_LIVES = (1, 2, 4, 6, 8, 12)
LONGEST = (16, 32)
WARM_TOKENS = (8, 32, 64, 256)
CARD = Device("CUDA0", "gpu", "NVIDIA GeForce RTX 3060", 12 * 2**30, 12 * 2**30)
MODEL = "Qwen3-30B-A3B"


class Case(msgspec.Struct, frozen=True):
    """A routing, and slots to simulate it with. The second half is counted."""

    name: str
    kind: str
    shape: Shape
    texts: int
    slots: int


def cases(texts: int = 1, shapes: tuple[Shape, ...] = SHAPES) -> Iterator[Case]:
    """Slots for each share of the experts, and for no fewer than one token needs."""
    for name in ("recorded", *(router.name for router in MADE_ROUTERS)):
        kind = "recorded" if name == "recorded" else "made up"
        for shape in shapes:
            for slots in sorted({max(shape.used, int(share * shape.experts)) for share in SHARES}):
                yield Case(name, kind, shape, texts, slots)


@cache
def routing(name: str, shape: Shape, texts: int) -> NDArray[np.int16]:
    if name == "recorded":
        recorded = recording()
        if shape == Shape(EXPERTS, EXPERTS_USED):
            answers = recorded.chosen[:, :, LAYERS]
        else:
            answers = routed(recorded.states[:, :, LAYERS], shape)
        return one_after_another(answers) if texts == 1 else at_once(answers, texts)
    router = next(router for router in MADE_ROUTERS if router.name == name)
    return made_routing(router, shape, STEPS, layers=len(LAYERS), texts=texts)


@cache
def simulated(case: Case, policy: Policy) -> Counters:
    found = routing(case.name, case.shape, case.texts)
    warm = most_used(found[: len(found) // 2], case.shape.experts) if policy.fixed else ()
    return simulate(found, case.shape.experts, case.slots, policy, counted_from=len(found) // 2, warm=warm)


@cache
def optimum(case: Case) -> Counters:
    found = routing(case.name, case.shape, case.texts)
    return best_possible(found, case.shape.experts, case.slots, counted_from=len(found) // 2)


def ours(case: Case) -> Policy:
    return policy_for(case.slots, case.shape.used)


def relative_time(counters: Counters) -> float:
    """Time that the experts take, the CPU computing all of them being 1."""
    ram = DEFAULT_RAM_BANDWIDTH
    machine = Bandwidths(1.0, effective_bandwidth(CARD, CARD), ram, DEFAULT_LINK, 0.0)
    return counters.uses and 1 / decode_tps(counters, 1, machine) * ram / counters.uses


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def share(value: float) -> str:
    return f"{value:.2f}"


def percent(counters: Counters) -> str:
    """Experts brought for 100 uses."""
    return f"{100 * counters.brought / counters.uses:.0f}"


# --- the parts of the page -------------------------------------------------------------------------------


def rate_rows() -> Iterator[tuple[str, ...]]:
    for case in cases():
        lru, mine = simulated(case, LRU), simulated(case, ours(case))
        held = f"{case.slots} ({case.slots / case.shape.experts:.2f})"
        expected = expected_hit_rate(case.slots, case.shape.experts, case.shape.used).expected
        rates = (lru, simulated(case, LFU), simulated(case, STATIC), mine, optimum(case))
        numbers = (share(counters.hit_rate) for counters in rates)
        yield case.name, str(case.shape), held, *numbers, percent(lru), percent(mine), share(expected)


def policy_rows() -> Iterator[tuple[str, ...]]:
    """Each policy over all cases."""
    policies: list[tuple[str, Callable[[Case], Policy]]] = [
        ("LRU", lambda case: LRU),
        ("LFU", lambda case: LFU),
        ("static", lambda case: STATIC),
    ]
    for admission in (False, True):
        for times in HALF_LIVES:
            name = f"{times} x slots/used{', admission' if admission else ''}"
            policies.append((name, _decaying(times, admission)))
    policies += [
        (f"6 x slots/used, {longest} at most, admission", _decaying(6, True, longest)) for longest in LONGEST
    ]
    policies.append(("**6 x slots/used, 48 at most, admission**", ours))
    for name, policy in policies:
        alone = [simulated(case, policy(case)) for case in cases()]
        beside = [simulated(case, policy(case)) for case in beside_cases()]
        yield name, *(number for counted in (alone, beside) for number in _means(counted))


def beside_cases() -> list[Case]:
    return [case for case in cases(4, (Shape(64, 8), Shape(512, 10))) if case.slots >= case.shape.experts / 8]


def _decaying(times: float, admission: bool, longest: float = math.inf) -> Callable[[Case], Policy]:
    return lambda case: Policy(min(max(times * case.slots / case.shape.used, 1.0), longest), admission)


def _means(counted: list[Counters]) -> tuple[str, str, str]:
    rate = statistics.mean(counters.hit_rate for counters in counted)
    brought = statistics.mean(100 * counters.brought / counters.uses for counters in counted)
    time = statistics.geometric_mean(relative_time(counters) for counters in counted)
    return f"{rate:.3f}", f"{brought:.0f}", share(time)


def warm_rows() -> Iterator[tuple[str, ...]]:
    """Another text before, by the same routers."""
    for name in ("recorded", *(router.name for router in MADE_ROUTERS)):
        for shape in (Shape(128, 8), Shape(512, 10)):
            before, text = two_texts(name, shape)
            slots = shape.experts // 4
            policy = policy_for(slots, shape.used)
            warm = residents_after(before, shape.experts, slots, policy)
            numbers = []
            for tokens in WARM_TOKENS:
                cold = simulate(text[:tokens], shape.experts, slots, policy)
                warmed = simulate(text[:tokens], shape.experts, slots, policy, warm=warm)
                numbers.append(f"{share(cold.hit_rate)}, {share(warmed.hit_rate)}")
            yield name, str(shape), str(slots), *numbers


def two_texts(name: str, shape: Shape) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    if name == "recorded":
        answers = routed(recording().states[:, :, LAYERS], shape)
        return one_after_another(answers[:-1]), one_after_another(answers[-1:])
    router = next(router for router in MADE_ROUTERS if router.name == name)
    both = made_routing(router, shape, STEPS // 2, layers=len(LAYERS), texts=2)
    return both[:, :, :1], both[:, :, 1:]


def speed_rows() -> Iterator[tuple[str, ...]]:
    index = published_index(MODEL)
    shape = Shape(index.experts, index.experts_used)
    layers = len(index.layers)
    device, expert = effective_bandwidth(CARD, CARD), index.expert_bytes / layers / shape.experts
    dense = sum(layer.dense_bytes for layer in index.layers) + index.output_bytes
    on_card_s = dense / device + layers * EXPERT_LAYER_S
    other_s = on_card_s + layers * (CACHED_LAYER_S + SPLITS_PER_LAYER * SPLIT_S)
    routed = shape.used * expert * layers

    def whole_layers(part: float) -> str:
        """The experts of that part of the layers on the card."""
        away_s = routed / DEFAULT_RAM_BANDWIDTH + layers * SPLITS_PER_LAYER * SPLIT_S
        return f"{1 / (on_card_s + part * routed / device + (1 - part) * away_s):.0f}"

    # Counters are of two layers; the model has more of them, all alike.
    machine = Bandwidths(expert * layers / len(LAYERS), device, DEFAULT_RAM_BANDWIDTH, DEFAULT_LINK, other_s)
    yield "0", "0", *[whole_layers(0)] * 7
    for part in (1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2):
        slots = int(part * shape.experts)
        speeds = []
        for router in (TOPICAL, LOCAL):
            case = Case(router.name, "made up", shape, 1, slots)
            tokens = STEPS - STEPS // 2
            speeds += [
                f"{decode_tps(simulated(case, policy), tokens, machine):.0f}"
                for policy in (LRU, ours(case), STATIC)
            ]
        yield str(slots), f"{slots * expert * layers / 2**30:.1f}", whole_layers(part), *speeds


def published_rows() -> Iterator[tuple[str, ...]]:
    for found in PUBLISHED_RATES:
        expected = expected_hit_rate(round(found.slots), found.experts, found.used)
        yield (
            f"{found.model}, {found.experts}/{found.used}",
            f"{found.slots:.0f} ({found.slots / found.experts:.2f})",
            f"{found.hit_rate:.2f}",
            f"{expected.expected:.2f} ({expected.low:.2f} to {expected.high:.2f})",
            found.how,
            found.source,
        )


def gain_rows() -> Iterator[tuple[str, ...]]:
    for found in PUBLISHED_GAINS:
        gain = f"{found.before:.1f} to {found.after:.1f} (+{100 * (found.after / found.before - 1):.0f}%)"
        yield found.model, found.machine, found.cache, gain, found.source


def described(router: MadeRouter) -> str:
    return (
        f"skew {router.skew:g}, topic {router.topic:g} for {router.topic_steps:g} steps, "
        f"local {router.local:g} for {router.local_steps:g} steps"
    )


def page() -> str:
    rates = (
        *("Routing", "Experts", "Slots (share)", "LRU", "LFU", "static", "**ours**", "best possible"),
        *("LRU brings", "ours brings", "expected"),
    )
    policies = ("Policy", "hits", "brings", "time", "hits, 4 texts", "brings", "time")
    speeds = (
        *("Slots", "GiB", "whole layers", "topical: LRU", "ours", "static", "local: LRU", "ours", "static"),
    )
    mine, lru = ([simulated(case, pick(case)) for case in cases()] for pick in (ours, lambda case: LRU))
    made = "\n".join(f"- *{router.name}*: {described(router)}" for router in MADE_ROUTERS)
    text = TEXT.format(
        hits=_means(mine)[0],
        brings=_means(mine)[1],
        lru_hits=_means(lru)[0],
        lru_brings=_means(lru)[1],
        worst=100 * max(plain.hit_rate - kept.hit_rate for plain, kept in zip(lru, mine, strict=True)),
        best=100 * max(kept.hit_rate - plain.hit_rate for plain, kept in zip(lru, mine, strict=True)),
        made=made,
        rows=len(mine),
        beside=len(beside_cases()),
        rates=table(rates, rate_rows()),
        policies=table(policies, policy_rows()),
        warm=table(
            ("Routing", "Experts", "Slots", *(f"{tokens} tokens" for tokens in WARM_TOKENS)), warm_rows()
        ),
        speeds=table(speeds, speed_rows()),
        model=MODEL,
        card=CARD.description,
        ram=DEFAULT_RAM_BANDWIDTH / 1e9,
        link=DEFAULT_LINK / 1e9,
        published=table(
            ("Model", "Slots (share)", "Measured", "Expected (range)", "How", "Source"), published_rows()
        ),
        gains=table(("Model", "Machine", "Cache", "Tokens per second", "Source"), gain_rows()),
    )
    return "\n\n".join(map(wrapped, text.split("\n\n")))


def wrapped(paragraph: str) -> str:
    """Prose in lines of the house's length; tables, titles and lists as they are."""
    if paragraph.startswith(("|", "#", "- ")):
        return paragraph
    return textwrap.fill(" ".join(paragraph.split()), 110, break_long_words=False, break_on_hyphens=False)


TEXT = """\
# The cache of experts, simulated

What a cache of single experts on a device would serve, by policy and size, and beside it what others measured.
`make cache-table` writes this file: `tests/support/experts/expert_simulator.py` runs
`tests/support/experts/expert_policy.py` over routings, and a test holds the plugin's own slots to the same policy,
count by count. No speed here was measured.

## What is simulated

A *hit* is the use of an expert that had a slot when the step began. Each layer has slots of its own. The first half
of a routing fills the cache and is not counted. Slots are a sixteenth to half of the experts, and never fewer than
one token uses.

*Recorded*: six answers of 256 tokens, drawn at temperature 0.8 by the starter model, whose feed-forward blocks were
copied into eight equal experts. For 8/2 these are the choices of that model's own routers. As equal experts leave the
answer the same whatever routers choose, the other shapes are what routers of that shape choose that see the same
states of the model. All these routers were drawn at random and never trained: what they see is real, how they choose
is not what a trained router does.

*Made up*: nothing of these is real; `tests/support/experts/made_routers.py` draws them. The strengths of *topical*
were chosen after what others measured on Qwen3-30B-A3B (128/8), those of *local* after Qwen3.8-Flash-Next
(512/10), and both are then used for all shapes. *Skewed* is a plain Zipf law without any memory.

{made}

## The policy that is used

Recency with decaying frequency, and admission: a use counts half after 6 x slots/used steps, 48 at most, and
a missing expert is brought only if it now counts more than the one whose slot it would take. Where misses are
brought before they are computed, nothing is refused.

Over all {rows} rows of the long table below it serves {hits} of the uses where LRU serves {lru_hits}, and brings
{brings} experts for 100 uses where LRU brings {lru_brings}. Against LRU it loses {worst:.0f} points at most, with
routings that are local and a cache that remembers longer than the text does, and gains up to {best:.0f}.

Bringing is not free: a brought expert is read from RAM while the CPU wants to read there too, and goes over the link.
So *time* says how long experts take, the CPU computing all of them being 1. It is the longest of the card's time for
hits, the RAM's for misses and what is brought, and the link's ({card}, RAM read at {ram:g} GB/s, a link of {link:g}
GB/s). With that counted, longer half-lives win, and most with a fixed popularity; but they lose hits where texts move
on, and more of them with several texts at once. What is used lies between. Means over all rows of the long table, and
over {beside} with four texts written at once (geometric for time):

{policies}
A static list, from the first half of the routing, is best where popularity is all there is (*skewed*) and
useless where there is none (*local*). Real models are measured to be of both kinds: of Qwen3.8-Flash-Next a
static list served 10% where LRU served 44%, of DeepSeek-V4-Flash the best one 46% where LRU served 13%
(below). So a policy has to live with either.

## Hit rates by routing and slots

*Brings* are experts brought for 100 uses; for LRU these are its misses. *Best possible* knows the future. *Expected*
is what the planner goes by (`engine/expert_cache/hit_rates.py`).

{rates}
## A warm start

Slots for a quarter of the experts, filled with what was resident after another text (of the recorded ones: after
the five before). Hit rates of the first tokens from cold, and warm:

{warm}
## Predicted speed over the budget

{model} Q4_K_M with everything but experts on one {card} (360 GB/s by its specification), experts in RAM that the
CPU reads at {ram:g} GB/s, a link of {link:g} GB/s: tokens per second by the made-up routings of its shape. Misses
are computed by the CPU. *Whole layers*: no cache, and the experts of as many layers on the card as the same bytes
hold, which is the usual way.

{speeds}
## What others measured

Hit rates beside what the planner expects of the same slots. In kekzl/imp a slot holds one of an expert's three
matrices; its numbers are divided by three.

{published}
Also claimed: 10% of the experts account for 80% of the hits (github.com/ggml-org/llama.cpp/pull/24524; a share of
hits, so no hit rate). Pinning the most used half loses 1 to 3 points to LRU on Qwen3.8-Flash-Next
(github.com/kekzl/imp/pull/2061); static sets miss four to five times as often as LRU on Qwen3-30B-A3B
(github.com/kekzl/imp/pull/1359). SpecMD (arXiv 2602.03921) finds neither LRU nor LFU right for experts that are
fetched ahead of the layer that needs them, which this cache does not do.

What caches gained, in tokens per second of decoding:

{gains}"""


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/expert_cache.md").write_text(page(), encoding="utf-8")
