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


def raw_tokens(tokenizer: Tokenizer, vocab: int, prompt: RawPrompt | FillIn, model: str) -> list[int]:
    """Raises UserError `tokens.unknown` (token, last), and `fill_in.unknown` (name) where the model, called `model`,
    has no marks for that."""
    if isinstance(prompt, RawPrompt):
        given = prompt.prompt
        return _text(tokenizer, given) if isinstance(given, str) else tokenizer.checked(given)
    marks = native.fill_in_tokens(vocab)
    if marks is None:
        raise UserError("fill_in.unknown", name=model)
    before = _files(tokenizer, marks, prompt) if prompt.files else []
    return [
        *tokenizer.first,
        *before,
        marks.prefix,
        *tokenizer.plain(prompt.prefix),
        marks.suffix,
        *tokenizer.plain(prompt.suffix),
        marks.middle,
    ]


def _text(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(Prompt(text, (Piece(text, False),) if text else ()))


def _files(tokenizer: Tokenizer, marks: native.FillInTokens, prompt: FillIn) -> list[int]:
    """Other files, and the name of the one to be filled in, as models with marks of a repository saw them in
    training; without those marks they are text in front."""
    has_marks = min(marks.repository, marks.file) >= 0
    file = [marks.file] if has_marks else []
    tokens = [marks.repository, *tokenizer.plain(f"{_REPOSITORY}\n")] if has_marks else []
    for path, text in prompt.files:
        tokens += [*file, *tokenizer.plain(f"{path or _FILE}\n{text}\n")]
    return [*tokens, *file, *tokenizer.plain(f"{prompt.path or _FILE}\n")] if has_marks else tokens
