"""`coterie hooks list`, `add` and `remove`."""

from __future__ import annotations

from agents.hooks import HookTime
from app import paths
from app.cli.named import whole_path
from app.cli.output import Output
from app.services.guidance.hooks import Hooks, PersonHook
from engine.errors import UserError


def list_hooks(output: Output) -> int:
    """One line for each, in the order in which they run."""
    found = Hooks(paths.home()).all()
    output.object({"hooks": found})
    output.table(
        [
            (str(number), output.localized(f"cli.hooks.{hook.when}"), hook.folder, hook.command)
            for number, hook in enumerate(found, 1)
        ]
    )
    if not found:
        output.text(output.localized("cli.hooks.none"))
    return 0


def add(line: str, when: HookTime, folder: str, seconds: int, output: Output) -> int:
    """Add one at the end."""
    hook = PersonHook(when, line, whole_path(folder) if folder else "", seconds)
    Hooks(paths.home()).add(hook)
    output.object({"added": hook})
    output.text(output.localized("cli.hooks.added", command=line))
    return 0


def remove(number: int, output: Output) -> int:
    """Remove one by its number."""
    hooks = Hooks(paths.home())
    known = hooks.all()
    if number > len(known):
        raise UserError("hook.missing")
    hooks.remove(known[number - 1])
    output.object({"removed": known[number - 1]})
    output.text(output.localized("cli.hooks.removed", command=known[number - 1].command))
    return 0
