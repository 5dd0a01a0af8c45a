"""Tokens of prompts that no template writes: raw text, and fill-in-the-middle by the model's own marks."""

from __future__ import annotations

from engine.errors import UserError
from engine.formats import Prompt
from engine.formats.values import Piece
from engine.local import native
from engine.local.model.tokenizer import Tokenizer
from engine.values import FillIn, RawPrompt

# What stands for a name where none is told, as models saw one in each of their examples.
_REPOSITORY, _FILE = "repository", "file"


def raw_tokens(
    tokenizer: Tokenizer, vocab: int, prompt: RawPrompt | FillIn, model: str, room: int
) -> list[int]:
    """Of other files the last that fit into `room` tokens with the rest are taken; the rest may be longer than that.

    Raises UserError `tokens.unknown` (token, last), and `fill_in.unknown` (name) where the model, called `model`, has
    no marks for that.
    """
    if isinstance(prompt, RawPrompt):
        given = prompt.prompt
        return _text(tokenizer, given) if isinstance(given, str) else tokenizer.checked(given)
    marks = native.fill_in_tokens(vocab)
    if marks is None:
        raise UserError("fill_in.unknown", name=model)
    prefix, suffix = tokenizer.plain(prompt.prefix), tokenizer.plain(prompt.suffix)
    first, asked = tokenizer.first, [marks.prefix, *prefix, marks.suffix, *suffix, marks.middle]
    return [*first, *_files(tokenizer, marks, prompt, room - len(first) - len(asked)), *asked]


def _text(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(Prompt(text, (Piece(text, False),) if text else ()))


def _files(tokenizer: Tokenizer, marks: native.FillInTokens, prompt: FillIn, room: int) -> list[int]:
    """Other files, and the name of the one to be filled in, as models with marks of a repository saw them in
    training; without those marks they are text in front."""
    has_marks = min(marks.repository, marks.file) >= 0
    mark = [marks.file] if has_marks else []
    before = [marks.repository, *tokenizer.plain(f"{_REPOSITORY}\n")] if has_marks else []
    behind = [marks.file, *tokenizer.plain(f"{prompt.path or _FILE}\n")] if has_marks else []
    room -= len(before) + len(behind)
    taken: list[int] = []
    for path, text in reversed(prompt.files):
        file = [*mark, *tokenizer.plain(f"{path or _FILE}\n{text}\n")]
        if len(taken) + len(file) > room:
            break
        taken = file + taken
    return [*before, *taken, *behind] if taken else []
