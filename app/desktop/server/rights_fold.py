"""What a new key allows, folded away: most keys have the usual rights."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.desktop.forms.controls import SettingRow
from app.desktop.forms.form import Field, Form
from app.desktop.text.words import joined
from app.desktop.widgets.collapsible import Collapsible
from app.services.server_keys import RIGHTS, USUAL_RIGHTS
from app.store.records import KeyRight


def right_name(right: KeyRight) -> str:
    translate = QCoreApplication.translate
    return {
        "ask": translate("Keys", "Ask models"),
        "load": translate("Keys", "Load models"),
        "download": translate("Keys", "Download models"),
        "tools": translate("Keys", "Use tools"),
    }[right]


def rights_words(rights: Iterable[KeyRight]) -> str:
    """What a key allows, in one line."""
    translate = QCoreApplication.translate
    words = {
        "ask": translate("Keys", "asks models"),
        "load": translate("Keys", "loads models"),
        "download": translate("Keys", "downloads models"),
        "tools": translate("Keys", "uses tools"),
    }
    return ", ".join(words[right] for right in RIGHTS if right in set(rights))


class RightsFold(Collapsible):
    """A switch for each right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rights: tuple[KeyRight, ...] = USUAL_RIGHTS
        self.form = Form(self._add_row, self._change)
        self.refresh()

    def set_rights(self, rights: Iterable[KeyRight]) -> None:
        given = set(rights)
        self.rights = tuple(right for right in RIGHTS if right in given)
        self.retranslate()

    def _add_row(self, control: QWidget, *, below: bool = False) -> SettingRow:
        row = SettingRow(control, self, below=below, margins=(0, 4, 0, 4))
        self.inside.addWidget(row)
        return row

    def _change(self, key: str, value: object) -> None:
        others = tuple(right for right in self.rights if right != key)
        self.set_rights((*others, key) if value else others)  # type: ignore[arg-type]

    def retranslate(self) -> None:
        chosen = joined([right_name(right) for right in self.rights])
        self.set_words(self.tr("What it may do"), chosen or self.tr("nothing"))
        explanations = {
            "ask": self.tr("Answers and embeddings of the model that is loaded."),
            "load": self.tr(
                "A model that isn’t loaded takes the place of the one that is, unless somebody uses that."
            ),
            "download": self.tr("New models come into your library."),
            "tools": self.tr("Coterie’s tools over MCP: it can have tasks done, once you agree here."),
        }
        self.form.show(
            [Field(right, right_name(right), explanations[right]) for right in RIGHTS],
            lambda right: right in self.rights,
        )
