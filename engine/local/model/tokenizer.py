"""From a rendered prompt to tokens, with what users and tools wrote never becoming a control token.

A prompt is tokenised in one go, as models were trained to see it. Only where untrusted text spells a control
token (`<|im_end|>` in a pasted log) is that piece tokenised apart, as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.formats import Prompt
from engine.local import native


class Tokenizer:
    """Tokenises for one vocabulary (a llama.cpp handle)."""

    def __init__(self, vocab: int) -> None:
        self._vocab = vocab
        controls = sorted(native.control_tokens(vocab), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, controls)) or r"(?!)")
        self._pieces: dict[int, bytes] = {}

    def encode(self, prompt: Prompt) -> list[int]:
        """The whole prompt, with the vocabulary's BOS in front when it wants one and the template wrote none."""
        tokens = self.encode_from(prompt, 0)
        bos = native.bos_token(self._vocab)
        if native.adds_bos(self._vocab) and bos >= 0 and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens

    def encode_from(self, prompt: Prompt, offset: int) -> list[int]:
        """The prompt's text from character `offset` on."""
        tokens: list[int] = []
        joint: list[str] = []

        def flush() -> None:
            tokens.extend(self._tokenize("".join(joint), parse_special=True))
            joint.clear()

        position = 0
        for piece in prompt.pieces:
            text = piece.text[max(0, offset - position) :]
            position += len(piece.text)
            if not text:
                continue
            if piece.trusted or not self._control.search(text):
                joint.append(text)
            else:
                flush()
                tokens.extend(self._tokenize(text, parse_special=False))
        flush()
        return tokens

    def starts_with_control(self, text: str) -> bool:
        return self._control.match(text) is not None

    def last_control(self, prompt: Prompt, tokens: Sequence[int]) -> tuple[int, int] | None:
        """Where the last control token of a prompt stands: in its text, and in its tokens. None where it has none."""
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
        """The tokens of a marker that the engine itself writes."""
        return self._tokenize(text, parse_special=True)

    def count(self, text: str) -> int:
        """How many tokens a text of anybody's is, alone."""
        return len(self._tokenize(text, parse_special=False))

    def piece(self, token: int) -> bytes:
        """The bytes of one token; may be half a character."""
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
