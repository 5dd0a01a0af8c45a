"""Tokenizer of rendered prompts: text of users and tools never becomes a control token.

A prompt is tokenized in one go, as models were trained to see it. Only where untrusted text spells a control
token (`<|im_end|>` in a pasted log) is that piece tokenized apart, as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.errors import UserError
from engine.formats import Prompt
from engine.formats.values import Piece
from engine.local import native


class Tokenizer:
    """Tokenizes for one vocabulary (a llama.cpp handle)."""

    def __init__(self, vocab: int) -> None:
        self._vocab = vocab
        controls = sorted(native.control_tokens(vocab), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, controls)) or r"(?!)")
        self._pieces: dict[int, bytes] = {}
        bos = native.bos_token(vocab)
        # What a prompt begins with: BOS, if the vocabulary wants one.
        self.first = [bos] if native.adds_bos(vocab) and bos >= 0 else []

    def encode(self, prompt: Prompt) -> list[int]:
        """Tokenize the whole prompt, with the vocabulary's BOS if it wants one and the template wrote
        none."""
        tokens, first = self.encode_from(prompt, 0), self.first
        return tokens if tokens[: len(first)] == first else [*first, *tokens]

    def encode_from(self, prompt: Prompt, offset: int) -> list[int]:
        """Tokenize the prompt's text from character `offset` on."""
        tokens: list[int] = []
        joint: list[str] = []

        def flush() -> None:
            tokens.extend(self._tokenize("".join(joint), parse_special=True))
            joint.clear()

        position = 0
        for piece in _cut_at_pictures(prompt):
            text = piece.text[max(0, offset - position) :]
            position += len(piece.text)
            if not text:
                continue
            if text in prompt.pictures:
                flush()
                tokens.extend(prompt.pictures[text])
            elif piece.trusted or not self._control.search(text):
                joint.append(text)
            else:
                flush()
                tokens.extend(self._tokenize(text, parse_special=False))
        flush()
        return tokens

    def starts_with_control(self, text: str) -> bool:
        return self._control.match(text) is not None

    def last_control(self, prompt: Prompt, tokens: Sequence[int]) -> tuple[int, int] | None:
        """The position of a prompt's last control token, in text and in tokens; None if it has none."""
        place, position = -1, 0
        for piece in prompt.pieces:
            if piece.trusted:
                for found in self._control.finditer(piece.text):
                    place = position + found.start()
            position += len(piece.text)
        for number in range(len(tokens) - 1, -1, -1):
            if self._control.fullmatch(self.piece(tokens[number]).decode("utf-8", "replace")):
                return (place, number) if place >= 0 else None
        return None

    def marker(self, text: str) -> list[int]:
        """Tokenize a marker that the engine itself writes."""
        return self._tokenize(text, parse_special=True)

    def plain(self, text: str) -> list[int]:
        """Tokenize any text on its own, what looks like a control token as text."""
        return self._tokenize(text, parse_special=False)

    def checked(self, tokens: Sequence[int]) -> list[int]:
        """Tokens from outside. Raises UserError `tokens.unknown` for one that the vocabulary lacks."""
        last = native.vocabulary_size(self._vocab) - 1
        for token in tokens:
            if not 0 <= token <= last:
                raise UserError("tokens.unknown", token=token, last=last)
        return list(tokens)

    def piece(self, token: int) -> bytes:
        """The bytes of one token; may be half a character. A picture has none."""
        if token < 0:
            return b""
        data = self._pieces.get(token)
        if data is None:
            data = self._pieces[token] = native.token_bytes(self._vocab, token)
        return data

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say, special ones included."""
        return b"".join(map(self.piece, tokens)).decode("utf-8", "replace")

    def is_end(self, token: int) -> bool:
        return native.is_end_of_generation(self._vocab, token)

    def _tokenize(self, text: str, *, parse_special: bool) -> list[int]:
        if not text:
            return []
        return native.tokenize(self._vocab, text, add_special=False, parse_special=parse_special)


def _cut_at_pictures(prompt: Prompt) -> Iterable[Piece]:
    """The prompt's pieces, with what stands for a picture in a piece of its own."""
    if not prompt.pictures:
        return prompt.pieces
    mark = re.compile("(" + "|".join(map(re.escape, prompt.pictures)) + ")")
    return (Piece(text, piece.trusted) for piece in prompt.pieces for text in mark.split(piece.text) if text)
