"""The parts of a step: the answers in slots, the rows that each has in the step, and a step that reads a picture."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from engine.api import GenerateRequest
from engine.local.generation.scoring import Work
from engine.local.model.sequences import Sequence
from engine.local.model.session import Session
from engine.local.native.projector import Encoded
from engine.local.pictures.units import Unit
from engine.local.speculative import Drafter


class Active(msgspec.Struct):
    generation: Work
    sequence: Sequence
    drafter: Drafter
    since: float  # it got its slot
    seen: int = 0  # of its tokens, those that the drafter knows


class Rows(NamedTuple):
    """The rows of one answer in a step: its tokens, the last `drawn` of which have logits, and drafts."""

    active: Active
    first: int
    known: int
    drawn: int
    draft: list[int]


class Look(NamedTuple):
    """A step that reads rows of one picture: embeddings and tokens cannot share a step."""

    rows: Rows
    picture: Unit
    encoded: Encoded

    def run(self, session: Session) -> int:
        sequence = self.rows.active.sequence
        first = len(sequence) - self.picture.start
        part = range(first, first + self.rows.known)
        start = sequence.position(self.picture.start)
        return session.read_picture(self.encoded, part, sequence, start, drawn=bool(self.rows.drawn))


def next_picture(active: Active) -> Unit:
    held = len(active.sequence)
    return next(each for each in active.generation.pictures if each.end > held)


def before_picture(active: Active) -> int:
    """The tokens to be computed before the next picture; 0 if it is next."""
    held, generation = len(active.sequence), active.generation
    if not generation.pictures:
        return max(0, len(generation.tokens) - held)
    start = next((each.start for each in generation.pictures if each.end > held), len(generation.tokens))
    return max(0, start - held)


def owner_of(request: GenerateRequest) -> str:
    """The owner of an answer's tokens: its conversation, or the answer itself."""
    return request.conversation or f"\0{request.id}"
