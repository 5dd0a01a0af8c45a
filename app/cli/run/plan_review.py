"""Review of a run's plan in the terminal: shown, changed, approved or rejected."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from agents.permissions.values import ApprovalRequest, Decision
from agents.plan import MOST_STEPS, tidied
from app.cli.output import Output
from app.cli.printable import printable
from app.messages import localized

Line = Callable[[str], str | None]


def review(request: ApprovalRequest, read: Line, output: Output) -> Decision | None:
    """Show the plan and ask until it is decided; None at end of input."""
    steps = request.steps
    _show(steps, output)
    while True:
        line = read(localized("cli.plan_review.choices", output.language))
        if line is None:
            return None
        letter = line.strip().casefold()[:1]
        if letter in ("a", "y"):
            return Decision(True, steps=steps)
        if letter in ("r", "n"):
            words = read(localized("cli.plan_review.why", output.language)) or ""
            return Decision(False, message=words.strip())
        if letter == "e":
            steps = _edited(steps, read, output)
            _show(steps, output)


def _show(steps: Sequence[str], output: Output) -> None:
    output.note("")
    output.note(localized("cli.plan_review.title", output.language))
    for number, step in enumerate(steps, 1):
        output.note(f"{number:>4}. {printable(step)}")


def _edited(steps: tuple[str, ...], read: Line, output: Output) -> tuple[str, ...]:
    """The steps as the person wants them; as before where nothing is left or the editor fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    text = _in_editor(editor, steps, output) if editor and sys.stdin.isatty() else None
    if text is None:
        text = _typed(read, output)
    found = tidied(line for line in text.splitlines() if not line.startswith("#"))
    if len(found) > MOST_STEPS:
        output.note(localized("cli.plan_review.too_many", output.language, most=MOST_STEPS))
        return steps
    return found or steps


def _in_editor(editor: str, steps: Sequence[str], output: Output) -> str | None:
    """The text that the person leaves in their editor; None where it cannot be had."""
    with tempfile.TemporaryDirectory(prefix="coterie-plan-") as folder:
        file = Path(folder) / "plan.txt"
        head = localized("cli.plan_review.head", output.language)
        file.write_text("\n".join([f"# {head}", *steps, ""]), encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)
            return file.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError, subprocess.CalledProcessError):
            output.note(localized("cli.plan_review.no_editor", output.language, editor=printable(editor)))
            return None


def _typed(read: Line, output: Output) -> str:
    """Lines up to an empty one."""
    output.note(localized("cli.plan_review.type", output.language))
    lines: list[str] = []
    while line := read("> "):
        lines.append(line)
    return "\n".join(lines)
