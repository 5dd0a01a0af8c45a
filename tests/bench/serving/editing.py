"""Changing one word of a long text, with tokens guessed ahead and without."""

from __future__ import annotations

from engine.values import Message
from tests.bench.serving.bench_bed import ROUNDS, Bed
from tests.bench.serving.goals import Row
from tests.bench.serving.ours import Ours
from tests.bench.serving.tale import TALE

_CONTEXT = 4096
_MOST, _LAST_WORDS = 1000, "sign your name"
_OLD, _NEW = "a white dog, a red", "a white dog, a yellow"


def measure(bed: Bed) -> list[Row]:
    """From the first token to the last; both must write the same, and the text to its end.

    So small a model copies, and does not change: the changed word is in what has been written already, and the answer
    goes on from there.
    """
    changed = TALE.replace(_OLD, _NEW)
    messages = [
        Message("user", f"Copy this text.\n\n{TALE}"),
        Message("assistant", TALE),
        Message("user", 'Copy the text again, with the word "yellow" instead of "red".'),
        Message("assistant", changed[: changed.index(_NEW) + len(_NEW)]),
    ]
    plain, drafted, texts = [], [], set()
    tokens = 0
    with Ours(bed.model, _CONTEXT) as ours:
        for _ in range(ROUNDS):
            for drafts, taken in ((False, plain), (True, drafted)):
                answer = ours.ask(messages, "editing", _MOST, drafts=drafts, stop=(_LAST_WORDS,)).answer()
                taken.append(answer.total_s - answer.first_s)
                texts.add(answer.text)
                tokens = answer.tokens
    same = "the same" if len(texts) == 1 else f"{len(texts)} DIFFERENT"
    copied = "copied" if texts == {_rest(changed)} else "not copied to the end"
    what = f"one word changed in {tokens} tokens ({same}, {copied}): without guesses, to with"
    return [Row(what, "s", plain, drafted, 1.5)]


def _rest(changed: str) -> str:
    return changed[changed.index(_NEW) + len(_NEW) : changed.index(_LAST_WORDS)]
