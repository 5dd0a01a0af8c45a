"""Values of compaction: its options, and a summary draft."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo


class CompactionOptions(msgspec.Struct, frozen=True):
    """Options for a branch that fills the context; numbers are tokens of the model in use.

    Worked out for the branch that ends in `leaf`, whose prompt takes `needed` of `context`. Without the
    `messages` oldest ones the model sees it from `first` on, which takes `after`; a summary of them may take
    `summary`, 0: they are too little for one. `waits`: an answer is to be written then, or gone on with
    (`goes_on`). `first` is 0 where nothing can be left out; `problem` says why. `trained` is the longest
    context that the model was made for.
    """

    conversation: int
    leaf: int
    context: int
    needed: int
    first: int = 0
    messages: int = 0
    after: int = 0
    summary: int = 0
    waits: bool = False
    goes_on: bool = False
    trained: int = 0
    problem: ErrorInfo | None = None


def room_to_answer(context: int) -> int:
    """The free tokens below which no answer is started."""
    return max(16, context // 8)


def fits(room: CompactionOptions) -> bool:
    """Whether the answer fits after all, as when a model with a larger context was loaded."""
    return room.needed + room_to_answer(room.context) <= room.context


class Draft(msgspec.Struct, frozen=True):
    """A summary that is being generated or waits for review.

    It is the text of the part `part` of `parts`, including the earlier parts. `error`: why it could not be
    completed.
    """

    room: CompactionOptions
    text: str = ""
    part: int = 1
    parts: int = 1
    ended: bool = False
    model: str = ""
    error: ErrorInfo | None = None
