"""A conversation of 4,000 tokens: its tenth turn, and the return to it after twenty others."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

from engine.values import Message
from tests.bench.serving import llama_bench
from tests.bench.serving.answers import Answer
from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.goals import Row
from tests.bench.serving.ours import Ours
from tests.bench.serving.texts import prose, story

_CONTEXT = 8192
_TURNS, _TURN_WORDS, _TURN_TOKENS = 10, 300, 32
OTHERS, _OTHER_WORDS = 20, 240


def measure_tenth_turn(bed: Bed) -> list[Row]:
    """The first token of the tenth turn, beside what llama-bench takes for its new tokens where they stand, behind
    all others: that is what cannot be saved.

    Also beside the same question in a conversation of its own. There each new token looks back at few others, so that
    on small models reading it takes half the time, whoever reads.
    """
    tenth, fresh, bare = [], [], []
    reached = 0
    with Ours(bed.model, _CONTEXT) as ours:
        for number in range(ROUNDS):
            messages = _talk(ours, f"long {number}", _TURNS - 1)
            question = Message("user", story(_TURN_WORDS))
            last = ours.answer([*messages, question], f"long {number}", 4)
            alone = ours.answer([question], f"fresh {number}", 4)
            reached = last.prompt_tokens
            tenth.append(last.first_s)
            fresh.append(alone.first_s)
            if bed.bench:
                depth = last.prompt_tokens - last.read_tokens
                speed = llama_bench.prefill_tps(bed.bench, bed.model, bed.threads, last.read_tokens, depth)
                bare.append(last.read_tokens / speed)
            ours.forget(f"long {number}")
    what = f"turn 10 at {reached} tokens: first token,"
    rows = [Row(f"{what} to a conversation of the question alone", "s", tenth, fresh)]
    if bare:
        rows.append(
            Row(f"{what} to its new tokens alone (llama-bench)", "s", tenth, bare, 1.2, at_least=False)
        )
    return rows


def measure_return(bed: Bed) -> list[Row]:
    """The first token after the return, beside reading the whole conversation again."""
    returned, again = [], []
    read: Answer | None = None
    with (
        tempfile.TemporaryDirectory(prefix="coterie-bench-") as states,
        Ours(bed.model, _CONTEXT, states) as ours,
    ):
        for number in range(ROUNDS):
            name = f"long {number}"
            messages = _talk(ours, name, _TURNS)
            for other in range(OTHERS):
                ours.answer(story(_OTHER_WORDS), f"other {number} {other}", 8)
            back = ours.answer([*messages, Message("user", "Go on.")], name, 4)
            returned.append(back.first_s)
            ours.forget(name)
            # The first words are others, so nothing of it can be found anywhere.
            changed = [Message("user", f"{prose(3)} {messages[0].content}"), *messages[1:]]
            read = ours.answer([*changed, Message("user", "Go on.")], f"again {number}", 4)
            again.append(read.first_s)
    tokens = read.read_tokens if read else 0
    return [
        Row(
            f"reading {tokens} tokens again, to returning after {OTHERS} others: first token",
            "s",
            again,
            returned,
            5.0,
        )
    ]


def _talk(ours: Ours, name: str, turns: int) -> Sequence[Message]:
    messages: list[Message] = []
    for _ in range(turns):
        messages.append(Message("user", story(_TURN_WORDS)))
        messages.append(Message("assistant", ours.answer(messages, name, _TURN_TOKENS).text or "Yes."))
    return messages
