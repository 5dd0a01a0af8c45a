"""How well a model uses tools, in words, for wherever models are chosen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.messages import localized, messages
from app.services.runs.tool_checks import failed_tasks
from app.store.records import ToolCheck, ToolRating


def tools_text(check: ToolCheck | None) -> str:
    """ "tools: good" for a line or a chip; "" for a model that was not checked."""
    return rating_text(check.rating) if check is not None else ""


def rating_text(rating: ToolRating) -> str:
    word = localized(f"tool_check.rating.{rating}", languages.current)
    return QCoreApplication.translate("Models", "tools: {rating}").format(rating=word)


def tools_sentence(check: ToolCheck) -> str:
    """What the check found, whole, for a tool tip and a screen reader."""
    return found_sentence(check.passed, check.total, failed_tasks(check))


def found_sentence(passed: int, total: int, failed: Iterable[str]) -> str:
    """What a check found; `failed` are the names of its tasks."""
    translate = QCoreApplication.translate
    said = translate("Models", "Used tools correctly in {passed} of {total} tasks.").format(
        passed=passed, total=total
    )
    wrong = "; ".join(
        localized(f"tool_check.task.{name}", languages.current)
        for name in failed
        if f"tool_check.task.{name}" in messages(languages.current)
    )
    if wrong:
        said += " " + translate("Models", "What went wrong: {tasks}.").format(tasks=wrong)
    return said


def checking_text(done: int, total: int) -> str:
    """How far a check is; `total` 0 while the model is still being loaded."""
    translate = QCoreApplication.translate
    if not total:
        return translate("Models", "checking tools")
    return translate("Models", "checking tools: {done} of {total}").format(done=done, total=total)
