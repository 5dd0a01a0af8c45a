"""`coterie run --commit`: commits what a run changed, with a message that its model proposes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.approving import line_of
from app.cli.run.running import chosen_run
from app.messages import localized_error
from app.services.services import Services
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.review.values import Dropped, Review

_COMMIT, _WRITE = "y", "e"


def commit(run: str, message: str, files: Sequence[str], output: Output) -> int:
    """Commit all changes of a run that are still there, of `files` if some are named.

    With a `message` nothing is asked. Returns 1 when it was cancelled.
    """
    with opened() as services:
        id = chosen_run(services, run)
        branch = services.runs.reviews.branch(id)  # told before the model writes
        review = services.runs.reviews.read(id)
        known = {file.path for file in review.files}
        for path in files:
            if path not in known:
                raise UserError("commit.no_file", path=path[:200])
        if not known:
            raise UserError("commit.nothing")
        chosen = dict.fromkeys(path for path in sorted(known) if path in files or not files)
        if not message:
            message = _agreed(services, id, review, chosen, output)
        if not message:
            output.object({"run": id, "kind": "cancelled"})
            output.note(output.localized("cli.commit.cancelled"))
            return 1
        done = services.runs.reviews.commit(id, review, chosen, message)
        output.object(
            {"run": id, "kind": "committed", "commit": done.name, "branch": branch, "paths": done.paths,
             "left": done.left, "message": message}
        )  # fmt: skip
        if done.left and not output.json:
            output.note(output.localized("cli.commit.left", paths=", ".join(done.left)))
        for path in done.paths:
            output.text(printable(path))
        output.text(output.localized("cli.commit.done", name=done.name[:12], branch=done.branch))
        return 0


def _agreed(services: Services, id: int, review: Review, chosen: Dropped, output: Output) -> str:
    """The message that a person has agreed to or written, "" for none."""
    proposed = _proposed(services, id, review, chosen, output)
    if proposed:
        output.note(output.localized("cli.commit.proposed"))
        for line in proposed.splitlines():
            output.note(f"  {printable(line)}")
        answer = (line_of(output, output.localized("cli.commit.keys") + " ") or "").strip().casefold()[:1]
        if answer != _WRITE:
            return proposed if answer == _COMMIT else ""
    return (line_of(output, output.localized("cli.commit.message")) or "").strip()


def _proposed(services: Services, id: int, review: Review, chosen: Dropped, output: Output) -> str:
    output.progress(output.localized("cli.commit.writing"))
    try:
        return services.runs.reviews.propose_message(id, review, chosen)
    except UserError as error:
        reason = localized_error(error, output.language)
        output.note(output.localized("cli.commit.unproposed", reason=reason))
        return ""
