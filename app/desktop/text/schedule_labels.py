"""What is said of schedules in a few words."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.services.schedules.values import ScheduleLine
from app.services.schedules.words import moment_words, outcome_words, state_words, when_words
from app.store.schedules.records import UNDER_WAY, FolderChange


def schedule_note(line: ScheduleLine) -> str:
    """The words at the right of a schedule in the list: mostly when it is due next, or that the last time failed."""
    translate = QCoreApplication.translate
    if line.waits:
        return translate("Runs", "needs you")
    if line.last is not None and line.last.state in UNDER_WAY:
        return translate("Runs", "running")
    if line.schedule.paused:
        return translate("Runs", "off")
    if line.hold:
        return translate("Runs", "waits")
    if line.has_failed:
        return translate("Runs", "failed")
    if isinstance(line.schedule.when, FolderChange):
        return translate("Runs", "watching")
    if line.next is None:
        return translate("Runs", "done")
    return moment_words(line.next, time.time(), languages.current)


def schedule_tip(line: ScheduleLine) -> str:
    """What a person would otherwise have to open the row for."""
    now, language = time.time(), languages.current
    last = "" if line.last is None else outcome_words(line.last, now, language)
    why = "" if line.last is None or line.last.reason is None else languages.tell(line.last.reason)
    words = (when_words(line.schedule.when, now, language), state_words(line, now, language), last, why)
    return "\n".join((line.schedule.name, *filter(None, words)))
