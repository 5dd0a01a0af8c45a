"""Token budget of a context."""

from __future__ import annotations

import msgspec

# From this length on a fifth of the context is enough for the answer.
_LONG = 8192
# Longer answers than this are asked for only where the reserve is longer, so that a model which does not find an
# end does not fill a long context.
_ANSWER = 8192
# More tools than this make a model choose worse, however long its context.
_MOST_TOOLS = 8192
# One result of this many tokens is some 40 kB of text.
_MOST_RESULT = 12_000


class Shares(msgspec.Struct, frozen=True):
    """Parts of a context, in tokens. `answer` is kept free for the next turn, `room` is all the rest.

    `fixed` is for the system prompt and the tools, `tools` the most that tools take of it. `result` is the
    most that one fresh result takes, `shortened` what an old one is cut to, `summary` the most that stands
    for old turns. When something is trimmed, it is trimmed down to `low`, and `enough` is taken for that, so
    that not every turn changes the beginning of the prompt.
    """

    context: int
    answer: int
    room: int
    fixed: int
    tools: int
    result: int
    shortened: int
    summary: int
    low: int
    enough: int

    def most_answer(self, prompt: int) -> int:
        """The maximum length of an answer to a prompt of this length."""
        return max(1, min(self.context - prompt, max(self.answer, _ANSWER)))


def shares(context: int) -> Shares:
    """The parts of a context of this many tokens."""
    answer = context // (5 if context >= _LONG else 4)
    room = context - answer
    result = max(64, min(context // 6, _MOST_RESULT))
    return Shares(
        context=context,
        answer=answer,
        room=room,
        fixed=context // 4,
        tools=_MOST_TOOLS,
        result=result,
        shortened=max(48, min(result // 4, 600)),
        summary=max(96, min(context // 8, 2000)),
        low=room * 4 // 5,
        enough=room * 9 // 10,
    )
