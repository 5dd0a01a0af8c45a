"""Goes through long attachments part by part: the model notes what each part says to a question, then answers it.

The notes are the sources of the question, which is asked when all parts were read, or when a person stops that.
Thread-safe; a thread for each chat.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.api import ModelRequest
from agents.tools.documents.passages import passages
from agents.tools.documents.places import place_of
from agents.tools.documents.reading import Part
from app.services.chat.events import PartsEnded, PartsRead
from app.services.chat.prompting import framed
from app.services.worker import StoppableThread, end_all
from app.store.records import Attachment, Conversation, Message, Source
from engine import values
from engine.errors import ErrorInfo, UserError
from engine.remote.estimate import text_tokens
from engine.values import Sampling

if TYPE_CHECKING:
    from agents.api import ChatModel
    from agents.tools.documents.kinds import Kind
    from app.services.chat.attachments.attachments import Attachments
    from app.services.events import EventBus
    from app.services.models.models import Models
    from app.services.runs.model_registry import ModelRegistry

log = logging.getLogger(__name__)
_WISH = """\
This is part {part} of {of} of a file. Note briefly what this part says to the question below, with exact names and \
numbers, without an introduction. If it says nothing to it, write only: Nothing.

Question: {question}"""
_WISH_KOREAN = """\
한 파일을 {of}개로 나눈 것 중 {part}번째 부분입니다. 아래 질문과 관련해 이 부분에 적힌 내용을 이름과 숫자까지 \
정확하게, 머리말 없이 짧게 정리하세요. 관련된 내용이 없으면 ‘없음’이라고만 쓰세요.

질문: {question}"""
Send = Callable[[int, str, int | None, Sequence[Attachment], Sequence[Source]], Message]
_KOREAN = re.compile(r"[\uac00-\ud7a3]")
# Tokens of the notes on a part.
_MOST_NOTES, _LEAST_NOTES = 300, 40
# Tokens of a template and of the wish around a part.
_AROUND = 160
_LEAST_PART = 200
_LOOK_S = 0.05


class Asked(msgspec.Struct, frozen=True):
    """A question; `after` as in `Asking.send`."""

    conversation: int
    question: str
    after: int | None
    attachments: tuple[Attachment, ...]


class PartByPart:
    """`take_up` loads the model of a chat, `send` is that of `Asking`, `put_back` that of `Conversations`."""

    def __init__(
        self,
        models: Models,
        model_registry: ModelRegistry,
        attachments: Attachments,
        take_up: Callable[[int], Conversation],
        send: Send,
        put_back: Callable[[int, str], object],
        events: EventBus,
    ) -> None:
        self._models, self._model_registry, self._attachments = models, model_registry, attachments
        self._take_up, self._send, self._put_back, self._events = take_up, send, put_back, events
        self._lock = threading.Lock()
        self._works: dict[int, _Work] = {}

    def begin(self, asked: Asked) -> None:
        """Go through those attachments of a question that are to be read so. Raises UserError `chat.busy` while that
        is done in this chat."""
        work = _Work(asked)
        with self._lock:
            if asked.conversation in self._works:
                raise UserError("chat.busy")
            self._works[asked.conversation] = work
        work.begin("part-by-part", lambda: self._run(work))

    def stop(self, conversation: int) -> None:
        """Read no further part; the question is asked with the notes so far."""
        with self._lock:
            if work := self._works.get(conversation):
                work.stopped.set()

    def close(self) -> None:
        """Stop all, and ask nothing; call before the models are closed."""
        with self._lock:
            works = tuple(self._works.values())
        for work in works:
            work.closed = True
        end_all(works)

    # --- on the thread of a chat ---

    def _run(self, work: _Work) -> None:
        error: ErrorInfo | None = None
        sent = False
        try:
            attachments, sources = self._read(work)
            if sources and not work.closed:
                asked = work.asked
                self._send(asked.conversation, asked.question, asked.after, attachments, sources)
                sent = True
        except UserError as failure:
            error = failure.info
        except Exception as failure:
            log.error("Reading part by part failed", exc_info=failure)
            error = ErrorInfo("unknown", {"detail": f"{type(failure).__name__}: {failure}"[:300]})
        finally:
            with self._lock:
                self._works.pop(work.asked.conversation, None)
        if work.closed and not sent:  # nobody is there any more who could have it back
            with contextlib.suppress(UserError):  # the chat is gone
                self._put_back(work.asked.conversation, work.asked.question)
        self._events.publish(PartsEnded(work.asked.conversation, work.asked.question, sent, error))

    def _read(self, work: _Work) -> tuple[tuple[Attachment, ...], tuple[Source, ...]]:
        asked = work.asked
        chat_model = self._model_registry.chat_model(self._take_up(asked.conversation).options.model or "")
        context = self._context(chat_model, work)
        if not context:
            return asked.attachments, ()
        room = max(_LEAST_PART, context // 2 - text_tokens(asked.question) - _AROUND)
        chunks = {
            place: list(_chunks(self._pieces(asked.conversation, each), room))
            for place, each in enumerate(asked.attachments)
            if each.by_parts
        }
        of = sum(map(len, chunks.values()))
        notes = min(_MOST_NOTES, context // 3 // max(1, of))
        if notes < _LEAST_NOTES:
            raise UserError("attachment.too_many_parts", name=asked.attachments[next(iter(chunks))].name)
        told, sources, number = list(asked.attachments), list[Source](), 0
        for place, parts in chunks.items():
            own: list[Source] = []
            for chunk in parts:
                number += 1
                self._events.publish(PartsRead(asked.conversation, told[place].name, number, of))
                text = self._note(chat_model, work, told[place], chunk, (number, of, notes))
                if work.stopped.is_set():
                    break
                own.append(_source(told[place], chunk, text))
            told[place] = _gone_through(told[place], own, len(parts))
            sources += own
        return tuple(told), tuple(sources)

    def _context(self, chat_model: ChatModel, work: _Work) -> int:
        """The context length once the model is loaded, 0 where that was stopped. Raises UserError where it cannot be
        loaded."""
        if chat_model.remote:
            return chat_model.ready()
        self._models.ensure()
        while not work.stopped.wait(_LOOK_S):
            state = self._models.state
            if state.state == "ready" and state.facts is not None:
                return state.facts.context
            if state.state == "empty" and state.error is not None:
                raise UserError.from_info(state.error)
        return 0

    def _note(
        self,
        chat_model: ChatModel,
        work: _Work,
        attachment: Attachment,
        chunk: Sequence[Part],
        counts: tuple[int, int, int],
    ) -> str:
        """The notes of the model on a part. Raises UserError where it fails."""
        part, of, most = counts
        question = work.asked.question
        wish = (_WISH_KOREAN if _KOREAN.search(question) else _WISH).format(
            part=part, of=of, question=question
        )
        text = framed(attachment.name, [(each.label, each.text) for each in chunk])[0]
        ask = ModelRequest(
            (values.Message("user", f"{text}\n\n{wish}"),),
            sampling=Sampling(temperature=0.0, repeat_penalty=1.1),
            reasoning="off",
            max_tokens=most,
        )
        turn = chat_model.stream(ask, lambda _: None, work.stopped.is_set)
        if turn.error is not None:
            raise UserError.from_info(turn.error)
        return turn.content.strip()

    def _pieces(self, conversation: int, attachment: Attachment) -> Iterator[Part]:
        kind: Kind = attachment.kind  # type: ignore[assignment]
        for part in self._attachments.parts(conversation, attachment):
            for passage in passages(attachment.name, part.label, part.text, kind):
                yield Part(part.label, passage.text, part.number)


class _Work(StoppableThread):
    """A question in progress."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        super().__init__()
        self.closed = False


def _chunks(pieces: Iterable[Part], room: int) -> Iterator[list[Part]]:
    """Pieces in lists of at most so many tokens; those that follow each other in a part are one."""
    chunk: list[Part] = []
    left = room
    for piece in pieces:
        cost = text_tokens(piece.text) + text_tokens(piece.label) + 4
        if chunk and cost > left:
            yield chunk
            chunk, left = [], room
        left -= cost
        if chunk and (chunk[-1].number, chunk[-1].label) == (piece.number, piece.label):
            chunk[-1] = Part(piece.label, f"{chunk[-1].text}\n{piece.text}", piece.number)
        else:
            chunk.append(piece)
    if chunk:
        yield chunk


def _source(attachment: Attachment, chunk: Sequence[Part], text: str) -> Source:
    label, number = _label(chunk[0].label, chunk[-1].label), chunk[0].number
    return Source(0, attachment.name, text, attachment.sha256, part=number, label=label, is_notes=True)


def _label(first: str, last: str) -> str:
    """That of several parts: "page 1–3"."""
    ends = place_of(first), place_of(last)
    joined = ends[0].up_to(ends[1]) if ends[0] and ends[1] else None
    if joined is not None:
        return joined.label
    return first if first == last else f"{first} – {last}"


def _gone_through(attachment: Attachment, sources: Sequence[Source], of: int) -> Attachment:
    about: dict[str, str | int | float] = {"name": attachment.name, "parts": len(sources), "of": of}
    tokens = sum(text_tokens(source.text) for source in sources)
    reason = ErrorInfo("attachment.part_by_part", about)
    return msgspec.structs.replace(attachment, tokens=tokens, estimated=True, reason=reason)
