"""Approval of a run's calls in the terminal."""

from __future__ import annotations

import json
import sys

from agents.permissions.values import ApprovalRequest, Decision, Scope
from app.autorun_text import autorun_sentence
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.form import fill_in
from app.cli.run.plan_review import review
from app.diff_text import shown_diff
from app.hosts_text import hosts_sentence, hosts_title
from app.language import Language
from app.messages import localized
from app.services.runs.runs import Runs

_KEYS: dict[str, Scope] = {"r": "run", "w": "workspace", "s": "server", "p": "registries", "a": "network"}


def ask(request: ApprovalRequest, output: Output) -> Decision | None:
    """Show the whole question on stderr and read the answer from stdin; None at end of input.

    Enter alone denies. A plan is asked about until there is an answer.
    """
    if request.kind == "plan":
        return review(request, lambda prompt: line_of(output, prompt), output)
    for line in question_lines(request, output.language):
        output.note(line)
    if request.kind == "form":
        return fill_in(request.schema or {}, lambda prompt: line_of(output, prompt), output)
    scopes = (scope for scope in request.scopes if scope in _KEYS.values())
    always = "always" if request.kind == "search" else "server"
    yes = "yes" if request.kind == "ports" else "once"
    names = (always if name == "server" else name for name in (yes, *scopes, "no"))
    offered = [_word(name, output.language) for name in names]
    if request.pattern and request.scopes:
        output.note(_word("matches", output.language, pattern=printable(request.pattern)))
    answer = line_of(output, f"[{', '.join(offered)}] ")
    if answer is None:
        return None
    letter = answer.strip().casefold()[:1]
    if letter == "y":
        return Decision(allow=True)
    scope = _KEYS.get(letter)
    if scope is not None and scope in request.scopes:
        return Decision(allow=True, scope=scope)
    reason = line_of(output, _word("why", output.language)) if sys.stdin.isatty() else ""
    return Decision(allow=False, message=(reason or "").strip())


def answer(runs: Runs, run: int, request: ApprovalRequest, output: Output) -> None:
    """Ask the run's pending question and pass the decision on; at end of input the run is marked unattended."""
    if runs.pending(run) != request:
        return
    decision = ask(request, output)
    if decision is None:
        runs.leave(run)
    else:
        runs.decide(run, request.call, decision)


def question_lines(request: ApprovalRequest, language: Language) -> list[str]:
    """The whole question, sanitized for the terminal."""
    server = printable(request.server)
    title = hosts_title(request, language) or _word(
        request.kind if request.kind in ("form", "url", "search", "read", "ports") else "title",
        language,
        server=server,
    )
    whose = _word("of", language, server=server) if server else ""
    lines = ["", title, f"  {printable(request.tool)}{whose}"]
    shown = request.subject or json.dumps(request.arguments, ensure_ascii=False)
    helper = _word("child", language, task=printable(request.child)) if request.child else ""
    texts = dict.fromkeys((helper, request.message, shown))  # identical for a form
    lines += [f"  {printable(line)}" for text in texts for line in text.splitlines()]
    if request.diff:
        diff = shown_diff(request.diff)
        lines += (
            [f"  {localized(f'cli.run.{diff.change}', language)}:"]
            if diff.change in ("new", "deleted")
            else []
        )
        lines += [f"  {printable(line)}" for line in diff.text.splitlines()]
    lines += filter(None, [autorun_sentence(request, language), hosts_sentence(request, language)])
    return lines


def line_of(output: Output, prompt: str) -> str | None:
    """One line of stdin without its end; None at end of input."""
    output.note(prompt, end="")
    try:
        line = sys.stdin.readline()
    except (OSError, ValueError):  # closed
        line = ""
    if not line:
        output.note("")
        return None
    return line.rstrip("\r\n")


def _word(name: str, language: Language, **values: str) -> str:
    return localized(f"cli.approval.{name}", language, **values)
