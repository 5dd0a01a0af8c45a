"""Reviews of what runs changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agents.events import Undone
from app.services.runs.parts import RunParts
from app.services.runs.undo import RunUndo
from app.store.records import RunRecord
from app.store.runs import Runs
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.review.values import Dropped, Review
    from app.services.runs.review.committing import Committed
    from app.services.runs.review.repository import Repository

_EARLIER = 5  # messages that a proposed one is to be like


class RunReviews:
    """Reads reviews and drops changes, through the snapshots of each run's workspace.

    `free` gives the record of a run that is not carried out now; all methods raise as it does.
    """

    def __init__(self, store: Runs, parts: RunParts, undo: RunUndo, free: Callable[[int], RunRecord]) -> None:
        self._store, self._parts, self._undo, self._free = store, parts, undo, free

    def read(self, id: int) -> Review:
        """All that a run changed, compared with before it. Raises UserError `undo.no_folder`."""
        from agents.review.reading import read_review

        record = self._free(id)
        self._undo.settle(record)
        return read_review(self._store.entries(id), self._parts.snapshots(self._parts.workspace(record)))

    def drop(
        self,
        id: int,
        review: Review,
        dropped: Dropped,
        stop: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Undone:
        """Write the files without the dropped changes. It is an undo like others, which `Runs.redo_plan` takes back.
        What somebody changed since is left alone, and named in `conflicts`.

        Raises UserError `review.stale`, `review.left` when all of it would be left alone, `review.gone` when somebody
        took it out already, and `undo.*`.
        """
        from agents.review.dropping import drop_plan

        record = self._free(id)
        snapshots = self._parts.snapshots(self._parts.workspace(record))
        plan = drop_plan(self._store.entries(id), snapshots, review, dropped)
        can_be_done = any(step.action in ("restore", "remove") for step in plan.steps)
        if not (can_be_done or plan.attributes or plan.already):
            paths = dict.fromkeys([*plan.left, *(step.path for step in plan.steps)])
            raise UserError("review.left", paths=", ".join(paths)) if paths else UserError("review.gone")
        return self._undo.undo(record, plan, (), stop, progress)

    def branch(self, id: int) -> str:
        """The branch that a commit of the run's changes would go on. Raises UserError `commit.*` where none can."""
        return self._repository(self._free(id)).branch().removeprefix("refs/heads/")

    def propose_message(
        self, id: int, review: Review, chosen: Dropped, cancelled: Callable[[], bool] = lambda: False
    ) -> str:
        """A message for a commit of the chosen changes, written by the run's model, which may have to be loaded.

        Raises UserError `commit.*` and as a run does when its model cannot be asked.
        """
        from app.services.runs.review.message import chosen_diff, proposed_message

        record = self._free(id)
        earlier = self._repository(record).subjects(_EARLIER)
        model = self._parts.model_registry.chat_model(record.model)
        return proposed_message(model, record.task, chosen_diff(review, chosen), earlier, cancelled)

    def commit(self, id: int, review: Review, chosen: Dropped, message: str) -> Committed:
        """Commit the chosen hunks, all of a file for None, on the branch of the run's folder. Raises UserError
        `commit.*`, `review.stale`."""
        from app.services.runs.review.committing import commit

        record = self._free(id)
        if _changes(self.read(id)) != _changes(review):
            raise UserError("review.stale")
        snapshots = self._parts.snapshots(self._parts.workspace(record))
        return commit(self._repository(record), snapshots, review, chosen, message)

    def _repository(self, record: RunRecord) -> Repository:
        from app.services.runs.review.repository import Repository

        return Repository(self._parts.workspace(record).root)


def _changes(review: Review) -> list[object]:
    """What a run changed, whatever others changed since."""
    return [(file.path, file.before, file.after) for file in review.files]
