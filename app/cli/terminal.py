"""A conversation in the terminal, and what happens where no window can be shown."""

from __future__ import annotations

import contextlib
import importlib
import sys

from app import paths
from app.cli.compaction import make_room
from app.cli.ending import INTERRUPTED, run_told, signals_held
from app.cli.output import Output
from app.cli.speed import speed_line
from app.cli.talk import Interrupted, Talk, Unsaved
from app.language import system_language
from app.log import COMMANDS, written_to
from app.sentences import Language, sentence
from app.services.models.fullness import is_full, is_refused
from app.services.services import open_services
from app.store.records import ChatOptions
from engine.errors import UserError

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "no_screen": "There is no screen here, so Coterie opens in the terminal.",
        "no_terminal": "There is no screen and no terminal here, so this is a short conversation "
        "with the starter model.",
        "hint": "Type and press Enter. Ctrl+C stops an answer, Ctrl+D ends.",
        "you": "You: ",
        "kept": "The conversation is kept; you find it in the window and with your data in {home}.",
        "questions": "What is the sea?\nName three colours.",
    },
    "ko": {
        "no_screen": "화면이 없어서 터미널에서 Coterie를 엽니다.",
        "no_terminal": "화면도 터미널도 없어서 기본 모델과 짧은 대화를 나눕니다.",
        "hint": "글을 쓰고 Enter를 누르세요. Ctrl+C는 답변을 멈추고 Ctrl+D는 끝냅니다.",
        "you": "나: ",
        "kept": "대화는 저장되었습니다. 창에서 다시 볼 수 있으며 데이터는 {home}에 있습니다.",
        "questions": "What is the sea?\nName three colours.",
    },
}


def open_without_screen(debug: bool = False) -> int:
    """`coterie` where no window can be shown."""
    output = Output(json=False)
    with written_to(paths.logs() / COMMANDS, debug=debug):
        return run_told(lambda: _open(output), output)


def _open(output: Output) -> int:
    words = _WORDS[output.language]
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    output.note(words["no_screen" if terminal else "no_terminal"])
    services = open_services(paths.home())
    try:
        model = services.settings.current.model if terminal else "starter"
        services.models.use(model, remember=False)
        if terminal:
            return converse(Talk(services, output, ChatOptions()), output)
        return _short_conversation(Talk(services, output, ChatOptions(max_tokens=48)), output)
    finally:
        with signals_held():
            services.close()


def converse(talk: Talk, output: Output) -> int:
    """Question and answer until the end of input."""
    with contextlib.suppress(ImportError):  # Windows has its own line editing
        importlib.import_module("readline")

    words = _WORDS[output.language]
    output.note(words["hint"])
    while True:
        try:
            text = input(words["you"])
        except (EOFError, OSError):  # the latter: the terminal is gone
            output.note("\n" + words["kept"].format(home=paths.home()))
            return 0
        except KeyboardInterrupt:
            output.note("")
            return INTERRUPTED
        if not text.strip():
            continue
        try:
            message = talk.say(text)
            while is_full(message) and (more := make_room(talk, output)) is not None:
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
        if is_refused(message):  # that was told, with what can be done
            continue
        if message.error is not None:
            output.note(sentence(message.error, output.language))
        else:
            output.note(speed_line(message, output.language))


def _short_conversation(talk: Talk, output: Output) -> int:
    for question in _WORDS[system_language()]["questions"].splitlines():
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
