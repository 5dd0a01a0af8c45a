"""What the model is told of a run that it gave a task to. Pure."""

from __future__ import annotations

from agents.events import SubagentFinished
from app.messages import localized_error

NO_BUDGET = "Too little of this run's time, tokens or calls is left to give a task away. Finish it yourself."
READ_ONLY = "This run may only read, so a helper may not change files either. Give it a task that only reads."
NO_TOOLS = "None of this run's tools only reads, so a helper would have none. Do it yourself."
_ENDS = {
    "steps": "it had no steps left",
    "time": "its time was up",
    "tokens": "it had written as much as it may",
    "calls": "it had no calls left",
    "errors": "one call after the other failed",
    "malformed": "its calls could not be read",
    "loop": "it repeated itself",
    "empty": "it gave no answer",
    "user": "it was stopped",
    "paused": "it was paused",
    "interrupted": "the program ended",
}


def no_copy(why: str) -> str:
    return (
        f"No copy of the folder could be made ({why}), so the helper cannot change files. Let it read only."
    )


def told(
    ended: SubagentFinished, changed: tuple[str, ...], unfit: tuple[str, ...], notes: str, diff: str
) -> str:
    """The answer of a run, how it ended where it was not done, and what it offers."""
    parts = [_end(ended), _offer(ended.child, changed, unfit), notes, ended.answer.strip(), diff]
    return "\n\n".join(filter(None, parts))


def _end(ended: SubagentFinished) -> str:
    if ended.status == "completed":
        return ""
    if ended.error is not None:
        return f"The helper failed: {localized_error(ended.error, 'en')}"
    return f"The helper stopped before it was done: {_ENDS.get(ended.reason, ended.reason)}."


def _offer(child: int, changed: tuple[str, ...], unfit: tuple[str, ...]) -> str:
    lines = []
    if changed:
        lines.append(
            f"It changed in its copy: {_named(changed)}. Here nothing is changed. To take it over, call "
            f"apply_changes with run {child}; to drop it, do nothing."
        )
    if unfit:
        lines.append(f"Links and very large files cannot be taken over: {_named(unfit)}.")
    return " ".join(lines)


def without(folders: tuple[str, ...]) -> str:
    """What the run itself is told of its copy."""
    if not folders:
        return ""
    return f"These folders are repositories of their own and are empty in the copy: {_named(folders)}."


def _named(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - 20} more" if len(paths) > 20 else ""
    return ", ".join(paths[:20]) + more
