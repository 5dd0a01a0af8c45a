"""Composition of one step: the rows of each running answer in the batch, or a part of one picture."""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import ErrorInfo
from engine.local.model.session import Session
from engine.local.native.layouts.own_products import are_products_used
from engine.local.native.projector import Encoded
from engine.local.pictures.units import Unit
from engine.local.scheduling.admission import Admission
from engine.local.scheduling.batching import FEWEST_ROWS, SHORT, STEP_S, Demand, shares
from engine.local.scheduling.steps import Active, Look, Rows, before_picture, next_picture
from engine.placement.speed.prefill import FEWEST_TOKENS
from engine.values import FinishReason

# A step that cannot be broken off takes no longer than this, as far as that is known.
UNBROKEN_S = 0.08
End = Callable[[Active, FinishReason, ErrorInfo], None]


class Composition:
    """Composes the steps of one session. `most_rows` is what a step may have; less after there was no room."""

    def __init__(self, session: Session, admission: Admission) -> None:
        self._session, self._admission = session, admission
        self.most_rows = session.ubatch

    def may_break_off(self) -> bool:
        """Whether a step may be aborted. That ruins recurrent states, other answers' included."""
        if not self._session.memory.recurrent:
            return True
        at_rest = all(each.taken or not len(each) for each in self._session.sequences)
        return len(self._admission.active) == 1 and at_rest

    def rows(self, step: int, row_s: float) -> list[Rows]:
        """Fill the batch of step number `step`; empty where there is nothing to compute. A prefill row takes `row_s`
        seconds, 0 if unknown."""
        batch = self._session.batch
        batch.clear()
        taking_part = [each for each in self._admission.active if before_picture(each) > 0]
        if not taking_part:
            return []
        rows: list[Rows] = []
        capacity = min(batch.capacity, self.most_rows)
        if not self.may_break_off():
            # Nobody can end it early, so it must be short.
            capacity = min(capacity, max(FEWEST_ROWS, int(UNBROKEN_S / (row_s or UNBROKEN_S))))
        chosen = shares(list(map(self._demand, taking_part)), capacity, step, row_s)
        if self._session.is_divided:  # llama.cpp computes neighbours together
            chosen.sort(key=lambda share: taking_part[share.number].sequence.number)
        outputs = self._session.outputs - len(chosen)  # besides one for each
        for place, share in enumerate(chosen):
            active = taking_part[share.number]
            held = len(active.sequence)
            # Drafts may take rows from a prefill, never from decoding answers.
            left = batch.room - sum(min(later.rows, SHORT) for later in chosen[place + 1 :])
            most = active.sequence.before_stop(min(share.rows, left))
            if most >= FEWEST_TOKENS and held + most == len(active.generation.tokens) and are_products_used():
                # Its last token alone, as when all before it is remembered: the same question has the same answer.
                most -= 1
            count, drawn = active.generation.rows(held, most, outputs + 1)
            outputs -= max(0, drawn - 1)
            tokens = active.generation.tokens[held : held + count]
            is_end = held + count == len(active.generation.tokens)
            room = min(left - count, outputs)
            draft = self._draft(active, room, len(chosen)) if is_end and count <= 2 else []
            outputs -= len(draft)
            position = active.sequence.position(held)
            first = batch.add(active.sequence.number, tokens + draft, position, len(draft) + drawn)
            rows.append(Rows(active, first, count, drawn, draft))
        return rows

    def look(self, step: int, row_s: float, end: End) -> Look | None:
        """The next step of a picture, if it is one's turn: they take turns with steps of tokens, and the first in the
        queue comes first. An answer whose picture cannot be encoded is ended."""
        active, sight = self._admission.active, self._session.sight
        if sight is None:
            return None
        others = any(before_picture(each) for each in active)
        if others and step % 2:
            return None
        waiting = [each for each in active if not before_picture(each)]
        waiting.sort(key=lambda each: self._admission.rank(each.generation))
        for each in waiting:
            picture = next_picture(each)
            numbers = each.generation.tokens[picture.start : picture.end]
            encoded = sight.encoded(numbers)
            if isinstance(encoded, ErrorInfo):
                end(each, "error", encoded)
            elif encoded is None:
                # It was asked for when the answer began, but others may have taken its room.
                sight.ask(each.generation.request.id, numbers)
            elif encoded.is_whole and picture.rows > self._session.ubatch:
                end(each, "error", ErrorInfo("picture.too_large"))  # llama.cpp would abort
            else:
                return self._look(each, picture, encoded, 0.0 if not others else row_s)
        return None

    def _look(self, active: Active, picture: Unit, encoded: Encoded, row_s: float) -> Look:
        """`row_s` 0: nobody waits for the end of the step, or it is not known when that comes."""
        held = len(active.sequence)
        most = min(self._session.ubatch, self.most_rows)
        if row_s:
            most = min(most, max(FEWEST_ROWS, int(STEP_S / row_s)))
        count = picture.end - held if encoded.is_whole else min(most, picture.end - held)
        drawn = int(held + count == len(active.generation.tokens))
        return Look(Rows(active, 0, count, drawn, []), picture, encoded)

    def _demand(self, active: Active) -> Demand:
        return Demand(
            before_picture(active),
            self._admission.rank(active.generation),
            active.generation.request.client,
        )

    def _draft(self, active: Active, room: int, streams: int) -> list[int]:
        """Drafts that fit the step and its logits; `streams` answers decode in it."""
        generation = active.generation
        memory = self._session.memory
        if not generation.may_draft or (memory.recurrent and not memory.rollback):
            return []
        if self._session.is_divided and streams > 1:
            return []  # one that has more rows than others is a step of its own to llama.cpp
        if memory.recurrent:
            room = min(room, memory.rollback)
        if active.seen < len(generation.tokens):
            active.drafter.extend(generation.tokens[active.seen :])
            active.seen = len(generation.tokens)
        room = min(room, generation.room - 1, self.most_rows - 1)
        return active.drafter.draft(room, streams) if room > 0 else []
