"""Where the text repeats itself: prompt lookup (https://github.com/apoorvumang/prompt-lookup-decoding)."""

from __future__ import annotations

from collections.abc import Sequence

# Places are found by the last so many tokens: by the longer run first, as what follows it is more certain.
SHORT, LONG = 3, 8
# How far a match is followed back to tell its length; beyond that nothing gets more certain.
FARTHEST = 64
# A match that broke, and goes on within so many tokens of where it would have been, is the same text with a change
# in it: then this share of its length still counts.
NEAR, KEPT_SHARE = 16, 0.5


class Lookup:
    """The tokens of one sequence, and the place in them whose continuation the text seems to repeat.

    `length` is how many tokens before that place are the same as the last ones, 0 where there is no such place.
    """

    def __init__(self) -> None:
        self.length = 0
        self._tokens: list[int] = []
        self._place = 0  # of the token that is expected next
        # Places behind the newest run of so many tokens, by the run's hash: what is found is compared.
        self._short: dict[int, int] = {}
        self._long: dict[int, int] = {}
        # The last long match that broke: its length, where that was, and how far before it the same text was.
        self._lost_length = self._lost_end = self._lost_back = 0

    def __len__(self) -> int:
        return len(self._tokens)

    @property
    def tokens(self) -> Sequence[int]:
        """All of them, as they are and not a copy."""
        return self._tokens

    def read(self, tokens: Sequence[int]) -> None:
        """Take over tokens that nobody guesses: a prompt."""
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
        """Take over the next token; whether it is the one that was expected."""
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
        """The `count` tokens that would follow; [] where there is no match. What repeats itself goes round."""
        if not self.length:
            return []
        found = self._tokens[self._place : self._place + count]
        if len(found) < count:
            found = (found * (count // len(found) + 1))[:count]
        return found

    def _index(self, places: dict[int, int], size: int, start: int) -> None:
        """Remember the runs that end in the tokens from `start` on, but for the last."""
        tokens = self._tokens[max(0, start - size + 1) : -1]
        runs = zip(*(tokens[offset:] for offset in range(size)), strict=False)
        places.update(zip(map(hash, runs), range(max(start + 1, size), len(self._tokens)), strict=False))

    def _seek(self) -> None:
        """Remember the runs that end in the last token; where no long match is followed, look for one."""
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
        """Follow this place if what lies before it is longer than the match so far."""
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
