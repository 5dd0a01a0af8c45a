"""Project instructions in the terminal: what is followed, and the question about what nobody agreed to yet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.approving import line_of
from app.diff_text import shown_diff
from app.services.guidance.instructions import Found, Instruction
from app.services.runs.runs import Runs

# Of a text that is asked about; the rest is there with another key.
SHOWN_LINES = 60


def settled(runs: Runs, folder: str, wish: Literal["yes", "no"] | None, output: Output) -> bool:
    """Whether the run follows the project's instructions; before it starts. "yes" agrees to all that is there, and
    without a wish a person at a terminal is asked. Blocks. Raises UserError `guidance.not_saved`."""
    if wish == "no":
        return False
    found = runs.instructions.at(folder)
    if wish == "yes" or (found.open and _somebody_reads(output) and asked(found.open, output)):
        runs.instructions.agree(found.open)
    _tell(runs.instructions.at(folder) if found.open else found, output)
    return True


def _somebody_reads(output: Output) -> bool:
    return not output.json and sys.stdin.isatty() and sys.stderr.isatty()


def asked(files: Sequence[Instruction], output: Output) -> bool:
    """Show the texts, or what is new in them, and ask. Enter alone is no."""
    for number, each in enumerate(files):
        for line in _shown(each, output):
            output.note(line)
        if number + 1 == len(files):
            output.note("")
    answer = line_of(output, output.localized("cli.instructions.ask"))
    if answer is not None and answer.strip().casefold()[:1] == "a":
        for each in files:
            output.note(f"\n{printable(each.file.name)}")
            output.note("\n".join(map(printable, each.file.text.splitlines())))
        answer = line_of(output, output.localized("cli.instructions.ask_again"))
    return answer is not None and answer.strip().casefold()[:1] == "y"


def _shown(each: Instruction, output: Output) -> list[str]:
    name = printable(each.file.name)
    by = output.localized("cli.instructions.by", name=printable(each.file.by)) if each.file.by else ""
    head = output.localized(f"cli.instructions.{each.state}", name=name, bytes=each.file.bytes)
    text = shown_diff(each.diff).text if each.diff else each.file.text
    lines = text.splitlines()
    more = len(lines) - SHOWN_LINES
    left = [f"  {output.localized('cli.instructions.more', count=more)}"] if more > 0 else []
    return ["", f"{head}{by}", *(f"  {printable(line)}" for line in lines[:SHOWN_LINES]), *left]


def _tell(found: Found, output: Output) -> None:
    """A line for what counts, and one for what does not."""
    counts = [printable(each.file.name) for each in found.all if each.state == "agreed"]
    if counts and not output.json:
        names = ", ".join(counts)
        output.note(output.localized("cli.instructions.follows", names=names))
    if found.open:
        names = ", ".join(printable(each.file.name) for each in found.open)
        output.note(output.localized("cli.instructions.unfollowed", names=names))
    for each in found.all:
        if each.state == "unusable":
            name, why = printable(each.file.name), printable(each.file.why)
            output.note(output.localized(f"cli.instructions.{each.file.trouble}", name=name, why=why))
