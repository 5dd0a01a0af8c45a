"""Admission: which answers have a KV slot, which wait for one, and who gives one up.

Without a free slot, an answer of lower rank is preempted at once, and so is one of a client that has more than its
share; of the same rank, one that had its slot for long. Its state goes to the prompt cache, and it resumes later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from engine.api import Queued
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.scoring import Work
from engine.local.model.checkpoints import stops
from engine.local.model.sequences import Sequence
from engine.local.model.session import Session
from engine.local.prompt_cache.cache_miss import CacheMisses
from engine.local.protocol import Reply
from engine.local.scheduling.kv_slots import SlotManager
from engine.local.scheduling.metrics import Metrics
from engine.local.scheduling.queue_order import Rank, Turns, Waiting, rank_of
from engine.local.scheduling.steps import Active
from engine.local.speculative import Drafter, HeadDrafts, StepCosts

# A waiting answer gets a slot after at most this long for each of its rank that came before it.
TURN_S = 10.0
# Cells reserved for an answer beyond its tokens when it gets a slot.
MARGIN = 64


class Admission:
    """Owns the lists of running and of waiting answers. Used by one thread."""

    def __init__(
        self,
        session: Session,
        slots: SlotManager,
        cancellation: Cancellation,
        costs: StepCosts,
        metrics: Metrics,
        emit: Callable[[Reply], None],
    ) -> None:
        self._session, self._slots, self._cancellation = session, slots, cancellation
        self._costs, self._metrics, self._emit = costs, metrics, emit
        self._turns = Turns()
        self.cache_misses = CacheMisses()
        self.waiting: list[Waiting] = []
        self.active: list[Active] = []
        # Answers under way whose conversation is forgotten: nothing is kept of them, wherever they have to wait.
        self.forgotten: set[int] = set()
        self._most_active = len(session.sequences)  # less after there was no room for so many, until one ends

    def add(self, generation: Work, since: float) -> None:
        self.waiting.append(Waiting(generation, since))

    def rank(self, generation: Work) -> Rank:
        return rank_of(generation, self._cancellation.priority)

    def forget(self, conversation: str) -> None:
        """As `Engine.forget`."""
        at_work = [each.generation for each in self.active]
        for generation in [*at_work, *(each.generation for each in self.waiting)]:
            if conversation in ("", generation.request.conversation):
                self.forgotten.add(generation.request.id)
        self.cache_misses.forget(conversation)
        self._slots.forget(conversation)

    def admit(self) -> None:
        """Give slots to those whose turn it is, and emit how many are ahead of the others."""
        if not self.waiting:
            return
        now = time.monotonic()
        for waiting in self._queue():
            if self._is_read_by_another(waiting.generation):
                waiting.is_coming = self._has_room(waiting.generation, ())
                continue
            waiting.is_coming = False
            if not self._has_room(waiting.generation, ()) and not self._take_room(waiting, now):
                break  # no overtaking of one that needs more room
            waiting.is_coming = bool(self.active) and not self._slots.is_near(waiting.generation.reusable)
            if waiting.is_coming:
                continue  # the others go on meanwhile
            self.waiting.remove(waiting)
            self._start(waiting, now)
        self._tell_queue()

    def preempt(self, active: Active, since: float) -> None:
        """Evict a running answer's slot; it resumes later, queued as of `since`."""
        self.active.remove(active)
        self._slots.evict(active.sequence)
        self.add(active.generation, since)

    def move(self, change: Callable[[], object]) -> None:
        """Empty all sequences for `change`, and have the same answers go on from kept states in those that there are
        then. Where it fails they wait."""
        self._slots.evict_idle(at_once=True)  # what is in use is kept last, and so for longest
        first = len(self.waiting)
        for active in list(self.active):
            self.preempt(active, active.since)
        change()
        moved = self.waiting[first:]
        del self.waiting[first:]
        for waiting in moved:
            self._start(waiting, waiting.since)

    def preempt_last(self) -> bool:
        """Preempt the answer that may best wait, and start no other beside those that stay until one ends; False if
        only one runs."""
        if len(self.active) < 2:
            return False
        last = max(self.active, key=lambda each: (self.rank(each.generation), each.since))
        self.preempt(last, time.monotonic())
        self._most_active = len(self.active)
        return True

    def ended(self, active: Active) -> None:
        """A running answer has ended; its slot is still to be released."""
        self.active.remove(active)
        self._most_active = len(self._session.sequences)

    def _queue(self) -> list[Waiting]:
        running = [each.generation for each in self.active]
        return self._turns.order(self.waiting, running, self._cancellation.priority)

    def _is_read_by_another(self, generation: Work) -> bool:
        """Whether a running answer reads the same prompt: it is read once, and then copied."""
        rank = self.rank(generation)
        return generation.is_reading and any(
            each.generation.is_reading
            and self.rank(each.generation) <= rank
            and each.generation.tokens == generation.tokens
            for each in self.active
        )

    def _has_room(self, generation: Work, without: Collection[Active]) -> bool:
        """Whether one more answer fits if those of `without` gave up their slots."""
        if not self._slots.free and not without:
            return False
        staying = [each.generation for each in self.active if each not in without]
        if staying and len(staying) >= self._most_active:
            return False
        needed = sum(len(each.tokens) + MARGIN for each in [*staying, generation])
        return not staying or needed <= self._session.cells

    def _take_room(self, waiting: Waiting, now: float) -> bool:
        """Preempt as few others as make room; those who gives up first, first."""
        others = [each for each in self.active if self._gives_up(each, waiting, now)]

        def order(each: Active) -> tuple[int, int, float]:
            return -self.rank(each.generation), -self._taken(each.generation), each.since

        others.sort(key=order)
        for count in range(1, len(others) + 1):
            if self._has_room(waiting.generation, others[:count]):
                for each in others[:count]:
                    self.preempt(each, now)
                return True
        return False  # no preemption in vain

    def _gives_up(self, active: Active, waiting: Waiting, now: float) -> bool:
        """Whether a running answer gives up its slot for one that waits."""
        rank, wanted = self.rank(active.generation), self.rank(waiting.generation)
        if rank is not wanted:
            return rank > wanted
        if self._taken(active.generation) > self._taken(waiting.generation) + 1:
            return True  # and the client of the one that waits has no more places than this one's then
        has_waited = now - waiting.since >= TURN_S and now - active.since >= TURN_S
        return has_waited and rank not in (Rank.PRIORITY, Rank.BACKGROUND)

    def _taken(self, generation: Work) -> int:
        """How many answers of the same client run; 0 for the person's, who needs no turns."""
        client = generation.request.client
        return sum(each.generation.request.client == client for each in self.active) if client else 0

    def _start(self, waiting: Waiting, now: float) -> None:
        generation = waiting.generation
        request = generation.request
        sequence, steps_back = self._slots.place(generation.reusable, request.conversation)
        sequence.is_forgotten = request.id in self.forgotten
        cached = len(sequence)
        recomputed = None
        if generation.is_reading:
            self._metrics.reused += cached
            recomputed = self.cache_misses.why(request, generation.tokens, cached, steps_back=steps_back)
        if waiting.ahead > 0:
            self._emit(Queued(request.id, 0))
        self.active.append(Active(generation, sequence, self._drafter(sequence), now))
        self._turns.served(request)
        sequence.stop_at(stops(generation.tokens, cached, generation.turn))
        for picture in generation.pictures:
            if picture.start >= cached:
                assert self._session.sight is not None, "answers with pictures are not prepared without it"
                self._session.sight.ask(request.id, generation.tokens[picture.start : picture.end])
        generation.start(cached, recomputed, time.monotonic())

    def _drafter(self, sequence: Sequence) -> Drafter:
        head = self._session.head
        own = HeadDrafts(head, sequence.number, self._costs) if head is not None else None
        return Drafter(self._costs, self._session.draft_model, own)

    def _tell_queue(self) -> None:
        for number, waiting in enumerate(self._queue()):
            if waiting.ahead != number + 1 and not waiting.is_coming:
                waiting.ahead = number + 1
                self._emit(Queued(waiting.generation.request.id, number + 1))
