"""Finds the sources of a question in its attachments: whole texts, and passages of those that are searched instead.

Methods block on the disk: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from agents.tools.documents.passages import Passage, best, passages
from app.services.chat.attachments.attachments import Attachments
from app.services.chat.attachments.weighing import MOST_FOUND, room_to_find
from app.services.chat.citations.sources import sources_for
from app.store.records import Attachment, Source
from engine.errors import ErrorInfo, UserError
from engine.remote.estimate import text_tokens

if TYPE_CHECKING:
    from agents.tools.documents.kinds import Kind
    from app.services.models.models import Models

# More passages than any budget takes.
_MOST = 64


class AttachmentSearch:
    """Ranks the passages of all attachments of a question together that are searched."""

    def __init__(self, models: Models, attachments: Attachments) -> None:
        self._models, self._attachments = models, attachments

    def sources(
        self,
        conversation: int,
        question: str,
        attachments: Sequence[Attachment],
        given: Sequence[Source] = (),
    ) -> tuple[tuple[Attachment, ...], tuple[Source, ...]]:
        """The attachments of a question, those that are searched with what was found in them; and its sources, whole
        texts first. What it was `given` notes of is not searched."""
        whole = [
            Source(0, each.name, sha256=each.sha256)
            for each in attachments
            if each.state == "whole" and not each.is_picture
        ]
        noted = {source.sha256 for source in given if source.is_notes}
        wanted = [each for each in attachments if each.state == "searched" and each.sha256 not in noted]
        if not wanted:
            return tuple(attachments), tuple(whole)
        # What was searched before has the tokens of what was found then.
        room = sum(MOST_FOUND if each.reason else each.tokens for each in wanted)
        if (facts := self._models.state.facts) is not None:
            room = min(room, room_to_find(facts.context))
        among = {passage: source for each in wanted for passage, source in self._passages(conversation, each)}
        found = best(question, among, _MOST)
        sources = sources_for(map(among.__getitem__, found or islice(among, _MOST)), room)
        told = [_told(each, sources, bool(found)) if each in wanted else each for each in attachments]
        return tuple(told), (*whole, *sources)

    def fitting(self, conversation: int, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The attachments of the next message of a chat as they are weighed now.

        Raises UserError with the reason of the first that is refused, and as `Attachments.weigh` does.
        """
        weighed = self._attachments.weigh(conversation, attachments).attachments
        for each in weighed:
            if each.state == "refused":
                raise UserError.from_info(each.reason or ErrorInfo("attachment.not_sent"))
        return weighed

    def _passages(self, conversation: int, attachment: Attachment) -> Iterator[tuple[Passage, Source]]:
        kind: Kind = attachment.kind  # type: ignore[assignment]
        for part in self._attachments.parts(conversation, attachment):
            # The folder only tells the passages of two parts and two files apart.
            path = f"{attachment.sha256}/{part.number}/{attachment.name}"
            for passage in passages(path, part.label, part.text, kind):
                yield (
                    passage,
                    Source(
                        0,
                        attachment.name,
                        passage.text,
                        attachment.sha256,
                        part=part.number,
                        label=part.label,
                        first=passage.first,
                        last=passage.last,
                    ),
                )


def _told(attachment: Attachment, sources: Sequence[Source], matched: bool) -> Attachment:
    """What is searched, with what was found in it."""
    own = [source for source in sources if source.sha256 == attachment.sha256]
    reason = (
        ErrorInfo("attachment.searched", {"name": attachment.name, "passages": len(own)})
        if matched
        else ErrorInfo("attachment.beginning", {"name": attachment.name})
    )
    tokens = sum(text_tokens(source.text) for source in own)
    return msgspec.structs.replace(attachment, tokens=tokens, estimated=True, reason=reason)
