"""What was granted to runs beyond one call, listed with its dates and revoked here; whether other programs may
start any, and what commands may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from agents.permissions.values import Grant
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field, FormSection
from app.desktop.forms.line_list import Line, LineList
from app.desktop.settings.agreed_instructions import AgreedInstructions
from app.desktop.settings.commands_read import CommandsRead
from app.desktop.text.grant_text import what_is_granted, when_granted, where_it_counts
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Column
from app.services.events import ServiceEvent
from app.services.runs.events import GrantsChanged, RunRemoved
from app.services.runs.values import RunRecord

if TYPE_CHECKING:
    from app.services.services import Services


class GrantsSection(FormSection):
    """The grants, the latest first, each with a button that revokes it."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self._grants: tuple[Grant, ...] = ()
        self._titles: dict[int, str] = {}
        self._body = QWidget(self)
        self.list, self.all = LineList(self._body), push_button(self._body)
        Column(self.list, (self.all, 0, Qt.AlignmentFlag.AlignLeft), parent=self._body, spacing=10)
        self.list.acted.connect(lambda number: self._revoke(self._grants[number]))
        self.read_by_commands = CommandsRead(calls, self)
        self.agreed = AgreedInstructions(calls, self)
        self.all.clicked.connect(lambda: self._revoke(*self._grants))
        self.refresh()

    def read(self) -> None:
        """Show what there is now."""
        self._calls.do(
            lambda s: (s.runs.grants.all(), _titles(s.runs.all(), s.runs.trash())),
            lambda found: self.show_grants(*found),
            owner=self,
        )
        self.read_by_commands.read()
        self.agreed.read()

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, GrantsChanged | RunRemoved) for event in events):
            self.read()

    def show_grants(self, grants: tuple[Grant, ...], titles: dict[int, str]) -> None:
        """`titles` are those of the runs that grants are for."""
        self._grants, self._titles = grants[::-1], titles
        self.retranslate()

    def _change(self, **fields: Any) -> None:
        self._calls.do(lambda s: s.settings.change(**fields))

    def _revoke(self, *grants: Grant) -> None:
        self._calls.do(lambda s: _revoke(s, grants), owner=self)

    def _line(self, grant: Grant) -> Line:
        """What passes, where and since when."""
        what, where = what_is_granted(grant), where_it_counts(grant)
        if grant.scope == "run":  # one without a title writes an answer
            title = self._titles.get(grant.run, "")
            where = self.tr("in the run “{title}”").format(title=title)
            where = where if title else self.tr("for one answer in a chat")
        said = self.tr("Revoke: {what}, {where}").format(what=what, where=where)
        return Line(what, joined([where, when_granted(grant)]), self.tr("Revoke"), said)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Permissions"))
        nothing = self.tr("None. Each run asks according to its mode.")
        self.list.show_lines([self._line(grant) for grant in self._grants], nothing)
        set_texts(self.all, self.tr("Revoke all"), self.tr("Revoke all permissions"))
        self.all.setVisible(len(self._grants) > 1)
        explanation = self.tr("Standing permissions you’ve granted. They apply until you revoke them.")
        programs = Field(
            "programs_start_runs",
            self.tr("Other programs may start tasks"),
            self.tr("Coterie asks you first, for each program and folder."),
        )
        return [
            programs,
            Field(
                "commands_read",
                self.tr("What commands may read"),
                self.tr(
                    "Besides the folder of the task and the system. Keys, passwords, and tokens stay hidden, "
                    "even in a folder you add."
                ),
                self.read_by_commands,
                below=True,
            ),
            Field(
                "commands_fetch_packages",
                self.tr("Commands may fetch packages"),
                self.tr(
                    "From PyPI, npm, crates.io, and the like, without asking. Other hosts are asked about."
                ),
            ),
            Field("grants", self.tr("Allowed without asking"), explanation, self._body, below=True),
            Field(
                "agreed",
                self.tr("Project instructions you agreed to"),
                self.tr(
                    "Files such as AGENTS.md, and skills of projects. Tasks follow them as your own words."
                ),
                self.agreed,
                below=True,
            ),
        ]


def _revoke(services: Services, grants: tuple[Grant, ...]) -> None:
    for grant in grants:
        services.runs.grants.revoke(grant.id)


def _titles(*lists: list[RunRecord]) -> dict[int, str]:
    return {run.id: run.title for runs in lists for run in runs}
