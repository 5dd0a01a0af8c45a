"""Summary of old turns in a few lines, extracted from events without a model: which calls were made, with
what result.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from agents.context.items import Asked, Call, Said
from agents.context.token_counter import Meter
from agents.tools.files.patch.names import names_in

_MOST_ARGUMENT, _MOST_RESULT, _MOST_SAID = 60, 90, 200
_MOST_PATHS = 20
# Built-in tools that change files, and the arguments that name them.
_CHANGING = {"write_file": "path", "edit_file": "path", "move_file": "to", "delete_file": "path"}


class Digest(msgspec.Struct, frozen=True):
    """`is_whole`: no line was left out for lack of space."""

    text: str
    is_whole: bool


def digest(turns: Sequence[Said], meter: Meter, tokens: int, before: str = "") -> Digest:
    """Summarize these turns in about this many tokens at most.

    `before` is what is already said of still older ones.

    When there is too much to say, the newest lines are kept, and the rest is counted.
    """
    lines = [(turn, line) for turn in turns for line in _lines(turn)]
    counts = meter.texts([line for _, line in lines])
    before = _within(before, meter, tokens * 3 // 5)
    left = tokens - meter.texts([before])[0]
    # The line that counts the rest needs some tokens itself.
    rest = min(left // 3, 120)
    first = len(lines)
    while first and left - counts[first - 1] - 1 >= (rest if first > 1 else 0):
        first -= 1
        left -= counts[first] + 1
    told = [before] if before else []
    if first:
        kept = {id(turn) for turn, _ in lines[first:]}
        gone = list({id(turn): turn for turn, _ in lines[:first] if id(turn) not in kept}.values())
        told += [_within(_counted(gone), meter, max(rest, left))] if gone else []
    return Digest("\n".join([*told, *(line for _, line in lines[first:])]), first == 0)


def called(call: Call) -> str:
    """A call in one line, its arguments shortened."""
    if isinstance(call.arguments, str):
        return f"{call.name or 'unknown'}({_short(call.arguments, _MOST_ARGUMENT)})"
    shown = (f"{name}={_value(value)}" for name, value in call.arguments.items())
    return f"{call.name}({', '.join(shown)})"


def _lines(turn: Said) -> Iterable[str]:
    if isinstance(turn, Asked):
        yield f"before the task, the user said: {_short(turn.text, _MOST_SAID)}"
        return
    when = f"step {turn.step}" if turn.step else "before the task"
    if turn.content.strip():
        yield f"{when}, said: {_short(turn.content, _MOST_SAID)}"
    for call in turn.shown_calls:
        yield f"{when}: {called(call)} -> {_came_to(call)}"


def _came_to(call: Call) -> str:
    if call.result is None:
        return "not carried out"
    result = call.result
    told = _short(result.text, _MOST_RESULT)
    whole = f" (all of it: {result.handle})" if result.handle else ""
    return f"{result.status}: {told}{whole}" if told else f"{result.status}{whole}"


def _counted(said: Sequence[Said]) -> str:
    """What remains is counted: messages, calls of each tool, and the files they changed."""
    turns = [turn for turn in said if not isinstance(turn, Asked)]
    calls = [call for turn in turns for call in turn.shown_calls]
    names = Counter(call.name or "unknown" for call in calls)
    told = ", ".join(f"{name} {count}" for name, count in names.most_common(12))
    steps = [turn.step for turn in turns if turn.step]
    before = len(said) - len(steps)
    parts = [f"before the task: {before} messages"] if before else []
    parts += [f"steps {steps[0]} to {steps[-1]}: {len(calls)} calls ({told})"] if steps else []
    line = ", ".join(parts)
    paths = list(dict.fromkeys(path for call in calls for path in _changed(call) if path))
    if paths:
        more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
        line += f"; files changed: {', '.join(paths[-_MOST_PATHS:])}{more}"
    return line


def _changed(call: Call) -> tuple[str, ...]:
    """The files that a call has changed."""
    if not isinstance(call.arguments, dict) or not call.result or call.result.status != "ok":
        return ()
    if call.name == "apply_patch":
        return names_in(str(call.arguments.get("patch", "")))
    return (str(call.arguments.get(_CHANGING.get(call.name, ""), "")),)


def _value(value: object) -> str:
    return _short(json.dumps(value, ensure_ascii=False, default=str), _MOST_ARGUMENT)


def _short(text: str, most: int) -> str:
    """The beginning of a text as one line."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most and len(text) <= most * 4 else line[: most - 1] + "…"


def _within(text: str, meter: Meter, tokens: int) -> str:
    """The beginning of a text in at most this many tokens."""
    while text and (counted := meter.texts([text])[0]) > tokens:
        text = text[: min(len(text) - 1, int(len(text) * tokens / counted * 0.95))]
    return text
