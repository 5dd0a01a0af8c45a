"""Tokenizer of rendered prompts: text of users and tools never becomes a control token.

A prompt is tokenized in one go, as models were trained to see it. Only where untrusted text spells a control
token (`<|im_end|>` in a pasted log) is that piece tokenized apart, as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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

    def encode(self, prompt: Prompt) -> list[int]:
        """Tokenize the whole prompt, with the vocabulary's BOS if it wants one and the template wrote
        none."""
        tokens = self.encode_from(prompt, 0)
        bos = native.bos_token(self._vocab)
        if native.adds_bos(self._vocab) and bos >= 0 and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens

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

    def count(self, text: str) -> int:
        """Count the tokens of any text on its own."""
        return len(self._tokenize(text, parse_special=False))

    def piece(self, token: int) -> bytes:
        """The bytes of one token; may be half a character. A picture has none."""
        if token < 0:
            return b""
        data = self._pieces.get(token)
        if data is None:
            data = self._pieces[token] = native.token_bytes(self._vocab, token)
        return data

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
