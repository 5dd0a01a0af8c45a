"""The tools that give a part of a task to a run of its own, and take over what that changed in its copy."""

from __future__ import annotations

from typing import Any

from agents.api import Delegation, Offered, Outcome, ToolContext
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.changing import new_folders, place_to_change
from agents.tools.files.diff import counts, several, unified_diff
from agents.tools.files.merge import merged
from agents.tools.files.text_file import read_text
from agents.tools.files.trash import to_trash
from agents.tools.function_tool import ToolTrouble, tool
from engine.errors import UserError

# With less, the task, the tools and an answer leave a model no room to think of giving something away.
LEAST_CONTEXT = 8192
# Of an answer; `read_result` shows the rest.
MOST_TOKENS = 500
_MOST_TASK = 20_000  # characters
_NONE = "This run cannot give tasks away. Do it yourself."


@tool(
    facts=ToolFacts(
        read_only=True,
        destructive=False,
        timeout_s=0,
        side_by_side=True,
        least_context=LEAST_CONTEXT,
        most_tokens=MOST_TOKENS,
    )
)
def delegate(context: ToolContext, task: str, changes: bool = False) -> Outcome:
    """Give a part of the task to a helper with a context of its own, and get its answer.

    It can read and search this folder, and knows only what you write. Calls in one turn are done side by side.

    Args:
        task: All that the helper needs to know: what to find or to do, where, and what to answer.
        changes: Let it work in a copy of the folder and change files there. apply_changes brings them here.
    """
    if not task.strip():
        raise ToolTrouble("The task is empty. Write what the helper is to do.")
    if len(task) > _MOST_TASK:
        raise ToolTrouble(
            f"The task has more than {_MOST_TASK} characters. Name files instead of quoting them."
        )
    return _delegation(context).give(task.strip(), context, changes=changes)


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    try:
        changes, unfit = _sorted(int(arguments["run"]), context)
    except ToolTrouble:
        changes, unfit = (), ("",)
    if unfit:
        return Effects("files")  # the call will fail and change nothing
    writes = [file.path for file in changes if file.after is not None]
    made = [folder for path in writes for folder in new_folders(context.workspace, path)]
    deletes = tuple(file.path for file in changes if file.after is None)
    return Effects(
        "files", writes=tuple(dict.fromkeys((*made, *writes))), deletes=deletes, diff=diff_of(changes)
    )


@tool(facts=ToolFacts(timeout_s=120, least_context=LEAST_CONTEXT), effects=_effects)
def apply_changes(context: ToolContext, run: int) -> Outcome:
    """Apply to this folder what a helper changed in its copy: all, or nothing when it does not fit any more.

    Args:
        run: The helper's number, as its answer names it.
    """
    changes, unfit = _sorted(run, context)
    if unfit:
        named = ", ".join(unfit[:20])
        raise ToolTrouble(
            f"Nothing was applied: the same places were changed here since, in {named}. Make the changes yourself."
        )
    for file in changes:
        _apply(file, context)
    if not changes:
        return Outcome(
            "There is nothing to apply: the files here are as the helper left its own.", summary="0"
        )
    diff = diff_of(changes)
    named = ", ".join(file.path for file in changes[:20])
    return Outcome(f"Applied {len(changes)} files: {named}.", summary=counts(diff), diff=diff)


# A run that was given its task has none of them: it gives nothing away itself.
DELEGATING = frozenset({delegate.name, apply_changes.name})


def diff_of(changes: tuple[Offered, ...]) -> str:
    """All of it as one unified diff; a file that is no text is named."""
    return several([(file.path, file.path, _diff(file)) for file in changes])


def _diff(file: Offered) -> str:
    texts = [None if content is None else read_text(content) for content in (file.before, file.after)]
    before, after = (text.raw if text is not None else None for text in texts)
    unreadable = (file.before is not None and before is None) or (file.after is not None and after is None)
    if not unreadable:
        return unified_diff(file.path, before, after)
    first = "/dev/null" if file.before is None else f"a/{file.path}"
    second = "/dev/null" if file.after is None else f"b/{file.path}"
    return f"Binary files {first} and {second} differ\n"


def _delegation(context: ToolContext) -> Delegation:
    if context.delegation is None:
        raise ToolTrouble(_NONE)
    return context.delegation


def _sorted(run: int, context: ToolContext) -> tuple[tuple[Offered, ...], tuple[str, ...]]:
    """What is left to apply, merged with what was changed here since, and paths where it does not fit."""
    try:
        offered = _delegation(context).offered(run)
    except UserError as error:
        if error.code == "undo.lost":
            raise ToolTrouble(
                "What the helper changed is not kept any more. Make the changes yourself."
            ) from error
        if error.code != "run.not_given":
            raise
        raise ToolTrouble(f"Run {run} is no helper of this run that worked in a copy.") from error
    left: list[Offered] = []
    unfit: list[str] = []
    for file in offered:
        here = _content(file.path, context)
        if here == file.after:
            continue
        if here == file.before:
            left.append(file)
        elif (both := _merged(file, here)) is not None:
            left.append(both)
        else:
            unfit.append(file.path)
    return tuple(left), tuple(unfit)


def _merged(file: Offered, here: bytes | bool | None) -> Offered | None:
    """What the helper changed, put into what is here; None where that does not go."""
    if not isinstance(here, bytes) or file.before is None or file.after is None:
        return None
    both = merged(file.before, file.after, here)
    return None if both is None else Offered(file.path, here, both)


def _content(path: str, context: ToolContext) -> bytes | bool | None:
    """What is there now; None for nothing, False for what is no file, or lies behind a link."""
    try:
        if context.workspace.real(path, follow=False) != path:
            return False
    except (PathRefused, OSError):
        return False
    found = context.workspace.found(path, follow=False)
    if found is None:
        return None
    if found.kind != "file":
        return False
    with context.workspace.read(path) as file:
        return file.read()


def _apply(file: Offered, context: ToolContext) -> None:
    with place_to_change(context.workspace, file.path, make=file.after is not None, follow=False) as (
        folder,
        name,
    ):
        if file.after is None:
            to_trash(folder, name, context.trash)
        else:
            folder.write(name, file.after, file.mode)
