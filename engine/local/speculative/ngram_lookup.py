"""N-gram lookup: where the text repeats itself (prompt lookup,
https://github.com/apoorvumang/prompt-lookup-decoding)."""

from __future__ import annotations

from collections.abc import Sequence

# N-gram lengths: the longer one first, as its continuation is more certain.
SHORT, LONG = 3, 8
# How far a match is followed back for its length; beyond that nothing gets more certain.
FARTHEST = 64
# A match that broke, and goes on within so many tokens of where it would have been, is the same text with a change
# in it: then this share of its length still counts.
NEAR, KEPT_SHARE = 16, 0.5


class Lookup:
    """The tokens of one sequence, and the position whose continuation they seem to repeat.

    `length` is the length of the match before it, 0 without a match.
    """

    def __init__(self) -> None:
        self.length = 0
        self._tokens: list[int] = []
        self._place = 0  # of the token that is expected next
        # Positions behind the newest n-gram by its hash; a hit is compared.
        self._short: dict[int, int] = {}
        self._long: dict[int, int] = {}
        # The last long match that broke: its length, where that was, and how far before it the same text was.
        self._lost_length = self._lost_end = self._lost_back = 0

    def __len__(self) -> int:
        return len(self._tokens)

    @property
    def tokens(self) -> Sequence[int]:
        """All tokens, not a copy."""
        return self._tokens

    def read(self, tokens: Sequence[int]) -> None:
        """Append tokens without predicting them: a prompt."""
        if not tokens:
            return
        known = self._tokens
        start = len(known)
        known.extend(tokens)
        self.length = self._lost_length = 0
        self._index(self._short, SHORT, start)
        self._index(self._long, LONG, start)
        self._seek()

    def take(self, token: int) -> bool:
        """Append the next token; whether it was the predicted one."""
        known, length = self._tokens, self.length
        came_true = length > 0 and known[self._place] == token
        known.append(token)
        if came_true:
            self._place += 1
            self.length = length + 1
        else:
            if length >= LONG:
                self._lost_length, self._lost_end = length, len(known)
                self._lost_back = len(known) - 1 - self._place
            self.length = 0
        self._seek()
        return came_true

    def following(self, count: int) -> list[int]:
        """The next `count` predicted tokens; [] without a match. A repetition wraps around."""
        if not self.length:
            return []
        found = self._tokens[self._place : self._place + count]
        if len(found) < count:
            found = (found * (count // len(found) + 1))[:count]
        return found

    def _index(self, places: dict[int, int], size: int, start: int) -> None:
        """Index the n-grams that end in the tokens from `start` on, except the last."""
        tokens = self._tokens[max(0, start - size + 1) : -1]
        runs = zip(*(tokens[offset:] for offset in range(size)), strict=False)
        places.update(zip(map(hash, runs), range(max(start + 1, size), len(self._tokens)), strict=False))

    def _seek(self) -> None:
        """Index the n-grams that end in the last token; look for a match if none of some length goes on."""
        known = self._tokens
        end = len(known)
        if end < SHORT:
            return
        key = hash(tuple(known[-SHORT:]))
        short = self._short.get(key)
        self._short[key] = end
        long = None
        if end >= LONG:
            key = hash(tuple(known[-LONG:]))
            long = self._long.get(key)
            self._long[key] = end
        if self.length >= LONG:
            return
        if long is not None:
            self._follow(long)
        if short is not None and not self.length:
            self._follow(short)

    def _follow(self, place: int) -> None:
        """Follow this position if its match is longer than the present one."""
        known = self._tokens
        end = len(known)
        length = 0
        while length < FARTHEST and length < place and known[place - 1 - length] == known[end - 1 - length]:
            length += 1
        if length < SHORT or length <= self.length:
            return
        if self._lost_length:
            moved = abs(end - place - self._lost_back)
            if moved <= NEAR and end - self._lost_end <= NEAR:
                length += int(self._lost_length * KEPT_SHARE)
            self._lost_length = 0
        self.length, self._place = length, place
