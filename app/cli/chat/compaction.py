"""Compaction in the terminal: asks what to do with a conversation that fills the context, and does it."""

from __future__ import annotations

import queue

from app.cli.chat.talk import Talk
from app.cli.output import Output
from app.services.chat.compaction_values import CompactionOptions, fits
from app.services.chat.events import SummaryDelta, SummaryEnded, SummaryStarted
from app.services.events import ServiceEvent
from app.store.records import Message
from engine.errors import UserError


def compact(talk: Talk, output: Output) -> Message | None:
    """Ask what to do with a full conversation, do it, and show the answer that waited; None when nothing is
    answered.

    Raises UserError as `Compactor` does, Interrupted and Unsaved as `Talk.say`.
    """
    while True:
        room = talk.services.compactor.look(talk.id)
        if room.problem is not None:
            output.tell(room.problem)
            return None
        if fits(room):  # another model has been loaded meanwhile
            return _answer(talk, room)
        letter = _choose(room, output)
        if letter == "l":
            talk.services.compactor.leave_out(room)
            return _answer(talk, room)
        if letter == "s" and room.summary:
            if _summarise(talk, room, output):
                return _answer(talk, room)
        elif letter == "n":
            return _begin_anew(talk, output)
        else:
            output.note(_word("refused", output))
            return None


def _choose(room: CompactionOptions, output: Output) -> str:
    """Ask for a letter; "" for none."""
    letters = ["s", "l", "n"] if room.summary else ["l", "n"]
    numbers = {name: getattr(room, name) for name in ("needed", "context", "messages", "summary")}
    numbers["free"] = room.context - room.after
    for line in ("title", *letters, "none"):
        output.note(_word(line, output, **numbers))
    return _line(_word("ask", output, letters=", ".join(letters)), output).casefold()[:1]


def _line(prompt: str, output: Output) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, OSError, KeyboardInterrupt):
        output.note("")
        return ""


def _answer(talk: Talk, room: CompactionOptions) -> Message | None:
    if not room.waits:
        return None
    return talk.follow(
        lambda: talk.services.compactor.answer(room) or talk.services.store.messages.get(room.leaf)
    )


def _begin_anew(talk: Talk, output: Output) -> Message | None:
    services = talk.services
    begun = services.compactor.begin_anew(talk.id)
    talk.id = begun.id
    output.note(_word("begun", output))
    path = services.conversations.path(begun.id)
    if not path:
        return None
    return talk.follow(lambda: services.store.messages.get(path[-1]))


def _summarise(talk: Talk, room: CompactionOptions, output: Output) -> bool:
    """Generate the summary, show it, and ask; returns whether it is in use. Ctrl+C cancels the writing."""
    services = talk.services
    events: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()
    unsubscribe = services.events.subscribe(ServiceEvent, events.put)
    try:
        services.summaries.begin(room)
        text = _written(talk, events, output)
        if text and _line(_word("use", output), output).casefold()[:1] == "y":
            services.compactor.summarise(room, text, services.models.signature)
            return True
    except UserError as error:  # too long, or the model is gone: the other choices remain
        output.failed(error)
    finally:
        unsubscribe()
        services.summaries.drop(room.conversation)
    return False


def _written(talk: Talk, events: queue.SimpleQueue[ServiceEvent], output: Output) -> str:
    """Show the summary while it is generated; returns it."""
    while True:
        try:
            event = events.get(timeout=0.2)
        except queue.Empty:
            continue
        except KeyboardInterrupt:
            talk.services.summaries.stop(talk.id)
            continue
        if isinstance(event, SummaryStarted) and event.parts > 1:
            output.note("\n" + _word("part", output, part=event.part, parts=event.parts))
        elif isinstance(event, SummaryDelta):
            output.note(event.text, end="")
        elif isinstance(event, SummaryEnded):
            output.note("")
            if event.error is not None:
                output.tell(event.error)
            return event.text


def _word(name: str, output: Output, **values: object) -> str:
    return output.localized(f"cli.room.{name}", **values)
