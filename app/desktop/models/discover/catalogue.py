"""The catalogue and what of it suits this machine, read off the GUI thread."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.models.discover.catalogue_card import CatalogueLine
from app.desktop.text.verdict_text import verdict_chip, verdict_sentence
from app.desktop.text.words import joined, sense_words
from app.format import format_short_count, format_size
from engine.errors import UserError
from engine.hub.values import Verdict

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.hub.catalogue import CatalogueEntry
    from app.services.services import Services

PICKS = 3


class Judged(msgspec.Struct, frozen=True):
    """An entry with its verdict by its figures; None where the machine could not be asked."""

    entry: CatalogueEntry
    verdict: Verdict | None


class Catalogue(QObject):
    """`changed` comes when entries, verdicts or picks are there, or others than before."""

    changed = Signal()

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._reading: Task | None = None
        self._judged: tuple[Judged, ...] = ()
        self.picks: tuple[CatalogueEntry, ...] = ()

    def read(self) -> None:
        """Read it, and judge it anew for this machine."""
        self._reading = self._calls.do(_catalogue, self._take, executor="io", instead_of=self._reading)

    def _take(self, found: tuple[tuple[Judged, ...], tuple[CatalogueEntry, ...]]) -> None:
        self._judged, self.picks = found
        self.changed.emit()

    def groups(self, here: Container[str]) -> list[tuple[str, list[CatalogueLine]]]:
        """Headings with their lines, in the language that is on. `here`: repositories with a model on disk."""
        translate = QCoreApplication.translate
        experts = [each for each in self._judged if _is_mixture(each.entry)]
        others = [each for each in self._judged if not _is_mixture(each.entry)]
        groups = (
            (translate("Models", "Mixture-of-experts models: large yet fast"), experts),
            (translate("Models", "Small models: for any computer"), others),
        )
        return [(title, _lines(judged, here)) for title, judged in groups if judged]


def _is_mixture(entry: CatalogueEntry) -> bool:
    return 0 < entry.active_parameters < entry.parameters


def _lines(judged: Sequence[Judged], here: Container[str]) -> list[CatalogueLine]:
    # What fits comes first; else the order of the catalogue stays.
    fitting = sorted(judged, key=lambda each: each.verdict is not None and not each.verdict.fits)
    return [_line(each, each.entry.repo in here) for each in fitting]


def _line(judged: Judged, here: bool) -> CatalogueLine:
    translate = QCoreApplication.translate
    entry, verdict = judged.entry, judged.verdict
    total = format_short_count(entry.parameters, languages.current)
    if _is_mixture(entry):
        active = format_short_count(entry.active_parameters, languages.current)
        about = translate("Models", "{total} parameters, {active} active").format(total=total, active=active)
        short = translate("Models", "{total}, {active} active").format(total=total, active=active)
    else:
        about, short = translate("Models", "{count} parameters").format(count=total), total
    line = CatalogueLine(
        repo=entry.repo,
        variant=entry.variant,
        name=entry.name,
        why=entry.why_ko if languages.current == "ko" else entry.why_en,
        about=about,
        short=short,
        signs=_signs(entry),
        size=format_size(entry.download),
        here=here,
    )
    if verdict is None:
        return line
    chip, tone = verdict_chip(verdict)
    return msgspec.structs.replace(line, chip=chip, tone=tone, sentence=verdict_sentence(verdict))


def _signs(entry: CatalogueEntry) -> str:
    translate = QCoreApplication.translate
    names = {
        "thinks": translate("Models", "reasons"),
        "tools": translate("Models", "tools"),
        "korean": translate("Models", "Korean"),
    }
    named = [name for tag, name in names.items() if tag in entry.tags]
    return joined([*named, *sense_words(entry.projector > 0, False)])


def _catalogue(services: Services) -> tuple[tuple[Judged, ...], tuple[CatalogueEntry, ...]]:
    entries = services.hub.catalogue()
    picks = tuple(pick.entry for pick in services.hub.picks(PICKS))
    try:
        judged = tuple(Judged(entry, services.hub.judge_entry(entry)) for entry in entries)
    except UserError:  # the Placement page says what is wrong with it
        judged = tuple(Judged(entry, None) for entry in entries)
    return judged, picks
