"""What a policy would have done with routings that were recorded or made: hits, and the speed they are worth.

A routing is an array of expert numbers, [steps, layers, tokens, used]: what each layer's router chose for the tokens
of each step, -1 where a step had fewer tokens. Each layer has a cache of its own, so layers are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.expert_cache.policy import Policy
from tests.support.experts.expert_policy import EMPTY, CachedExperts, Counters

Routing = NDArray[np.integer]
_NEVER_AGAIN = np.iinfo(np.int64).max


def simulate(
    routing: Routing,
    experts: int,
    slots: int,
    policy: Policy,
    *,
    counted_from: int = 0,
    warm: Sequence[Sequence[int]] = (),
) -> Counters:
    """Counters of all layers together, each with `slots` slots for its `experts` experts.

    Steps before `counted_from` fill the caches and are not counted. `warm` are the experts that each layer begins
    with, the best first.
    """
    total = Counters()
    for layer in range(routing.shape[1]):
        cache = CachedExperts(slots, experts, policy)
        if warm:
            cache.warm(warm[layer])
        blocks = _blocks(routing, layer)
        for rows in blocks[:counted_from]:
            cache.block(rows)
        before = cache.counters
        for rows in blocks[counted_from:]:
            cache.block(rows)
        total += cache.counters - before
    return total


def residents_after(routing: Routing, experts: int, slots: int, policy: Policy) -> list[list[int]]:
    """The experts that each layer's cache holds at the end, in the order of its slots: what another run is warmed
    up with."""
    lists = []
    for layer in range(routing.shape[1]):
        cache = CachedExperts(slots, experts, policy)
        for rows in _blocks(routing, layer):
            cache.block(rows)
        lists.append([expert for expert in cache.warm_experts if expert != EMPTY])
    return lists


def most_used(routing: Routing, experts: int) -> list[list[int]]:
    """The experts of each layer, the most used first: a static list for `simulate`'s `warm`, cut by the slots."""
    lists = []
    for layer in range(routing.shape[1]):
        chosen = routing[:, layer].ravel()
        uses = np.bincount(chosen[chosen >= 0], minlength=experts)
        lists.append([int(expert) for expert in np.argsort(-uses, kind="stable")])
    return lists


def best_possible(routing: Routing, experts: int, slots: int, *, counted_from: int = 0) -> Counters:
    """What a cache could do that knows the future: it gives up the expert that is needed latest, and brings none that
    is needed later than all it has (Belady 1966, doi 10.1147/sj.52.0078, with the choice not to bring).

    Nothing does better for one text. Of several at once, which may use one expert together, it is a good guess."""
    total = Counters()
    for layer in range(routing.shape[1]):
        blocks = _blocks(routing, layer)
        following = _next_uses(blocks, experts)
        kept: dict[int, int] = {}  # resident expert: the step that needs it next
        for step, rows in enumerate(blocks):
            counted = step >= counted_from
            wanted = dict(zip(rows, following[step], strict=True))
            hits = sum(expert in kept for expert in rows)
            missing = [expert for expert in wanted if expert not in kept]
            kept.update((expert, again) for expert, again in wanted.items() if expert in kept)
            brought = evicted = 0
            for expert in sorted(missing, key=wanted.__getitem__):
                if len(kept) == slots:
                    latest = max(kept, key=kept.__getitem__)
                    if kept[latest] <= wanted[expert]:
                        continue
                    del kept[latest]
                    evicted += 1
                kept[expert] = wanted[expert]
                brought += 1
            if counted:
                total += Counters(1, len(rows), hits, brought, evicted, len(missing) - brought)
    return total


class Bandwidths(msgspec.Struct, frozen=True):
    """A machine and a model, as far as a cache's speed depends on them.

    `expert_bytes`: of one expert of one layer. Bandwidths in bytes per second: what kernels reach on the device and
    in RAM, and what copies from RAM to the device reach. `other_s`: seconds of a token beside its experts.
    """

    expert_bytes: float
    device: float
    ram: float
    link: float
    other_s: float


def decode_tps(counters: Counters, tokens: int, machine: Bandwidths) -> float:
    """Tokens per second of all `tokens` that made these counters.

    The device computes the hits while the CPU computes the misses; what is brought is read from RAM beside that and
    goes over the link meanwhile. So experts take the longest of three times: the device's, the RAM's and the link's.
    """
    misses = counters.uses - counters.hits
    device_s = counters.hits * machine.expert_bytes / machine.device
    ram_s = (misses + counters.brought) * machine.expert_bytes / machine.ram
    link_s = counters.brought * machine.expert_bytes / machine.link
    return tokens / (tokens * machine.other_s + max(device_s, ram_s, link_s))


def _blocks(routing: Routing, layer: int) -> list[list[int]]:
    """The rows of each step."""
    flat = routing[:, layer].reshape(len(routing), -1)
    return [[expert for expert in rows if expert != EMPTY] for rows in flat.tolist()]


def _next_uses(blocks: Sequence[Sequence[int]], experts: int) -> list[list[int]]:
    """For each row of each step the next step that uses its expert."""
    ahead = [int(_NEVER_AGAIN)] * experts
    found: list[list[int]] = []
    for step in range(len(blocks) - 1, -1, -1):
        rows = blocks[step]
        found.append([ahead[expert] for expert in rows])
        for expert in rows:
            ahead[expert] = step
    return found[::-1]
