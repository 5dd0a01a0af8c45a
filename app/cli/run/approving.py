"""A question of a run on the terminal."""

from __future__ import annotations

import json
import sys

from agents.permissions.values import ApprovalRequest, Decision, Scope
from app.cli.output import Output
from app.cli.printable import printable
from app.sentences import Language
from app.services.runs import Runs

_KEYS: dict[str, Scope] = {"r": "run", "w": "workspace", "s": "server"}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "May I run this?",
        "form": "The server {server} asks:",
        "once": "y = this once",
        "run": "r = in this run",
        "workspace": "w = always in this folder",
        "server": "s = always for this server",
        "no": "n = no",
        "why": "Why not? (Enter for nothing) ",
        "matches": "a wider yes covers: {pattern}",
    },
    "ko": {
        "title": "실행해도 될까요?",
        "form": "{server} 서버의 질문:",
        "once": "y = 이번만",
        "run": "r = 이 실행 동안",
        "workspace": "w = 이 폴더에서 항상",
        "server": "s = 이 서버는 항상",
        "no": "n = 아니요",
        "why": "이유를 알려 주세요(없으면 Enter): ",
        "matches": "넓게 허용하면 다음이 포함됩니다: {pattern}",
    },
}


def ask(request: ApprovalRequest, output: Output) -> Decision | None:
    """Show the whole question on stderr and read the answer from stdin; None when nobody answers.

    Enter alone is no: what changes things is said.
    """
    words = _WORDS[output.language]
    for line in question_lines(request, output.language):
        output.note(line)
    if request.kind == "form":
        return _form(request, output)
    offered = [words["once"], *(words[scope] for scope in request.scopes if scope in words), words["no"]]
    if request.pattern and request.scopes:
        output.note(words["matches"].format(pattern=printable(request.pattern)))
    answer = _line(output, f"[{', '.join(offered)}] ")
    if answer is None:
        return None
    letter = answer.strip().casefold()[:1]
    if letter == "y":
        return Decision(allow=True)
    scope = _KEYS.get(letter)
    if scope is not None and scope in request.scopes:
        return Decision(allow=True, scope=scope)
    reason = _line(output, words["why"]) if sys.stdin.isatty() else ""
    return Decision(allow=False, message=(reason or "").strip())


def answer(runs: Runs, run: int, request: ApprovalRequest, output: Output) -> None:
    """Ask what a run waits for and hand it the decision; where nobody answers it is told that nobody is there."""
    if runs.pending(run) != request:
        return
    decision = ask(request, output)
    if decision is None:
        runs.leave(run)
    else:
        runs.decide(run, request.call, decision)


def question_lines(request: ApprovalRequest, language: Language) -> list[str]:
    """The question, whole, with nothing in it that could steer the terminal."""
    words = _WORDS[language]
    title = (
        words["form"].format(server=printable(request.server))
        if request.kind in ("form", "url")
        else words["title"]
    )
    lines = ["", title, f"  {printable(request.tool)}"]
    shown = request.subject or json.dumps(request.arguments, ensure_ascii=False)
    lines += [f"  {printable(line)}" for text in (request.message, shown) for line in text.splitlines()]
    lines += [f"  {printable(line)}" for line in request.diff.splitlines()]
    return lines


def _form(request: ApprovalRequest, output: Output) -> Decision | None:
    """The fields of a server's form, one after the other; an empty answer to the first declines."""
    schema = request.schema or {}
    fields = schema.get("properties")
    content: dict[str, object] = {}
    for name, field in (fields if isinstance(fields, dict) else {}).items():
        label = field.get("title") or field.get("description") or name if isinstance(field, dict) else name
        answer = _line(output, f"  {printable(str(label))}: ")
        if answer is None:
            return None
        if not answer.strip() and not content:
            return Decision(allow=False)
        content[str(name)] = _typed(answer.strip(), field.get("type") if isinstance(field, dict) else "")
    return Decision(allow=True, content=content)


def _typed(text: str, kind: object) -> object:
    """What was typed as the type that the form wants; the text itself where it is not that."""
    if kind == "boolean":
        return text.casefold() in ("y", "yes", "true", "1", "네", "예")
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def _line(output: Output, prompt: str) -> str | None:
    """One line of stdin without its end; None when there is none."""
    output.note(prompt, end="")
    try:
        line = sys.stdin.readline()
    except (OSError, ValueError):  # closed
        line = ""
    if not line:
        output.note("")
        return None
    return line.rstrip("\r\n")
