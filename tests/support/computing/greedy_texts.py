"""What a model says on its own, token by token, in one conversation or in several side by side.

Through the session that the host makes of a load, in this process: tests call these functions in a child
(`tests.support.other_process`).
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import llama_cpp.llama_cpp as llama
import msgspec
import numpy as np

from engine.api import LoadRequest
from engine.local import loading, native, preparing
from engine.local.model.session import Session
from engine.local.native.expert_cache import CacheCounters
from engine.local.native.routing import ExpertWatch
from engine.placement.plan import PlacementOptions, Plan
from engine.values import Message
from tests.support.experts.cached import cached_session
from tests.support.other_process import OtherProcess
from tests.support.placement.placed import experts_of

_CONTEXT = 1280
# The model with a vocabulary of bytes reads the second in a step that a cache of experts takes.
PROMPTS = (
    "Write a long story about a sailor who finds an island that is on no map.",
    "Hello",
    "Explain how bread is made, from the grain to the loaf, step by step.",
    "Tell me everything that you know about trains and railways.",
)


class Written(NamedTuple):
    """`tokens` of each conversation, `digest` of all logits that they were chosen by, bit by bit. Of the cache, where
    there is one: `granted` bytes on its device, what was `resident` in each layer at the end, `notices` told with
    the plan."""

    tokens: tuple[tuple[int, ...], ...]
    digest: str
    counters: CacheCounters | None = None
    granted: int = 0
    resident: tuple[tuple[int, ...], ...] = ()
    notices: tuple[str, ...] = ()


class Followed(NamedTuple):
    """How far the logits of a model are from those of one whose text it reads: the difference beside the logits (both
    as roots of mean squares), and for each place where it would choose another token, how far the chosen one led."""

    difference: float
    leads: tuple[float, ...]


def written(
    path: Path,
    slots: int,
    conversations: int,
    count: int,
    *,
    resident: str = "",
    reading: int = _CONTEXT,
    **cached: Any,
) -> Written:
    """`count` tokens of each conversation, whatever the model would have ended with, whose prompt is read so many
    tokens at a time; slots 0: without a cache. `resident`: the experts, and nothing else, lie on this device. The
    rest is as in `cached_session`.
    """
    with _session(path, slots, conversations, cached, resident=resident) as session:
        going = _Going(session, conversations, reading=reading)
        for _ in range(count - 1):
            going.go_on()
        told = Written(tuple(map(tuple, going.tokens)), going.digest.hexdigest())
        plan, caching = session.facts.plan, session.caching
        assert plan is not None
        if caching is None:
            return told._replace(notices=tuple(notice.code for notice in plan.notices))
        cache = plan.placement.expert_cache
        assert cache is not None
        return told._replace(
            counters=caching.counters,
            granted=cache.total,
            resident=caching.warm_experts(),
            notices=tuple(notice.code for notice in plan.notices),
        )


def planned(path: Path, options: PlacementOptions, conversations: int, count: int) -> tuple[Written, Plan]:
    """As `written`, of a session that is placed as the planner does for `options`."""
    native.start()
    options = msgspec.structs.replace(options, context=_CONTEXT, streams=conversations)
    request = LoadRequest(str(path), options, threads=1)
    session = loading.open_session(request, native.AbortFlag(), lambda _: True, None)
    try:
        going = _Going(session, conversations)
        for _ in range(count - 1):
            going.go_on()
        plan, caching = session.facts.plan, session.caching
        assert plan is not None
        told = Written(tuple(map(tuple, going.tokens)), going.digest.hexdigest())
        return (told._replace(counters=caching.counters) if caching else told), plan
    finally:
        session.close()


def routed(path: Path, conversations: int, count: int) -> list[list[list[int]]]:
    """The experts that each layer's router chose for these texts without a cache: by layer, the rows of each block,
    token by token. The first block is the token by which a cache is warmed up; blocks without rows are left out."""
    watching = patch.object(loading, "ExpertWatch", _RowWatch)
    with watching, _session(path, 0, conversations, {"watch_experts": True}) as session:
        watch = session.watch
        assert isinstance(watch, _RowWatch)
        native.decode(session.handle, [max(native.bos_token(session.vocab), 0)])
        native.forget_all(session.handle)
        going = _Going(session, conversations)
        for _ in range(count - 1):
            going.go_on()
        return [watch.blocks[layer] for layer in sorted(watch.blocks)]


class _RowWatch(ExpertWatch):
    """Keeps what is chosen instead of counting it."""

    def __init__(self, layers: int, experts: int) -> None:
        super().__init__(layers, experts)
        self.blocks: dict[int, list[list[int]]] = {}

    def _count(self, layer: int, chosen: list[int], tokens: int) -> None:
        if chosen:
            self.blocks.setdefault(layer, []).append(chosen)


def followed(
    path: Path,
    slots: int,
    conversations: int,
    count: int,
    *,
    resident: str = "",
    reading: int = _CONTEXT,
    **cached: Any,
) -> Followed:
    """A model without a cache writes; one with a cache reads the same, token by token. Otherwise as `written`."""
    with _session(path, 0, conversations, {}, resident=resident) as session:
        leading = _Going(session, conversations, reading=reading)
        for _ in range(count - 1):
            leading.go_on()
    with _session(path, slots, conversations, cached) as session:
        assert session.caching is not None, session.facts.plan
        following = _Going(session, conversations, leading.tokens, reading)
        for _ in range(count - 1):
            following.go_on()
    one, other = np.stack(leading.logits), np.stack(following.logits)
    assert np.isfinite(one).all() and np.isfinite(other).all()
    second, first = np.partition(one, -2)[:, -2:].T
    parted = one.argmax(1) != other.argmax(1)
    difference = float(np.sqrt(np.square(one - other).mean() / np.square(one).mean()))
    return Followed(difference, tuple((first - second)[parted].tolist()))


@contextmanager
def _session(
    path: Path,
    slots: int,
    conversations: int,
    cached: dict[str, Any],
    *,
    resident: str = "",
) -> Iterator[Session]:
    native.start()
    with ExitStack() as placed:
        if resident:
            placed.enter_context(patch.object(preparing, "make_plan", _resident_on(resident)))
        session = cached_session(path, slots, streams=conversations, context=_CONTEXT, **cached)
    try:
        yield session
    finally:
        session.close()


def _resident_on(device: str) -> Callable[..., Plan]:
    make_plan = preparing.make_plan

    def make(*given: Any) -> Plan:
        plan = make_plan(*given)
        placement = msgspec.structs.replace(
            plan.placement, devices=(device,), overrides=(experts_of(r"\d+", device),), op_offload=False
        )
        return msgspec.structs.replace(plan, placement=placement)

    return make


class _Going:
    """Conversations side by side, each with the first token of its answer. They go on one token at a step, with the
    likeliest, or as others did before."""

    def __init__(
        self,
        session: Session,
        conversations: int,
        followed: Sequence[Sequence[int]] | None = None,
        reading: int = _CONTEXT,
    ) -> None:
        self.digest = hashlib.sha256()
        self.tokens: list[list[int]] = []
        self.logits: list[np.ndarray] = []
        self._session, self._followed = session, followed
        self._places: list[int] = []
        for number, text in enumerate(PROMPTS[:conversations]):
            prompt = session.tokenizer.encode(session.format.render((Message("user", text),)))
            self.tokens.append([])
            self._places.append(0)
            for first in range(0, len(prompt), reading):
                logits = self._step({number: prompt[first : first + reading]}, answers=0)
            self._take(logits)

    def go_on(self) -> None:
        rows = {number: said[-1:] for number, said in enumerate(self.tokens)}
        self._take(self._step(rows, answers=len(rows)))

    def _step(self, rows: dict[int, Sequence[int]], answers: int) -> dict[int, np.ndarray]:
        """Logits after the last token of each conversation's."""
        batch = self._session.batch
        batch.clear()
        for number, tokens in rows.items():
            batch.add(number, tokens, self._places[number], 1)
            self._places[number] += len(tokens)
        assert self._session.decode(answers=answers) == 0
        ends = np.cumsum([len(tokens) for tokens in rows.values()]) - 1
        return {number: self._logits(int(row)) for number, row in zip(rows, ends, strict=True)}

    def _take(self, logits: dict[int, np.ndarray]) -> None:
        for number, row in logits.items():
            self.digest.update(row.tobytes())
            self.logits.append(row)
            said = self.tokens[number]
            said.append(self._followed[number][len(said)] if self._followed else int(row.argmax()))

    def _logits(self, row: int) -> np.ndarray:
        """After a row of the last step."""
        pointer = ctypes.cast(
            llama.llama_get_logits_ith(self._session.handle, row), ctypes.POINTER(ctypes.c_float)
        )
        return np.ctypeslib.as_array(pointer, (native.vocabulary_size(self._session.vocab),)).copy()


class Texts:
    """Compares what a model writes with a cache and without, both in the child; each text without is written once."""

    def __init__(self, child: OtherProcess) -> None:
        self._child = child
        self._plain: dict[tuple[Any, ...], Written] = {}

    def plain(self, path: Path, conversations: int, count: int, **plain: Any) -> Written:
        key = (path, conversations, count, *sorted(plain.items()))
        if key not in self._plain:
            self._plain[key] = self._child.call(written, path, 0, conversations, count, **plain)
        return self._plain[key]

    def same(self, path: Path, slots: int, conversations: int, count: int, **cached: Any) -> CacheCounters:
        """What the cache counted, after its text and logits were found to be those of the plain model."""
        plain = self.plain(path, conversations, count)
        told = self.cached(path, slots, conversations, count, **cached)
        assert told.tokens == plain.tokens
        assert told.digest == plain.digest
        assert told.counters is not None
        return told.counters

    def cached(self, path: Path, slots: int, conversations: int, count: int, **cached: Any) -> Written:
        """With a cache whose books are found in order: it holds the bytes granted, every step went through it, and
        what it brought is resident or was evicted."""
        told = self._child.call(written, path, slots, conversations, count, **cached)
        counters = told.counters
        assert counters is not None, told.notices
        assert told.notices == ()
        assert counters.allocated == told.granted
        assert counters.plain_blocks == 0
        assert counters.tokens >= conversations * (count - 1)
        assert 0 < counters.hits < counters.uses
        assert counters.brought - counters.evicted == sum(map(len, told.resident))
        return told
