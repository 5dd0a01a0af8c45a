"""Continuous batching: admits requests to KV slots, composes each decode batch, hands out the sampled tokens.

Runs on the host's main thread. Waiting answers get slots in order of arrival, the priority conversation
first. Without a free slot, an answer that had its fair share is preempted: its state goes to the prompt
cache, and it resumes later.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from engine.api import Activity, Finished, Queued
from engine.errors import ErrorInfo, error_info
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import StepResult
from engine.local.generation.prompt_worker import Prepared
from engine.local.generation.scoring import Work
from engine.local.model.checkpoints import stops
from engine.local.model.session import Decoded, Session
from engine.local.native.devices import card_memory
from engine.local.native.projector import Encoded
from engine.local.pictures.sight import Sight
from engine.local.pictures.units import Unit
from engine.local.prompt_cache.cache_miss import CacheMisses
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.protocol import Reply
from engine.local.scheduling.batching import FEWEST_ROWS, SHORT, STEP_S, Demand, shares
from engine.local.scheduling.kv_slots import SlotManager
from engine.local.scheduling.metrics import Metrics
from engine.local.scheduling.steps import Active, Look, Rows, before_picture, next_picture, owner_of
from engine.local.speculative import Drafter, StepCosts
from engine.values import ExpertsFired, FinishReason, Timings, Usage

# A waiting answer gets a slot after at most this long for each that came before it.
TURN_S = 10.0
# Cells reserved for an answer beyond its tokens when it gets a slot.
MARGIN = 64
# A step that cannot be broken off takes no longer than this, as far as that is known.
UNBROKEN_S = 0.08
# While nothing but the encoding of a picture is under way, commands are looked for this often.
ENCODING_WAIT_S = 0.02
# A step of so many rows measures the time of a prefill row.
_TELLING_ROWS = 16
# While experts are watched, what fired is emitted this often.
EXPERTS_INTERVAL = 1.0


class _Waiting(msgspec.Struct):
    generation: Work
    since: float
    ahead: int = -1  # the number ahead last emitted
    is_coming: bool = False  # a slot is free, its state is being read from disk


class Scheduler:
    """Runs the answers of one session. `emit` takes events, which may be batched; `finish` the last of
    each."""

    def __init__(
        self,
        session: Session,
        states: PromptCache,
        cancellation: Cancellation,
        emit: Callable[[Reply], None],
        finish: Callable[[Finished], None],
    ) -> None:
        self._session, self._states = session, states
        session.kept_texts = states.texts
        self._cancellation, self._emit, self._finish = cancellation, emit, finish
        self._slots = SlotManager(session, states)
        self._cache_misses = CacheMisses()
        self._metrics = Metrics()
        self._costs = StepCosts()
        self._waiting: list[_Waiting] = []
        self._active: list[Active] = []
        # Answers under way whose conversation is forgotten: nothing is kept of them, wherever they have to wait.
        self._forgotten: set[int] = set()
        self._step_number = 0
        self._most_rows = session.ubatch
        self._most_active = len(session.sequences)  # less after there was no room for so many, until one ends
        self._experts_told = time.monotonic()

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._active

    @property
    def session(self) -> Session:
        return self._session

    @property
    def _sight(self) -> Sight:
        """For answers with pictures, which are not prepared without it."""
        assert self._session.sight is not None
        return self._session.sight

    def submit(self, prepared: Prepared) -> None:
        """Queue a prepared request; one that cannot be answered ends at once."""
        request, generation = prepared.request, prepared.generation
        if generation is None:
            self._end_waiting(request.id, "error", prepared.error)
        elif self._cancellation.is_aborted(request.id):
            self._end_waiting(request.id, "cancelled", None)
        else:
            self._waiting.append(_Waiting(generation, time.monotonic()))

    def forget(self, conversation: str) -> None:
        """As `Engine.forget`."""
        at_work = [each.generation for each in self._active]
        for generation in [*at_work, *(each.generation for each in self._waiting)]:
            if conversation in ("", generation.request.conversation):
                self._forgotten.add(generation.request.id)
        self._cache_misses.forget(conversation)
        self._slots.forget(conversation)

    def limit_states(self, size: int) -> None:
        """As `Engine.limit_states`."""
        self._states.limit_disk(size)

    def watch_experts(self, on: bool) -> None:
        """As `Session.watch_experts`; running answers resume in the new context from cached state."""
        if self._session.changes_watch(on):
            for active in list(self._active):
                self._preempt(active, active.since)
            self._session.watch_experts(on)

    def step(self) -> None:
        """Compute one step for the running answers; short, however many there are."""
        self._drop_aborted()
        self._admit()
        self._tell_queue()
        if self._active:
            self._slots.evict_idle(at_once=self._session.memory.recurrent)
            self._compute()
        if self._metrics.due() or self.is_idle:
            self._tell_activity()

    def close(self, seconds: float) -> None:
        """Cancel everything, and write the prompt cache within so many seconds."""
        for active in list(self._active):
            self._end(active, "cancelled")
        for waiting in self._waiting:
            self._end_waiting(waiting.generation.request.id, "cancelled", None, waiting.generation)
        self._waiting.clear()
        self._slots.evict_all()
        self._states.close(seconds)

    # --- slots ---

    def _drop_aborted(self) -> None:
        for active in list(self._active):
            if self._cancellation.is_aborted(active.generation.request.id):
                self._end(active, "cancelled")
        for waiting in list(self._waiting):
            if self._cancellation.is_aborted(waiting.generation.request.id):
                self._waiting.remove(waiting)
                id = waiting.generation.request.id
                self._end_waiting(id, "cancelled", None, waiting.generation)

    def _admit(self) -> None:
        now = time.monotonic()
        for waiting in self._queue():
            if not self._has_room(waiting.generation, ()) and not self._take_room(waiting, now):
                break  # no overtaking of one that needs more room
            waiting.is_coming = bool(self._active) and not self._slots.is_near(waiting.generation.reusable)
            if waiting.is_coming:
                continue  # the others go on meanwhile
            self._waiting.remove(waiting)
            self._start(waiting, now)

    def _queue(self) -> list[_Waiting]:
        """What waits, the first to get a slot first."""

        def place(each: _Waiting) -> tuple[bool, bool, float]:
            return each.generation.is_background, not self._has_priority(each.generation), each.since

        return sorted(self._waiting, key=place)

    def _has_room(self, generation: Work, without: list[Active] | tuple[()]) -> bool:
        """Whether one more answer fits if those of `without` gave up their slots."""
        if not self._slots.free and not without:
            return False
        staying = [each.generation for each in self._active if each not in without]
        if staying and len(staying) >= self._most_active:
            return False
        needed = sum(len(each.tokens) + MARGIN for each in [*staying, generation])
        return not staying or needed <= self._session.cells

    def _take_room(self, waiting: _Waiting, now: float) -> bool:
        """Preempt others for an answer with priority or one that has waited its turn; what is in the background for
        any answer."""
        if waiting.generation.is_background:
            return False
        has_priority = self._has_priority(waiting.generation)
        has_waited = has_priority or now - waiting.since >= TURN_S
        others = [
            each
            for each in self._active
            if each.generation.is_background
            or (
                has_waited
                and not self._has_priority(each.generation)
                and (has_priority or now - each.since >= TURN_S)
            )
        ]
        others.sort(key=lambda each: (not each.generation.is_background, each.since))
        for count in range(1, len(others) + 1):
            if self._has_room(waiting.generation, others[:count]):
                for each in others[:count]:
                    self._preempt(each, now)
                return True
        return False  # no preemption in vain

    def _preempt(self, active: Active, since: float) -> None:
        """Evict a running answer's slot; it resumes later, queued as of `since`."""
        self._active.remove(active)
        self._slots.evict(active.sequence)
        self._waiting.append(_Waiting(active.generation, since))

    def _start(self, waiting: _Waiting, now: float) -> None:
        generation = waiting.generation
        request = generation.request
        sequence, steps_back = self._slots.place(generation.reusable, request.conversation)
        sequence.is_forgotten = request.id in self._forgotten
        cached = len(sequence)
        recomputed = None
        if generation.is_reading:
            self._metrics.reused += cached
            recomputed = self._cache_misses.why(request, generation.tokens, cached, steps_back=steps_back)
        if waiting.ahead > 0:
            self._emit(Queued(request.id, 0))
        self._active.append(
            Active(generation, sequence, Drafter(self._costs, self._session.draft_model), now)
        )
        sequence.stop_at(stops(generation.tokens, cached, generation.turn))
        for picture in generation.pictures:
            if picture.start >= cached:
                self._sight.ask(request.id, generation.tokens[picture.start : picture.end])
        generation.start(cached, recomputed, time.monotonic())

    def _has_priority(self, generation: Work) -> bool:
        return generation.request.conversation == self._cancellation.priority != ""

    def _tell_queue(self) -> None:
        for number, waiting in enumerate(self._queue()):
            if waiting.ahead != number + 1 and not waiting.is_coming:
                waiting.ahead = number + 1
                self._emit(Queued(waiting.generation.request.id, number + 1))

    # --- a step ---

    def _compute(self) -> None:
        started = time.perf_counter()
        session = self._session
        native_s = session.computing_s + session.sampling_s
        looking = self._looking()
        rows = [looking.rows] if looking else self._composed()
        if not rows:
            if self._active:
                self._sight.wait(ENCODING_WAIT_S)
            return
        ids = {each.active.generation.request.id for each in rows}
        may_break_off = self._may_break_off()
        gives_way = may_break_off and not any(self._has_priority(each.active.generation) for each in rows)
        if not self._cancellation.begin_step(ids if may_break_off else (), gives_way=gives_way):
            return
        answers = len(rows) if all(each.known == 1 for each in rows) else 0
        computing_s = session.computing_s
        code = looking.run(session) if looking else session.decode(answers=answers)
        self._cancellation.end_step()
        self._step_number += 1
        if code != Decoded.OK:
            self._broke_off(rows, code)
            return
        self._most_rows = session.ubatch
        count = sum(each.known + len(each.draft) for each in rows)
        self._learn(count, session.computing_s - computing_s)
        streams = sum(not each.active.generation.is_reading for each in rows)
        for each in rows:
            self._advance(each)
        elapsed = time.perf_counter() - started
        native_s = session.computing_s + session.sampling_s - native_s
        self._metrics.step(count, streams, elapsed, native_s)
        for each in rows:
            if streams and not each.active.generation.is_reading:
                each.active.generation.spent((elapsed - native_s) / streams, streams)
        self._emit_experts()

    def _may_break_off(self) -> bool:
        """Whether a step may be aborted. That ruins recurrent states, other answers' included."""
        if not self._session.memory.recurrent:
            return True
        return len(self._active) == 1 and all(each.taken or not len(each) for each in self._session.sequences)

    def _composed(self) -> list[Rows]:
        """Fill the batch."""
        batch = self._session.batch
        batch.clear()
        taking_part = [each for each in self._active if before_picture(each) > 0]
        wanting = [
            Demand(
                before_picture(each),
                self._has_priority(each.generation),
                each.generation.is_background,
            )
            for each in taking_part
        ]
        if not wanting:
            return []
        rows: list[Rows] = []
        capacity = min(batch.capacity, self._most_rows)
        if not self._may_break_off():
            # Nobody can end it early, so it must be short.
            capacity = min(capacity, max(FEWEST_ROWS, int(UNBROKEN_S / (self._slots.read_s or UNBROKEN_S))))
        chosen = shares(wanting, capacity, self._step_number, self._slots.read_s)
        outputs = self._session.outputs - len(chosen)  # besides one for each
        for place, share in enumerate(chosen):
            active = taking_part[share.number]
            held = len(active.sequence)
            # Drafts may take rows from a prefill, never from decoding answers.
            left = batch.room - sum(min(later.rows, SHORT) for later in chosen[place + 1 :])
            most = active.sequence.before_stop(min(share.rows, left))
            count, drawn = active.generation.rows(held, most, outputs + 1)
            outputs -= max(0, drawn - 1)
            tokens = active.generation.tokens[held : held + count]
            is_end = held + count == len(active.generation.tokens)
            room = min(left - count, outputs)
            draft = self._draft(active, room, len(chosen)) if is_end and count <= 2 else []
            outputs -= len(draft)
            place = active.sequence.position(held)
            first = batch.add(active.sequence.number, tokens + draft, place, len(draft) + drawn)
            rows.append(Rows(active, first, count, drawn, draft))
        return rows

    def _looking(self) -> Look | None:
        """The next step of a picture, if it is one's turn: they take turns with steps of tokens, and the first in the
        queue comes first. An answer whose picture cannot be encoded is ended."""
        others = any(before_picture(each) for each in self._active)
        if others and self._step_number % 2:
            return None
        waiting = [each for each in self._active if not before_picture(each)]
        waiting.sort(key=lambda each: not self._has_priority(each.generation))
        for each in waiting:
            picture = next_picture(each)
            numbers = each.generation.tokens[picture.start : picture.end]
            encoded = self._sight.encoded(numbers)
            if isinstance(encoded, ErrorInfo):
                self._end(each, "error", encoded)
            elif encoded is None:
                # It was asked for when the answer began, but others may have taken its room.
                self._sight.ask(each.generation.request.id, numbers)
            elif encoded.is_whole and picture.rows > self._session.ubatch:
                self._end(each, "error", ErrorInfo("picture.too_large"))  # llama.cpp would abort
            else:
                return self._look(each, picture, encoded, alone=not others)
        return None

    def _look(self, active: Active, picture: Unit, encoded: Encoded, *, alone: bool) -> Look:
        held = len(active.sequence)
        most = min(self._session.ubatch, self._most_rows)
        if not alone and self._slots.read_s:
            most = min(most, max(FEWEST_ROWS, int(STEP_S / self._slots.read_s)))
        count = picture.end - held if encoded.is_whole else min(most, picture.end - held)
        drawn = int(held + count == len(active.generation.tokens))
        return Look(Rows(active, 0, count, drawn, []), picture, encoded)

    def _draft(self, active: Active, room: int, streams: int) -> list[int]:
        """Drafts that fit the step and its logits; `streams` answers decode in it."""
        generation = active.generation
        if not generation.may_draft or self._session.memory.recurrent:
            return []
        if active.seen < len(generation.tokens):
            active.drafter.extend(generation.tokens[active.seen :])
            active.seen = len(generation.tokens)
        room = min(room, generation.room - 1, self._most_rows - 1)
        return active.drafter.draft(room, streams) if room > 0 else []

    def _advance(self, rows: Rows) -> None:
        """Take the results of a completed step, and sample or score after the rows with logits."""
        active, generation, sequence = rows.active, rows.active.generation, rows.active.sequence
        held = len(sequence)
        if generation.is_reading:
            self._metrics.prompt(rows.known)
        sequence.extend(generation.tokens[held : held + rows.known])
        sequence.extend(rows.draft)
        sequence.mark()
        generation.emit_progress(held + rows.known)
        if not rows.drawn:
            return
        before = len(generation.tokens)
        first = rows.first + rows.known - rows.drawn
        try:
            taken = generation.took(range(first, first + rows.drawn + len(rows.draft)), rows.draft)
        except Exception as error:  # a template is someone else's program: it may find any mistake of ours
            self._end(active, "error", error_info("engine.answer_failed", error))
            return
        self._metrics.written(len(generation.tokens) - before)
        self._check_draft(rows, taken)
        if taken.reason is not None:
            self._end(active, taken.reason)

    def _check_draft(self, rows: Rows, taken: StepResult) -> None:
        if rows.draft:
            rows.active.sequence.step_back(len(rows.active.sequence) - len(rows.draft) + taken.accepted)
            rows.active.drafter.judged(len(rows.draft), taken.accepted)
            self._metrics.drafted += len(rows.draft)
            self._metrics.accepted += taken.accepted

    def _broke_off(self, rows: list[Rows], code: int) -> None:
        """Handle a step of which nothing is in memory: retry with more room, or end its answers."""
        if self._session.memory.recurrent and code != Decoded.NO_ROOM:
            # llama.cpp moves states of others too while it computes, and had not come to the end of that.
            for sequence in self._session.sequences:
                sequence.fall_back(len(sequence))
        for each in rows:
            each.active.sequence.settle()
        if code == Decoded.ABORTED:
            return
        if code == Decoded.NO_ROOM and self._made_room(sum(each.known + len(each.draft) for each in rows)):
            return
        for each in rows:
            each.active.sequence.clear()
            self._end(each.active, "error", ErrorInfo("engine.decode_failed", {"status": code}))

    def _made_room(self, rows: int) -> bool:
        """Make room for a step of so many rows, or a smaller one."""
        if self._slots.make_room():
            return True
        if len(self._active) > 1:
            last = max(
                self._active,
                key=lambda each: (
                    each.generation.is_background,
                    not self._has_priority(each.generation),
                    each.since,
                ),
            )
            self._preempt(last, time.monotonic())
            self._most_active = len(self._active)
            return True
        if rows > 1:
            self._most_rows = max(1, rows // 2)
            return True
        return False

    def _learn(self, rows: int, seconds: float) -> None:
        self._costs.took(rows, seconds)
        if rows >= _TELLING_ROWS:
            before = self._slots.read_s or seconds / rows
            self._slots.read_s = before + (seconds / rows - before) * 0.2
            self._states.computed(rows, seconds)

    # --- ends ---

    def _end(self, active: Active, reason: FinishReason, error: ErrorInfo | None = None) -> None:
        generation = active.generation
        request = generation.request
        self._active.remove(active)
        if generation.pictures:
            self._sight.withdraw(request.id)
        self._most_active = len(self._session.sequences)
        self._emit_experts(at_end=generation)
        finished, said = self._ended(generation, reason, error)
        if error is None and not active.sequence.is_forgotten:
            self._cache_misses.note(request, generation.tokens[: len(active.sequence)])
        self._slots.release(active.sequence, said)
        self._forgotten.discard(request.id)
        self._cancellation.ended(request.id)
        self._finish(finished)

    def _ended(
        self, generation: Work, reason: FinishReason, error: ErrorInfo | None
    ) -> tuple[Finished, tuple[tuple[str, tuple[int, ...]], ...]]:
        request = generation.request
        try:
            finished = generation.finished(reason, error)
            return finished, generation.said(owner_of(request))
        except Exception as failure:  # as in `_advance`
            told = error_info("engine.answer_failed", failure)
            return Finished(request.id, "error", Usage(), Timings(), error or told), ()
        finally:
            generation.close()

    def _end_waiting(
        self, id: int, reason: FinishReason, error: ErrorInfo | None, generation: Work | None = None
    ) -> None:
        """End a request without a slot; one that had one before keeps its text."""
        self._cancellation.ended(id)
        if generation is None:
            self._finish(Finished(id, reason, Usage(), Timings(), error))
        else:
            finished = self._ended(generation, reason, error)[0]
            if id in self._forgotten:
                self._session.disown(owner_of(generation.request))
                self._forgotten.discard(id)
            self._finish(finished)

    # --- events ---

    def _emit_experts(self, at_end: Work | None = None) -> None:
        """Emit expert counts since the last event for all answers, under the id of one of them."""
        watch = self._session.watch
        now = time.monotonic()
        if watch is None or (at_end is None and now - self._experts_told < EXPERTS_INTERVAL):
            return
        elapsed, self._experts_told = now - self._experts_told, now
        fired = watch.take()
        generation = at_end or (self._active[0].generation if self._active else None)
        if fired.tokens and generation is not None:
            share = fired.seconds / elapsed if elapsed > 0 else 0.0
            self._emit(ExpertsFired(generation.request.id, fired.tokens, fired.counts, share))

    def _tell_activity(self) -> None:
        states = self._states
        self._emit(
            self._metrics.take(
                Activity(
                    answering=len(self._active),
                    waiting=len(self._waiting),
                    cells=self._session.cells,
                    cells_used=self._slots.cells_used,
                    kept_bytes=states.ram_bytes,
                    kept_disk_bytes=states.disk_bytes,
                    cards=card_memory(),
                )
            )
        )
        caching = self._session.caching
        if caching is not None:
            self._emit(caching.activity())
            if self.is_idle:
                caching.rest()
