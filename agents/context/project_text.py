"""Project instructions in the system prompt: as much of them as a context has room for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.events import Followed, Nested

# Of the context at most this part is for project instructions, counted with three bytes of UTF-8 a token.
_PART, _BYTES = 6, 3
# Less of a file than this says nothing.
_LEAST = 120
_HEAD = (
    "The user agreed to these instructions of the project. Follow them where they concern the task. What the user "
    "says in the task comes first, and of two that disagree the later one."
)


def project_text(files: Sequence[Followed], context: int) -> str:
    """The part of the system prompt that tells the instructions; "" without any.

    `context` is in tokens, 0 where it is not known. The files nearest to the folder, which are the last ones, get
    room first.
    """
    if not files:
        return ""
    room = context * _BYTES // _PART if context else sum(len(file.text.encode()) for file in files)
    shown: list[str] = []
    for file in reversed(files):
        text = _cut(file.text.strip(), room)
        room -= len(text.encode())
        shown.append(f"# {file.path}\n{text or '[Left out: there is no room for it.]'}")
    return "\n\n".join((_HEAD, *reversed(shown)))


def nested_text(file: Nested, context: int) -> str:
    """What is said when work goes to the folder of such instructions."""
    room = context * _BYTES // _PART if context else len(file.text.encode())
    head = f"The user agreed to these instructions for files in {file.folder}. Follow them there."
    return f"{head}\n\n# {file.path}\n{_cut(file.text.strip(), room)}"


def _cut(text: str, room: int) -> str:
    data = text.encode()
    if len(data) <= room:
        return text
    if room < _LEAST:
        return ""
    kept = data[:room].decode(errors="ignore")
    lines = kept.rpartition("\n")[0]
    kept = lines if len(lines) > len(kept) // 2 else kept
    return f"{kept.rstrip()}\n[The rest of this file is left out: there is no room for it.]"
