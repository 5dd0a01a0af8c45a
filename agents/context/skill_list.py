"""Skills in the system prompt: their names, each with a line, as far as a context has room. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# Of the context at most this part is for the list, counted with three bytes of UTF-8 a token.
_PART, _BYTES = 24, 3
_LONGEST = 240
_HEAD = (
    "Skills are the user's instructions for kinds of tasks. Where one fits the task, read it with read_skill before "
    "you begin, and follow it:"
)


def skill_list(skills: Sequence[tuple[str, str]], context: int) -> str:
    """The list of skills, which are (name, description); "" without any. `context` is in tokens, 0 where it is not
    known. Where there is no room for all, the last line says so."""
    if not skills:
        return ""
    room = context * _BYTES // _PART if context else 1 << 30
    lines: list[str] = []
    for name, description in skills:
        line = f"- {name}: {_short(description)}"
        room -= len(line.encode()) + 1
        if room < 0:
            lines.append(f"- and {len(skills) - len(lines)} more, which read_skill lists")
            break
        lines.append(line)
    return "\n".join((_HEAD, *lines))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…"
