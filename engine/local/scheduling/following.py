"""Hidden rows for the model's own head: which steps leave them behind, and handing them over.

Rows of a prompt cost the last layer for each of them and the head's reading, so only the end of a prompt is followed,
and only while drafts pay.
"""

from __future__ import annotations

from engine.local.model.session import Session
from engine.local.scheduling.steps import Rows
from engine.local.speculative.trail import KEPT


class Following:
    """To be told of each step of a session, before and after it is computed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._followed: list[Rows] = []

    def before(self, rows: list[Rows], *, picture: bool) -> None:
        """`picture`: the step reads a picture, which no head does."""
        head = self._session.head
        if head is None:
            return
        self._session.computing_s += head.take_seconds()
        follows = head.worth.follows and not picture
        self._followed = (
            [each for each in rows if self._is_wanted(each, pays=head.worth.pays)] if follows else []
        )
        self._session.leave_hidden_rows(bool(self._followed))

    def after(self) -> None:
        """The step was computed, and is not yet in the sequences."""
        head = self._session.head
        if head is None:
            return
        for each in self._followed:
            sequence = each.active.sequence
            hidden = self._session.hidden_rows(each.first, each.known + len(each.draft))
            head.follow(sequence.number, len(sequence), hidden)

    def _is_wanted(self, rows: Rows, *, pays: bool) -> bool:
        generation = rows.active.generation
        if generation.is_background or generation.pictures or not generation.request.drafts:
            return False
        rest = len(generation.tokens) - len(rows.active.sequence) - rows.known
        return (pays and rest < KEPT) if generation.is_reading else True
