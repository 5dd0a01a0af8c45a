"""What an error of the engine is told as."""

import re
import string

import pytest

from app.messages import messages
from app.server.refusal import refusal_of
from app.server.words import _WORDS
from engine.errors import UserError

BIAS = {"token": 99, "bias": 1.0, "last": 9, "low": -100.0, "high": 100.0}


@pytest.mark.parametrize(
    ("error", "param"),
    [
        (UserError("engine.bad_bias", **BIAS), "logit_bias"),
        (UserError("engine.too_deep"), None),
        (UserError("schema.not_followed", detail="#: not is not followed"), "response_format"),
        (UserError("schema.not_continued"), None),
    ],
    ids=lambda each: each.code if isinstance(each, UserError) else "",
)
def test_what_was_asked_wrongly_is_the_requests_fault_and_named(error: UserError, param: str | None) -> None:
    refusal = refusal_of(error)
    assert (refusal.status, refusal.param, refusal.retry_after) == (400, param, None)
    assert refusal.message.endswith(".")


# What errors of these parts are told by the server; those of runs, chats and settings never come out of it.
_PARTS = (
    "unknown|engine|worker|model|projector|picture|template|tokens|raw_prompt|fill_in|plan|placement|schema|tools"
    "|hub|download|library|store"
)
_WHEN_IT_IS_OFF = {"store.in_use"}
_OF_THE_WINDOW = re.compile(
    r"\bSettings\b|\bwindow\b(?! or command)|this chat|new chat|[Yy]our (?:text|message)|[Aa]ttach"
)


@pytest.mark.parametrize(
    "code",
    sorted(
        code
        for key in messages("en")
        if re.fullmatch(_PARTS, (code := key.removeprefix("errors.")).partition(".")[0])
        and key.startswith("errors.")
        and code not in _WHEN_IT_IS_OFF
    ),
)
def test_clients_are_told_nothing_of_a_window(code: str) -> None:
    fields = [name for _, name, *_ in string.Formatter().parse(messages("en")[f"errors.{code}"]) if name]
    message = refusal_of(UserError(code, **dict.fromkeys(fields, 7))).message
    assert not _OF_THE_WINDOW.search(message), message
    assert message.endswith((".", "?")) and "\n" not in message


def test_words_for_clients_are_of_codes_that_there_are() -> None:
    assert {code for code in _WORDS if f"errors.{code}" not in messages("en")} == set()


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("/home/ann/models/a.gguf", "a.gguf"),
        ("[Errno 2] No such file: '/home/ann/models/a.gguf'", "[Errno 2] No such file: 'a.gguf'"),
        (r"cannot open C:\Users\ann\a.gguf (2)", "cannot open a.gguf (2)"),
        ("no answer of https://example.com/owner/repo", "no answer of https://example.com/owner/repo"),
        ("owner/repo has 1/2 of it", "owner/repo has 1/2 of it"),
    ],
)
def test_no_folder_of_this_computer_is_told(detail: str, told: str) -> None:
    assert told in refusal_of(UserError("engine.load_failed", detail=detail)).message
