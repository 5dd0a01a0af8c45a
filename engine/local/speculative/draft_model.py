"""Draft model: a smaller model with the same vocabulary that proposes tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.local import native
from engine.local.speculative.costs import StepCosts

# Of a sequence that it did not follow before it reads only so much: its drafts need not be the best, they must
# be there soon. So much is read at a time, as the answer waits meanwhile.
FIRST_READ, AT_A_TIME = 512, 128
# And at most for so long: meanwhile a stop goes unnoticed.
MOMENT_S = 0.05
# Tokens that it prefills on the way to a draft.
AT_ONCE = 4
# The first tokens of a sequence are always read: models put attention there that has nowhere else to go
# (https://arxiv.org/abs/2309.17453).
HEAD = 4
# It drafts on while each token has at least this probability.
SURE = 0.5
# Steps of so many tokens are timed; a first one is always slow.
_TELLING = (32, 1, 1)


class DraftModel:
    """Owns a model and a context of one sequence; `close` frees both.

    The context may be shorter than the followed sequence: it then holds its head and tail. `room` is its
    length in tokens, `vocabulary_size` the main model's, `steps_back` whether its memory can be truncated.
    """

    def __init__(self, model: int, context: int, room: int, vocabulary_size: int) -> None:
        self._model, self._context = model, context
        self._room = room
        self._vocab_size = native.vocabulary_size(native.vocabulary(model))
        self._known = min(self._vocab_size, vocabulary_size)
        self._held: list[int] = []
        self._start = HEAD  # of what it holds behind the head of the sequence
        self.costs = StepCosts()
        for rows in _TELLING:
            self._decode([0] * rows)
            self.steps_back = native.forget_from(self._context, 1)
            self._forget()

    def guess(self, tokens: Sequence[int], count: int) -> list[int] | None:
        """As `TokenDrafter.guess`."""
        wanted = self._window(tokens)
        rest = wanted[len(self._held) :]
        if len(rest) > AT_ONCE:
            self._decode(rest[: self._at_a_time()])
            return None
        guesses: list[int] = []
        started = time.perf_counter()
        while len(self._held) + len(rest) <= self._room and self._decode(rest):
            token, sure = native.likeliest(self._context, self._vocab_size)
            if sure < SURE or token >= self._known:
                break
            guesses.append(token)
            if len(guesses) == count or time.perf_counter() - started > MOMENT_S:
                break
            rest = [token]
        return guesses

    def close(self) -> None:
        native.free_context(self._context)
        native.free_model(self._model)

    def _at_a_time(self) -> int:
        """The tokens that it prefills in a moment."""
        count = AT_A_TIME
        while count > 1 and self.costs.seconds(count) > MOMENT_S:
            count //= 2
        return count

    def _window(self, tokens: Sequence[int]) -> list[int]:
        """The head and tail of a sequence that fit its context."""
        wanted = self._cut(tokens)
        same = _common(self._held, wanted)
        is_new = same <= HEAD or len(wanted) - same > FIRST_READ
        if is_new or len(wanted) > self._room - AT_A_TIME:
            # Half of the room is left for what is going to be written.
            length = min(FIRST_READ if is_new else self._room, self._room // 2)
            self._start = max(HEAD, len(tokens) - length)
            wanted = self._cut(tokens)
            same = _common(self._held, wanted)
        same = min(same, len(wanted) - 1)  # what follows is told when the last token is decoded
        if same < len(self._held):
            if same and native.forget_from(self._context, same):
                del self._held[same:]
            else:
                self._forget()
        return wanted

    def _cut(self, tokens: Sequence[int]) -> list[int]:
        return [*tokens[:HEAD], *tokens[self._start :]]

    def _decode(self, tokens: list[int]) -> bool:
        started = time.perf_counter()
        if native.decode(self._context, tokens) != 0:
            self._forget()
            return False
        native.synchronize(self._context)
        self._held += tokens
        self.costs.took(len(tokens), time.perf_counter() - started)
        return True

    def _forget(self) -> None:
        native.forget_all(self._context)
        self._held = []


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the common prefix of two token lists."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    return next(place for place in range(limit) if one[place] != other[place])
