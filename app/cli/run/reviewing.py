"""`coterie run --diff` and `--review`: what a run changed, and which of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from app.cli.ending import INTERRUPTED, signals_noted
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.approving import line_of
from app.cli.run.running import chosen_run
from app.cli.run.undoing import shown_progress
from engine.errors import ErrorInfo

if TYPE_CHECKING:
    from agents.review.hunks import Hunk
    from agents.review.values import Review, ReviewFile

# What a person answers, and what becomes of the place at hand and of those that follow in its file.
Answer = Literal["keep", "drop", "keep_rest", "drop_rest", "split", "done"]
_CHANGES = {
    "new": "change_new", "changed": "change_changed", "deleted": "change_deleted", "moved": "change_moved",
}  # fmt: skip
_KEYS: dict[str, Answer] = {
    "y": "keep", "n": "drop", "a": "keep_rest", "d": "drop_rest", "s": "split", "q": "done",
}  # fmt: skip


def print_diff(run: str, output: Output) -> int:
    """Print all changes of a run as a unified diff; with --json one object."""
    from agents.review.diff import review_diff

    with opened() as services:
        id = chosen_run(services, run)
        review = services.runs.reviews.read(id)
        output.object(review_object(id, review))
        output.text(review_diff(review), end="")
    return 0


def review(run: str, output: Output) -> int:
    """Ask for each change whether it stays, then drop the others; 1 when some had to be left alone. Ctrl+C changes
    nothing."""
    with opened() as services:
        id = chosen_run(services, run)
        found = services.runs.reviews.read(id)
        if not found.files:
            output.tell(ErrorInfo("cli.review_nothing"))
        found, dropped = _Asking(output).dropped(found)
        if not dropped:
            output.object({"run": id, "kind": "kept"})
            return 0
        with signals_noted() as stop, shown_progress(output) as progress:
            undone = services.runs.reviews.drop(id, found, dropped, stop, progress)
        output.object(services.runs.entries(id)[-1].as_object())
        for change in sorted(undone.files, key=lambda change: change.path):
            part = "part" if change.path in undone.partly else "whole"
            output.text(output.localized(f"cli.review.dropped_{part}", path=change.path))
        if undone.conflicts:
            output.tell(ErrorInfo("cli.review_left", {"paths": ", ".join(undone.conflicts)}))
        if undone.stopped:
            output.tell(ErrorInfo("cli.undo_stopped"))
            return INTERRUPTED
        if not output.json:
            output.note(output.localized("cli.review.redo", run=id))
        return 1 if undone.conflicts else 0


class _Asking:
    """Asks for each place on stderr."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._done = False

    def dropped(self, review: Review) -> tuple[Review, dict[str, tuple[int, ...] | None]]:
        """What is to be dropped of each file, None for all of it; and the review, whose hunks may have been split."""
        found: dict[str, tuple[int, ...] | None] = {}
        files = list(review.files)
        for place, file in enumerate(review.files):
            if self._done:
                break
            self._show(file, f"{place + 1}/{len(files)}")
            if not file.kept:
                self._output.note(self._word("lost"))
            elif file.hunks:
                files[place], numbers = self._of_text(file)
                if numbers:
                    found[file.path] = None if len(numbers) == len(files[place].hunks) else numbers
            elif self._ask("") in ("drop", "drop_rest"):
                found[file.path] = None
        return msgspec.structs.replace(review, files=tuple(files)), found

    def _of_text(self, file: ReviewFile) -> tuple[ReviewFile, tuple[int, ...]]:
        """The file with the hunks that were asked about, and the numbers of those to drop."""
        from agents.review.hunks import split

        hunks, dropped, number = file.hunks, list[int](), 1
        rest: Answer | None = None
        while number <= len(hunks):
            answer = rest or self._answer(hunks[number - 1], len(hunks))
            if answer == "split":
                hunks = split(file.old_text, file.new_text, hunks, number)
                continue
            if answer in ("keep_rest", "drop_rest", "done"):
                rest = answer
            if answer in ("drop", "drop_rest"):
                dropped.append(number)
            number += 1
        return msgspec.structs.replace(file, hunks=hunks), tuple(dropped)

    def _answer(self, hunk: Hunk, count: int) -> Answer:
        self._show_hunk(hunk)
        return self._ask(f"{hunk.number}/{count} " if count > 1 else "", splits=len(hunk.changes) > 1)

    def _ask(self, place: str, *, splits: bool = False) -> Answer:
        keys = self._word("keys_split" if splits else "keys")
        while True:
            line = line_of(self._output, f"{place}{keys} ")
            answer = "done" if line is None else _KEYS.get(line.strip().casefold()[:1])
            if answer is not None and (splits or answer != "split"):
                self._done = self._done or answer == "done"
                return answer
            self._output.note(self._word("help"))

    def _show(self, file: ReviewFile, place: str) -> None:
        path = (
            f"{printable(file.old_path)} → {printable(file.path)}" if file.old_path else printable(file.path)
        )
        word = self._word(_CHANGES[file.change])
        there = file.after or file.before
        if there is not None and there.kind == "link":
            word += f", {self._word('link', target=printable(there.link))}"
        counts = f", +{file.added} −{file.removed}" if file.hunks else ""
        modes = f", {file.modes[0]:o} → {file.modes[1]:o}" if file.modes else ""
        self._output.note(f"\n{place}  {path} ({word}{counts}{modes})")
        if file.edited:
            self._output.note(self._word("edited"))

    def _show_hunk(self, hunk: Hunk) -> None:
        from agents.review.diff import hunk_lines

        for line in hunk_lines(hunk):
            self._output.note(printable(line.replace("\t", "    ").removesuffix("\r")))

    def _word(self, name: str, **values: str) -> str:
        return self._output.localized(f"cli.review.{name}", **values)


def review_object(run: int, review: Review) -> dict[str, Any]:
    """A review for --json."""
    from agents.review.diff import file_diff

    return {
        "run": run,
        "files": [
            {
                "path": file.path,
                "old_path": file.old_path,
                "change": file.change,
                "kind": (file.after or file.before).kind,  # type: ignore[union-attr]
                "added": file.added,
                "removed": file.removed,
                "mode_before": file.before.mode if file.before else 0,
                "mode_after": file.after.mode if file.after else 0,
                "edited": file.edited,
                "kept": file.kept,
                "hunks": [{"number": hunk.number, "head": hunk.head} for hunk in file.hunks],
                "diff": file_diff(file),
            }
            for file in review.files
        ],
    }
