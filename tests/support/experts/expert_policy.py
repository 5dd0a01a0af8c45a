"""The plugin's policy of who keeps a slot once more in Python, number for number: what `slots.cpp` is held to.

Each layer decides for itself. A *step* is one expert block that the layer computed with the cache, its rows the
experts that each token chose, token by token and choice by choice. A score is the sum over an expert's uses of
2^(-(steps since)/half_life): recent uses weigh most, frequent ones add up. Special cases are the textbook policies:

- half_life 0: no scores, the use that is longest ago goes first (LRU);
- half_life < 0: nothing is ever forgotten (LFU);
- fixed: nothing is ever evicted (a static list, brought by `warm`).

To add up without touching all scores in each step, a use in step s is added as 2^((s - base)/half_life), which gives
the same order. These numbers grow. So as soon as (s - base)/half_life reaches 512, with n = floor of it over 512,
all scores of the layer are multiplied by 2^(-512 n) (by ldexp, exact but for what becomes too small to matter) and
base grows by 512 n half_life. Every step does its arithmetic in this order and in doubles, so that the plugin and
this module agree in every counter.

Ties go to the expert whose last step of use is longest ago, then to the lowest slot. Experts of the block at hand
never lose their slots.

Where experts are on the disk (`from_disk.cpp`), each that is missing must come. If a block has more experts than
there are slots, those without pass through a room beside them, which counts as brought and evicted; as many of those
that score highest stay as score higher than what then has their slots, the lowest of these first.

With slots on a card above those in RAM (`above.cpp`) both see all uses. What the card has needs no slot in RAM and is
the first to lose its own there; what a block leaves in RAM is brought to the card where it counts clearly more.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import astuple

from engine.expert_cache.policy import Policy, above_policy

# Scores are brought down when a use would weigh 2^512: far below what doubles hold, 2^1024.
_RESCALE_AT = 512
# So many times 2^-512 make nothing of every double.
_MOST_SHIFTS = 8
NEVER = -(2**63)
EMPTY = -1

LRU = Policy(half_life=0.0)
LFU = Policy(half_life=-1.0)
STATIC = Policy(fixed=True)


class Counters(msgspec.Struct, frozen=True):
    """`uses` and `hits` count rows, the others experts.

    A hit is a use of an expert that was resident when its block began. `brought` counts a warm start too;
    `refused` are experts of a block that were missing and not brought.
    """

    blocks: int = 0
    uses: int = 0
    hits: int = 0
    brought: int = 0
    evicted: int = 0
    refused: int = 0

    @property
    def hit_rate(self) -> float:
        """Share of the uses, 0 before the first."""
        return self.hits / self.uses if self.uses else 0.0

    def __add__(self, other: Counters) -> Counters:
        return Counters(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Counters) -> Counters:
        return Counters(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))


class CachedExperts:
    """The slots of one layer with `experts` experts. Raises ValueError for slots outside 1 to `experts`."""

    def __init__(self, slots: int, experts: int, policy: Policy) -> None:
        if not 1 <= slots <= experts:
            raise ValueError(f"{slots} slots for {experts} experts")
        self.policy = policy
        self._slots = [EMPTY] * slots
        self._place: dict[int, int] = {}
        self._scores = [0.0] * experts
        self._last = [NEVER] * experts
        self.above: Mapping[int, int] = {}  # experts that a card has too: they go first
        self._done: set[int] = set()  # of the block at hand, computed: they may go
        self._step, self._base = -1, 0.0
        self._blocks = self._uses = self._hits = self._brought = self._evicted = self._refused = 0

    @property
    def warm_experts(self) -> tuple[int, ...]:
        """The experts of the slots, `EMPTY` for one without."""
        return tuple(self._slots)

    @property
    def counters(self) -> Counters:
        return Counters(self._blocks, self._uses, self._hits, self._brought, self._evicted, self._refused)

    def warm(self, experts: Sequence[int]) -> None:
        """Fills empty slots, the best of `experts` first; of those never used, the last listed goes first."""
        for position, expert in enumerate(experts):
            if not 0 <= expert < len(self._scores) or expert in self._place:
                continue
            if EMPTY not in self._slots:
                return
            if self._last[expert] == NEVER:
                self._last[expert] = -1 - position
            self._put(self._slots.index(EMPTY), expert)

    def block(self, rows: Sequence[int]) -> tuple[int, ...]:
        """Count the uses of one block and bring what is missing; the experts brought, in order.

        `rows` are expert numbers, token by token and choice by choice; numbers that no expert has are left out.
        A block without rows is none, and no step.
        """
        rows = [expert for expert in rows if 0 <= expert < len(self._scores)]
        if not rows:
            return ()
        self._blocks += 1
        self._uses += len(rows)
        weight = self._begin_step()
        missing: dict[int, None] = {}
        for expert in rows:
            if expert in self._place:
                self._hits += 1
            else:
                missing[expert] = None
            self._scores[expert] += weight
            self._last[expert] = self._step
        brought = tuple(expert for expert in missing if self._bring(expert))
        self._refused += len(missing) - len(brought)
        return brought

    def see(self, rows: Sequence[int]) -> None:
        """A block whose uses are counted, and that brings nothing by itself."""
        weight = self._begin_step()
        for expert in rows:
            self._scores[expert] += weight
            self._last[expert] = self._step

    def bring(self, experts: Iterable[int]) -> None:
        """Experts of the block at hand, as far as the policy admits them."""
        for expert in dict.fromkeys(experts):
            if expert not in self._place:
                self._bring(expert)

    def take_back(self, expert: int) -> None:
        self._slots[self._place.pop(expert)] = EMPTY

    def has(self, expert: int) -> bool:
        return expert in self._place

    @property
    def place(self) -> Mapping[int, int]:
        """Slots by expert, as they are at any time."""
        return self._place

    def empty(self) -> None:
        """Another layer has the room of the slots."""
        self._evicted += len(self._place)
        self._slots = [EMPTY] * len(self._slots)
        self._place = {}

    def block_from_disk(
        self, rows: Sequence[int], elsewhere: Container[int] = (), *, in_turns: bool = False
    ) -> None:
        """The same of a layer whose experts are on the disk, those `elsewhere` computed there. `in_turns`: its slots
        lie in the room that experts pass through."""
        here = dict.fromkeys(expert for expert in rows if expert not in elsewhere)
        held = [expert for expert in here if expert in self._place]
        missing = [expert for expert in here if expert not in self._place]
        self._blocks += 1
        self._uses += len(rows)
        self._hits += sum(expert in self._place or expert in elsewhere for expert in rows)
        weight = self._begin_step()
        for expert in rows:
            self._scores[expert] += weight
            self._last[expert] = self._step
        self._done = {expert for expert in rows if expert in elsewhere}
        if self.passes(here):
            missing.sort(key=self._scores.__getitem__)
            self._done |= set(held)
            passing = len(missing) - (0 if in_turns else self._worth_slots(missing))
            self._brought += passing
            self._evicted += passing
            del missing[:passing]
        for expert in missing:
            self._bring(expert)

    def passes(self, here: Collection[int]) -> bool:
        """Whether a block of these experts, each once, needs more than the slots."""
        return len(here) > len(self._slots)

    def _worth_slots(self, missing: Sequence[int]) -> int:
        """How many of the last of these stay."""
        going = sorted((expert for expert in self._slots if expert != EMPTY), key=self._goes)
        empty = len(self._slots) - len(going)
        for count, expert in enumerate(reversed(missing[-len(self._slots) :])):
            if count >= empty and self._scores[expert] <= self._scores[going[count - empty]]:
                return count
        return min(len(missing), len(self._slots))

    def _goes(self, expert: int) -> tuple[bool, float, int]:
        """What comes first goes first."""
        return expert not in self.above, self._scores[expert], self._last[expert]

    def _begin_step(self) -> float:
        """The weight of a use in the step that begins."""
        self._step += 1
        half_life = self.policy.half_life
        if half_life == 0:
            return 0.0
        if half_life < 0:
            return 1.0
        age = (self._step - self._base) / half_life
        if age >= _RESCALE_AT:
            shifts = math.floor(age / _RESCALE_AT)
            down = -_RESCALE_AT * min(shifts, _MOST_SHIFTS)
            self._scores = [math.ldexp(score, down) for score in self._scores]
            self._base += shifts * _RESCALE_AT * half_life
            age = (self._step - self._base) / half_life
        return math.exp2(age)

    def _bring(self, expert: int) -> bool:
        if EMPTY in self._slots:
            self._put(self._slots.index(EMPTY), expert)
            return True
        if self.policy.fixed:
            return False
        victim = self._victim()
        if victim is None:
            return False
        scores, old = self._scores, self._slots[victim]
        if (
            self.policy.admission
            and self.policy.half_life
            and scores[expert] <= self.policy.margin * scores[old]
        ):
            return False
        del self._place[old]
        self._evicted += 1
        self._put(victim, expert)
        return True

    def _victim(self) -> int | None:
        """The slot to give up; None where all are wanted by the block at hand."""
        last, step = self._last, self._step
        best, worst = None, (True, math.inf, 0)
        for slot, expert in enumerate(self._slots):
            if last[expert] == step and expert not in self._done:
                continue
            key = self._goes(expert)
            if best is None or key < worst:
                best, worst = slot, key
        return best

    def _put(self, slot: int, expert: int) -> None:
        self._slots[slot] = expert
        self._place[expert] = slot
        self._brought += 1


class TwoFloors:
    """A layer with slots on a card above those in RAM."""

    def __init__(self, above: int, slots: int, experts: int, policy: Policy) -> None:
        self.above = CachedExperts(above, experts, above_policy(policy))
        self.below = CachedExperts(slots, experts, policy)
        self.below.above = self.above.place
        self.above_hits = 0

    @property
    def warm_experts(self) -> tuple[int, ...]:
        below = (EMPTY if self.above.has(each) else each for each in self.below.warm_experts)
        return (*self.above.warm_experts, *below)

    def warm(self, experts: Sequence[int]) -> None:
        """The best to the card, through the slots in RAM."""
        count = len(self.above.warm_experts)
        while experts and count:
            step = experts[: min(len(self.below.warm_experts), count)]
            self.below.warm(step)
            self.above.warm(step)
            for expert in tuple(self.below.place):
                self.below.take_back(expert)
            count -= len(step)
            experts = experts[len(step) :]
        self.below.warm([expert for expert in experts if not self.above.has(expert)])

    def block(self, rows: Sequence[int], on_card: bool) -> None:
        """`on_card`: the batch is so small that the card computes what it has."""
        there = {expert for expert in rows if self.above.has(expert)} if on_card else set()
        self.above_hits += sum(expert in there for expert in rows)
        self.below.block_from_disk(rows, there)
        self.above.see(rows)
        self.above.bring(expert for expert in rows if self.below.has(expert))
