"""The commands of a person's that tasks carry out by themselves: listed, added, removed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from agents.hooks import HookTime
from app.desktop.base.icons import set_icon
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_folder
from app.desktop.forms.form import Field, FormSection
from app.desktop.forms.line_list import Line, LineList
from app.desktop.text.run_labels import folder_text
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import name_icon, set_texts
from app.desktop.widgets.layouts import Column, Row
from app.services.guidance.hooks import PersonHook
from app.services.services import Services

_TIMES: tuple[HookTime, ...] = ("change", "end", "start")


class HooksSection(FormSection):
    """The hooks in their order, and a form for another one."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._calls = calls
        self._hooks: tuple[PersonHook, ...] = ()
        self._when: HookTime = "change"
        self._body = QWidget(self)
        self.list = LineList(self._body)
        self.command, self.folder = TextField(self._body), TextField(self._body)
        self.when = ChoiceButton(self._body)
        self.choose, self.add = push_button(self._body, "icon"), push_button(self._body)
        self.complaint = Complaint(self._body)
        Column(
            self.list,
            self.command,
            Row((self.folder, 1), self.choose, spacing=8),
            self.when,
            (self.add, 0, Qt.AlignmentFlag.AlignLeft),
            self.complaint,
            parent=self._body,
            spacing=8,
        )
        self.list.acted.connect(lambda number: self._remove(self._hooks[number]))
        self.when.chosen.connect(self._choose_time)
        self.choose.clicked.connect(
            lambda: choose_folder(self, self.choose.accessibleName(), self._take_folder)
        )
        self.add.clicked.connect(self._add)
        self.command.returnPressed.connect(self._add)
        for field in (self.command, self.folder):
            field.textChanged.connect(lambda _: self.complaint.say(None))
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: read them."""
        self._calls.do(_all, self._show, executor="files", owner=self)

    def _show(self, hooks: tuple[PersonHook, ...]) -> None:
        self._hooks = hooks
        self.retranslate()

    def _choose_time(self, when: str) -> None:
        self._when = next(each for each in _TIMES if each == when)
        self._show_times()

    def _take_folder(self, path: str) -> None:
        self.folder.setText(folder_text(path))

    def _add(self) -> None:
        hook = PersonHook(self._when, self.command.text(), self.folder.text().strip())

        def add(services: Services) -> tuple[PersonHook, ...]:
            services.runs.hooks.add(hook)
            return services.runs.hooks.all()

        self._calls.do(add, self._added, self.complaint.say, executor="files", owner=self)

    def _added(self, hooks: tuple[PersonHook, ...]) -> None:
        self.command.clear()
        self._show(hooks)
        self.command.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, hook: PersonHook) -> None:
        def remove(services: Services) -> tuple[PersonHook, ...]:
            services.runs.hooks.remove(hook)
            return services.runs.hooks.all()

        self._calls.do(remove, self._show, self.complaint.say, executor="files", owner=self)

    def _time_text(self, when: HookTime) -> str:
        return {
            "change": self.tr("After each step that changed files"),
            "end": self.tr("Before the end, if files were changed"),
            "start": self.tr("At the start"),
        }[when]

    def _line(self, hook: PersonHook) -> Line:
        where = folder_text(hook.folder) if hook.folder else self.tr("all folders")
        said = self.tr("Remove the hook {command}").format(command=hook.command)
        return Line(hook.command, joined([self._time_text(hook.when), where]), self.tr("Remove"), said)

    def _show_times(self) -> None:
        choices = [(when, self._time_text(when)) for when in _TIMES]
        self.when.set_choices(self.tr("When it runs"), choices, self._when)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Hooks"))
        return [
            Field(
                "hooks",
                self.tr("Commands that tasks carry out by themselves"),
                self.tr(
                    "In the sandbox, without the internet, for two minutes at most. The model is told what they "
                    "print. If one that runs at the end fails, the model gets one more try."
                ),
                self._body,
                below=True,
            )
        ]

    def retranslate(self) -> None:
        super().retranslate()
        self.list.show_lines([self._line(hook) for hook in self._hooks], self.tr("None yet."))
        self.command.setPlaceholderText(self.tr("Command, such as ruff format ."))
        self.command.setAccessibleName(self.tr("Command"))
        self.folder.setPlaceholderText(self.tr("All folders"))
        self.folder.setAccessibleName(self.tr("Folder"))
        name_icon(self.choose, self.tr("Choose a folder"))
        set_texts(self.add, self.tr("Add"), self.tr("Add the hook"))
        self._show_times()

    def restyle(self) -> None:
        super().restyle()
        set_icon(self.choose, "folder-open", "muted", 18)


def _all(services: Services) -> tuple[PersonHook, ...]:
    return services.runs.hooks.all()
