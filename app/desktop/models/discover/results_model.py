"""The repositories that a search found, as a list model."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from app.desktop.text.verdict_text import verdict_words
from app.desktop.text.words import (
    about_forms,
    experts_line,
    joined,
    licence_name,
    popularity,
    short_name,
    signs,
)
from app.desktop.widgets.list_rows import Index
from engine.hub.values import HubModel, RemoteFacts, Verdict


class Role(IntEnum):
    """What the delegate asks for beside Qt's own roles."""

    MODEL = Qt.ItemDataRole.UserRole
    ABOUT = Qt.ItemDataRole.UserRole + 1
    POPULARITY = Qt.ItemDataRole.UserRole + 2
    OWNED = Qt.ItemDataRole.UserRole + 3
    VERDICT = Qt.ItemDataRole.UserRole + 4
    SIGNS = Qt.ItemDataRole.UserRole + 5


class ResultsModel(QAbstractListModel):
    """`facts` are what headers said of repositories that were opened; `owned` those with a model on disk.
    `Role.ABOUT` are lines, each shorter than the one before; `Role.VERDICT` words and their tone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: list[HubModel] = []
        self._repos: set[str] = set()
        self._facts: dict[str, RemoteFacts] = {}
        self._owned: frozenset[str] = frozenset()
        self._verdicts: dict[str, Verdict] = {}
        self._best: dict[str, Verdict] = {}

    def clear(self) -> None:
        self.beginResetModel()
        self._models, self._repos = [], set()
        self.endResetModel()

    def add(self, models: Sequence[HubModel]) -> None:
        """More results. A repository that moved from page to page while we read is shown once."""
        fresh = [model for model in models if model.repo not in self._repos]
        if not fresh:
            return
        first = len(self._models)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        self._models += fresh
        self._repos.update(model.repo for model in fresh)
        self.endInsertRows()

    def set_facts(self, repo: str, facts: RemoteFacts) -> None:
        self._facts[repo] = facts
        self._tell()

    def set_verdicts(self, verdicts: Mapping[str, Verdict]) -> None:
        """What the usual quantization of repositories would be here."""
        self._verdicts.update(verdicts)
        self._tell()

    def set_best(self, repo: str, verdict: Verdict) -> None:
        """What the best of its files is here, by its header: no longer guessed."""
        self._best[repo] = verdict
        self._tell()

    def set_owned(self, repos: Iterable[str]) -> None:
        owned = frozenset(repos)
        if owned != self._owned:
            self._owned = owned
            self._tell()

    def row_of(self, repo: str) -> QModelIndex:
        rows = [row for row, model in enumerate(self._models) if model.repo == repo]
        return self.index(rows[0]) if rows else QModelIndex()

    def _tell(self) -> None:
        if self._models:
            self.dataChanged.emit(self.index(0), self.index(len(self._models) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._models)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        model = self._models[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return short_name(model.repo)
        if role == Qt.ItemDataRole.ToolTipRole:
            return model.repo
        if role == Role.MODEL:
            return model
        if role == Role.ABOUT:
            return self._about(model)
        if role == Role.VERDICT:
            verdict = self._verdict(model)
            return verdict_words(verdict) if verdict is not None else ("", "quiet")
        if role == Role.SIGNS:
            return joined(signs(model, self._facts.get(model.repo)))
        if role == Role.POPULARITY:
            return popularity(model, time.time(), short=True)
        if role == Role.OWNED:
            return model.repo in self._owned
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._said(model)
        return None

    def _verdict(self, model: HubModel) -> Verdict | None:
        return self._best.get(model.repo) or self._verdicts.get(model.repo)

    def _about(self, model: HubModel) -> list[str]:
        facts = self._facts.get(model.repo)
        if facts is None or not facts.experts:
            return about_forms(model)
        experts = experts_line(facts.experts_used, facts.experts)
        return [joined([experts, licence_name(model.licence)]), experts]

    def _said(self, model: HubModel) -> str:
        verdict = self._verdict(model)
        parts = [short_name(model.repo), self._about(model)[0], popularity(model, time.time())]
        parts += [verdict_words(verdict)[0] if verdict is not None else ""]
        parts += signs(model, self._facts.get(model.repo))
        if model.gate:
            parts.append(self.tr("gated"))
        if model.repo in self._owned:
            parts.append(self.tr("in your library"))
        return ", ".join(part for part in parts if part)
