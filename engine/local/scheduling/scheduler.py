"""Continuous batching: admits requests to KV slots, computes step after step, hands out the sampled tokens.

Runs on the host's main thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.activity import Activity
from engine.api import Finished
from engine.errors import ErrorInfo, error_info
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import StepResult
from engine.local.generation.prompt_worker import Prepared
from engine.local.generation.scoring import Work
from engine.local.model.session import Decoded, Session
from engine.local.native.devices import card_memory
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.protocol import Reply
from engine.local.scheduling.admission import Admission
from engine.local.scheduling.attention_change import AttentionChange
from engine.local.scheduling.composition import Composition
from engine.local.scheduling.dividing import Dividing
from engine.local.scheduling.fired_experts import FiredExperts
from engine.local.scheduling.following import Following
from engine.local.scheduling.kv_slots import ASSUMED_READ_S, SlotManager
from engine.local.scheduling.metrics import Metrics
from engine.local.scheduling.queue_order import Rank
from engine.local.scheduling.steps import Active, Rows, owner_of
from engine.local.speculative import StepCosts
from engine.values import FinishReason, Timings, Usage

# While nothing but the encoding of a picture is under way, commands are looked for this often.
ENCODING_WAIT_S = 0.02
# A step of so many rows measures the time of a prefill row.
_TELLING_ROWS = 16


class Scheduler:
    """Runs the answers of one session. `emit` takes events, which may be batched; `finish` the last of
    each. `costs` are what steps are expected to take."""

    def __init__(
        self,
        session: Session,
        states: PromptCache,
        cancellation: Cancellation,
        emit: Callable[[Reply], None],
        finish: Callable[[Finished], None],
        costs: StepCosts | None = None,
    ) -> None:
        self.session, self._states = session, states
        session.kept_texts = states.texts
        self._cancellation, self._emit, self._finish = cancellation, emit, finish
        self._slots = SlotManager(session, states)
        self._metrics = Metrics()
        self._costs = costs or StepCosts()
        self.admission = Admission(session, self._slots, cancellation, self._costs, self._metrics, emit)
        self._composition = Composition(session, self.admission)
        self._dividing = Dividing(session, self.admission)
        self._attention_change = AttentionChange(
            session, self.admission, states.keeps, lambda: self._slots.read_s or ASSUMED_READ_S, emit
        )
        self._following = Following(session)
        self._step_number = 0
        self._fired = FiredExperts(session)

    @property
    def is_idle(self) -> bool:
        return not self.admission.waiting and not self.admission.active

    @property
    def gathers(self) -> bool:
        """Whether nothing but prompts of clients waits, and there is room for one more."""
        waiting, active = self.admission.waiting, self.admission.active
        few = 0 < len(waiting) < len(self.session.sequences)
        return few and not active and all(each.generation.request.client for each in waiting)

    def submit(self, prepared: Prepared) -> None:
        """Queue a prepared request; what cannot be answered, or was for a model that is gone, ends at once."""
        request, generation = prepared.request, prepared.generation
        if generation is None:
            self._end_waiting(request.id, "error", prepared.error)
        elif self._cancellation.is_aborted(request.id) or prepared.session not in (None, self.session):
            self._end_waiting(request.id, "cancelled", None)
        else:
            self.admission.add(generation, time.monotonic())

    def forget(self, conversation: str) -> None:
        """As `Engine.forget`."""
        self.admission.forget(conversation)

    def limit_states(self, size: int) -> None:
        """As `Engine.limit_states`."""
        self._states.limit_disk(size)

    def watch_experts(self, on: bool) -> None:
        """As `Session.watch_experts`; running answers resume in the new context from cached state."""
        if self.session.changes_watch(on):
            self.admission.move(lambda: self.session.watch_experts(on))

    def step(self) -> None:
        """Compute one step for the running answers; short, however many there are. Raises UserError
        `engine.context_memory` where no context could be had again; then only `close` is left."""
        self._drop_aborted()
        self._dividing.before_step()
        self.admission.admit()
        if self.admission.active:
            self._put_away()
            if self.session.is_divided:
                self._slots.close_gaps()
            self._compute()
        if self.is_idle:
            self._attention_change.at_rest()
        if self._metrics.due() or self.is_idle:
            self._tell_activity()

    def close(self, seconds: float) -> None:
        """Cancel everything, and write the prompt cache within so many seconds."""
        for active in list(self.admission.active):
            self._end(active, "cancelled")
        for waiting in self.admission.waiting:
            self._end_waiting(waiting.generation.request.id, "cancelled", None, waiting.generation)
        self.admission.waiting.clear()
        self._slots.evict_all()
        self._states.close(seconds)

    def _put_away(self) -> None:
        """Evict what is at rest, which makes each step a little slower. A prompt that is read alone does not wait for
        that, unless what others hold is computed for it too."""
        recurrent = self.session.memory.recurrent
        reads_alone = all(each.generation.is_reading for each in self.admission.active)
        if recurrent or self.session.computes_masked or not reads_alone:
            self._slots.evict_idle(at_once=recurrent)

    def _drop_aborted(self) -> None:
        for active in list(self.admission.active):
            if self._cancellation.is_aborted(active.generation.request.id):
                self._end(active, "cancelled")
        for waiting in list(self.admission.waiting):
            id = waiting.generation.request.id
            if self._cancellation.is_aborted(id):
                self.admission.waiting.remove(waiting)
                self._end_waiting(id, "cancelled", None, waiting.generation)

    # --- a step ---

    def _compute(self) -> None:
        started = time.perf_counter()
        session = self.session
        native_s, step, row_s = (
            session.computing_s + session.sampling_s,
            self._step_number,
            self._slots.read_s,
        )
        looking = self._composition.look(step, row_s, self._end)
        rows = [looking.rows] if looking else self._composition.rows(step, row_s)
        if not rows:
            if self.admission.active and session.sight is not None:
                session.sight.wait(ENCODING_WAIT_S)
            return
        ids = {each.active.generation.request.id for each in rows}
        may_break_off = self._composition.may_break_off()
        in_front = any(self.admission.rank(each.active.generation) is Rank.PRIORITY for each in rows)
        gives_way = may_break_off and not in_front
        if not self._cancellation.begin_step(ids if may_break_off else (), gives_way=gives_way):
            return
        answers = len(rows) if all(each.known == 1 for each in rows) else 0
        self._following.before(rows, picture=looking is not None)
        computing_s = session.computing_s
        code = looking.run(session) if looking else session.decode(answers=answers)
        self._cancellation.end_step()
        self._step_number += 1
        if code != Decoded.OK:
            self._broke_off(rows, code)
            return
        self._following.after()
        self._composition.most_rows = session.ubatch
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
            rows.active.sequence.take_back(len(rows.draft) - taken.accepted)
            rows.active.drafter.judged(len(rows.draft), taken.accepted)
            self._metrics.drafted += len(rows.draft)
            self._metrics.accepted += taken.accepted

    def _broke_off(self, rows: list[Rows], code: int) -> None:
        """Handle a step of which nothing is in memory: retry with more room, or end its answers."""
        if self.session.memory.recurrent and code != Decoded.NO_ROOM:
            # llama.cpp moves states of others too while it computes, and had not come to the end of that.
            for sequence in self.session.sequences:
                sequence.fall_back(len(sequence))
        for each in rows:
            each.active.sequence.settle()
        if code == Decoded.ABORTED:
            return
        if code == Decoded.NO_ROOM and self._made_room(sum(each.known + len(each.draft) for each in rows)):
            return
        failure = self.session.failure(code)
        for each in rows:
            each.active.sequence.clear()
            self._end(each.active, "error", failure)

    def _made_room(self, rows: int) -> bool:
        """Make room for a step of so many rows, or a smaller one."""
        if self._slots.make_room() or self.admission.preempt_last():
            return True
        if rows > 1:
            self._composition.most_rows = max(1, rows // 2)
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
        self.admission.ended(active)
        if generation.pictures and self.session.sight is not None:
            self.session.sight.withdraw(request.id)
        self._emit_experts(at_end=generation)
        if request.conversation:
            self._attention_change.ended(len(active.sequence))
        finished, said = self._ended(generation, reason, error)
        if error is None and not active.sequence.is_forgotten:
            self.admission.cache_misses.note(request, generation.tokens[: len(active.sequence)])
        self._slots.release(active.sequence, said)
        self.admission.forgotten.discard(request.id)
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
        finished = Finished(id, reason, Usage(), Timings(), error)
        if generation is not None:
            finished = self._ended(generation, reason, error)[0]
            if id in self.admission.forgotten:
                self.session.disown(owner_of(generation.request))
                self.admission.forgotten.discard(id)
        self._finish(finished)

    # --- events ---

    def _emit_experts(self, at_end: Work | None = None) -> None:
        at_work = at_end or next((each.generation for each in self.admission.active), None)
        if at_work is not None and (fired := self._fired.take(at_work.request.id, now=at_end is not None)):
            self._emit(fired)

    def _tell_activity(self) -> None:
        states = self._states
        self._emit(
            self._metrics.take(
                Activity(
                    answering=len(self.admission.active),
                    waiting=len(self.admission.waiting),
                    cells=self.session.cells,
                    cells_used=self._slots.cells_used,
                    kept_bytes=states.ram_bytes,
                    kept_disk_bytes=states.disk_bytes,
                    cards=card_memory(),
                )
            )
        )
        caching = self.session.caching
        if caching is not None:
            self._emit(caching.activity())
            if self.is_idle:
                caching.rest()
