"""A question of a run on the terminal."""

from __future__ import annotations

import json
import sys

from agents.permissions.values import ApprovalRequest, Decision, Scope
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.form import fill_in
from app.sentences import Language
from app.services.runs.runs import Runs

_KEYS: dict[str, Scope] = {"r": "run", "w": "workspace", "s": "server"}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "May I run this?",
        "form": "The server {server} asks:",
        "of": " (server {server})",
        "url": "The server {server} sends you to this page. Open it only if you know what it is for:",
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
        "of": " ({server} 서버)",
        "url": "{server} 서버가 다음 페이지를 열어 달라고 합니다. 무엇인지 아는 경우에만 열어 주세요:",
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
        return fill_in(request.schema or {}, lambda prompt: _line(output, prompt), output)
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
        words[request.kind].format(server=printable(request.server))
        if request.kind in ("form", "url")
        else words["title"]
    )
    whose = words["of"].format(server=printable(request.server)) if request.server else ""
    lines = ["", title, f"  {printable(request.tool)}{whose}"]
    shown = request.subject or json.dumps(request.arguments, ensure_ascii=False)
    texts = dict.fromkeys((request.message, shown))  # of a form they are the same
    lines += [f"  {printable(line)}" for text in texts for line in text.splitlines()]
    lines += [f"  {printable(line)}" for line in request.diff.splitlines()]
    return lines


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
