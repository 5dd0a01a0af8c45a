"""A conversation in the terminal that fills the context: one question about what is to happen, and doing it."""

from __future__ import annotations

import queue

from app.cli.output import Output
from app.cli.talk import Talk
from app.sentences import Language, sentence
from app.services.chat.compaction import Room, fits
from app.services.chat.events import SummaryDelta, SummaryEnded, SummaryStarted
from app.services.events import ServiceEvent
from app.store.records import Message
from engine.errors import UserError

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "The conversation takes {needed} of the {context} tokens that the model can read at once. "
        "Nothing is deleted, whatever you choose:",
        "s": "  s = summarise the first {messages} messages in at most {summary} tokens, which you see first",
        "l": "  l = leave out the first {messages} messages; then {free} tokens are free",
        "n": "  n = start a new conversation with your question",
        "none": "  Enter = nothing now",
        "ask": "[{letters}] ",
        "part": "Summary, part {part} of {parts}:",
        "use": "Use this summary? [y, n] ",
        "begun": "This is a new conversation.",
        "refused": "Nothing was answered.",
    },
    "ko": {
        "title": "대화에 모델이 한 번에 읽을 수 있는 {context}토큰 중 {needed}토큰이 필요합니다. "
        "무엇을 고르셔도 삭제되는 것은 없습니다:",
        "s": "  s = 처음 메시지 {messages}개를 최대 {summary}토큰으로 요약합니다. 사용하기 전에 보여 드립니다",
        "l": "  l = 처음 메시지 {messages}개를 뺍니다. 그러면 {free}토큰이 남습니다",
        "n": "  n = 질문을 가지고 새 대화를 시작합니다",
        "none": "  Enter = 지금은 아무것도 하지 않습니다",
        "ask": "[{letters}] ",
        "part": "요약 {part}/{parts}:",
        "use": "이 요약을 사용할까요? [y, n] ",
        "begun": "새 대화입니다.",
        "refused": "답변하지 않았습니다.",
    },
}


def make_room(talk: Talk, output: Output) -> Message | None:
    """Ask what is to happen with a conversation that is full, do it, and show the answer that waited for it; None
    where nothing is answered. Raises UserError as `MakingRoom` does, Interrupted and Unsaved as `Talk.say`."""
    words = _WORDS[output.language]
    while True:
        room = talk.services.room.look(talk.id)
        if room.problem is not None:
            output.note(sentence(room.problem, output.language))
            return None
        if fits(room):  # another model is in use meanwhile
            return _answer(talk, room)
        letter = _choose(room, words, output)
        if letter == "l":
            talk.services.room.leave_out(room)
            return _answer(talk, room)
        if letter == "s" and room.summary:
            if _summarise(talk, room, words, output):
                return _answer(talk, room)
        elif letter == "n":
            return _begin_anew(talk, words, output)
        else:
            output.note(words["refused"])
            return None


def _choose(room: Room, words: dict[str, str], output: Output) -> str:
    """The letter that was answered, "" for none."""
    letters = ["s", "l", "n"] if room.summary else ["l", "n"]
    numbers = {name: f"{getattr(room, name):,}" for name in ("needed", "context", "messages", "summary")}
    numbers["free"] = f"{room.context - room.after:,}"
    for line in ("title", *letters, "none"):
        output.note(words[line].format(**numbers))
    return _line(words["ask"].format(letters=", ".join(letters)), output).casefold()[:1]


def _line(prompt: str, output: Output) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, OSError, KeyboardInterrupt):
        output.note("")
        return ""


def _answer(talk: Talk, room: Room) -> Message | None:
    if not room.waits:
        return None
    return talk.follow(lambda: talk.services.room.answer(room) or talk.services.store.message(room.leaf))


def _begin_anew(talk: Talk, words: dict[str, str], output: Output) -> Message | None:
    services = talk.services
    begun = services.room.begin_anew(talk.id)
    talk.id = begun.id
    output.note(words["begun"])
    path = services.conversations.path(begun.id)
    if not path:
        return None
    return talk.follow(lambda: services.store.message(path[-1]))


def _summarise(talk: Talk, room: Room, words: dict[str, str], output: Output) -> bool:
    """Have the summary written, show it, and ask; whether it is in use now. Ctrl+C ends the writing."""
    services = talk.services
    events: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()

    def take(told: list[ServiceEvent]) -> None:
        for event in told:
            events.put(event)

    unsubscribe = services.conversations.subscribe(take)
    try:
        services.summaries.begin(room)
        text = _written(talk, events, words, output)
        if text and _line(words["use"], output).casefold()[:1] == "y":
            services.room.summarise(room, text, services.models.signature)
            return True
    except UserError as error:  # too long, or the model is gone: the other choices are there
        output.failed(error)
    finally:
        unsubscribe()
        services.summaries.drop(room.conversation)
    return False


def _written(
    talk: Talk, events: queue.SimpleQueue[ServiceEvent], words: dict[str, str], output: Output
) -> str:
    """The summary, shown while it is written."""
    while True:
        try:
            event = events.get(timeout=0.2)
        except queue.Empty:
            continue
        except KeyboardInterrupt:
            talk.services.summaries.stop(talk.id)
            continue
        if isinstance(event, SummaryStarted) and event.parts > 1:
            output.note("\n" + words["part"].format(part=event.part, parts=event.parts))
        elif isinstance(event, SummaryDelta):
            output.note(event.text, end="")
        elif isinstance(event, SummaryEnded):
            output.note("")
            if event.error is not None:
                output.note(sentence(event.error, output.language))
            return event.text
