"""Conversation in the terminal, also the fallback where no window can be shown."""

from __future__ import annotations

import contextlib
import importlib
import sys

from app import paths
from app.cli.chat.compaction import compact
from app.cli.chat.talk import Interrupted, Talk, Unsaved
from app.cli.ending import INTERRUPTED, run_told
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.speed import speed_line
from app.log import COMMANDS, written_to
from app.services.models.fullness import is_full, is_refused
from app.store.records import ChatOptions
from engine.errors import UserError


def open_without_screen(debug: bool = False, wanted: str = "") -> int:
    """`coterie` where no window can be shown. `wanted` is the file or link that one was to show."""
    output = Output(json=False)
    with written_to(paths.logs() / COMMANDS, debug=debug):
        if wanted:
            return output.failed(UserError("cli.no_window"))
        return run_told(lambda: _open(output), output)


def _open(output: Output) -> int:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    output.note(_word("no_screen" if terminal else "no_terminal", output))
    with opened() as services:
        model = services.settings.current.model if terminal else "starter"
        services.models.use(model, remember=False)
        if terminal:
            return converse(Talk(services, output, ChatOptions()), output)
        return _short_conversation(Talk(services, output, ChatOptions(max_tokens=48)), output)


def converse(talk: Talk, output: Output) -> int:
    """Converse until the end of input."""
    with contextlib.suppress(ImportError):  # Windows has its own line editing
        importlib.import_module("readline")

    output.note(_word("hint", output))
    while True:
        try:
            text = input(_word("you", output))
        except (EOFError, OSError):  # the latter: the terminal is gone
            output.note("\n" + _word("kept", output, home=str(paths.home())))
            return 0
        except KeyboardInterrupt:
            output.note("")
            return INTERRUPTED
        if not text.strip():
            continue
        try:
            message = talk.say(text)
            while is_full(message) and (more := compact(talk, output)) is not None:
                message = more
        except Interrupted as stop:
            output.note("")
            if stop.ended:
                return INTERRUPTED
            continue
        except Unsaved:
            continue
        except UserError as error:
            output.failed(error)
            continue
        if is_refused(message):  # already reported, with what can be done
            continue
        if message.error is not None:
            output.tell(message.error)
        else:
            output.note(speed_line(message, output.language))


def _short_conversation(talk: Talk, output: Output) -> int:
    for question in _word("questions", output).splitlines():
        output.text(f"> {question}")
        try:
            message = talk.say(question)
        except Interrupted:
            return INTERRUPTED
        except Unsaved:
            return 1
        if message.error is not None:
            return output.failed(UserError.from_info(message.error))
        output.text(f"({speed_line(message, output.language)})\n")
    return 0


def _word(name: str, output: Output, **values: str) -> str:
    return output.localized(f"cli.terminal.{name}", **values)
