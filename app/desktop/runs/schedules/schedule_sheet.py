"""The sheet in which a schedule is set up: what is to be done, where, by which model, how freely, and when."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import SettingRow, TextArea
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.mode_choice import ModeChoice
from app.desktop.runs.model_field import ModelField, RunModel
from app.desktop.runs.schedules.when_fields import WhenFields
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.switch import Switch
from app.services.models.events import ModelChanged
from app.store.schedules.records import Schedule
from engine.errors import UserError

WIDTH = 640
OF_TIME = "schedule."
OF_NAME = ("schedule.bad_name", "schedule.name_taken")


class ScheduleSheet(Sheet):
    """`wanted` carries the `Schedule`, which is still to be looked at: `close_overlay` or `say` follows."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._schedule: Schedule | None = None
        self._title = ""
        inside = self.scroller.inside
        self.when, self.of_when = WhenFields(inside), Complaint(inside)
        self.name, self.of_name = TextField(inside), Complaint(inside)
        self.name.setMaxLength(80)
        self.task = TextArea(inside)
        self.skill = wrapped_label(inside, "small", selectable=False)
        self.folder, self.model, self.mode = (
            FolderField(inside),
            ModelField(inside, rates=False),
            ModeChoice(inside),
        )
        self.asks = wrapped_label(inside, "small", selectable=False)
        self.battery = Switch(inside)
        self._battery_row = SettingRow(self.battery, inside, margins=(0, 0, 0, 0))
        self.timer = Switch(inside)
        self._timer_row = SettingRow(self.timer, inside, margins=(0, 0, 0, 0))
        self._timer_row.hide()
        self._labels = [text_label(inside, "heading") for _ in range(6)]
        self._complaint = Complaint(self.card)
        self.save = push_button(self.card, "primary")
        self.cancel = push_button(self.card)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        column = self.scroller.column
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.when, self.of_when),
            (self.name, self.of_name),
            (self.task, self.skill),
            (self.folder,),
            (self.model,),
            (self.mode, self.asks),
        )
        for label, widgets in zip(self._labels, groups, strict=True):
            label.setBuddy(widgets[0])
            column.addLayout(Column(label, *widgets, spacing=6))
        for row in (self._battery_row, self._timer_row):
            column.addWidget(row)
        column.addStretch(1)
        column.setSpacing(16)
        self.inside.insertWidget(2, self._complaint)
        for item in (STRETCH, self.cancel, self.save):
            self.foot.add(item)

    def _connect(self) -> None:
        self.when.changed.connect(lambda: self._forgive(self.of_when))
        self.when.resized.connect(lambda: QTimer.singleShot(0, self, self.fit))
        self.name.textChanged.connect(lambda _: self._forgive(self.of_name))
        self.task.textChanged.connect(lambda: self._forgive(self._complaint))
        self.folder.changed.connect(lambda: self._forgive(self._complaint))
        self.model.changed.connect(lambda: QTimer.singleShot(0, self, self.fit))
        self.save.clicked.connect(self.confirm)
        self.cancel.clicked.connect(self.close_overlay)

    # What it is told

    def show_schedule(self, schedule: Schedule, title: str = "", recent: Sequence[str] = ()) -> None:
        """One that there is, or a new one, whose `id` is 0. `title` is that of its skill; folders used before."""
        self._schedule, self._title = schedule, title
        self.when.show_when(schedule.when)
        self.name.setText(schedule.name)
        self.task.setPlainText(schedule.task)
        self.folder.show_recent(recent)
        self.folder.show_folder(schedule.workspace)
        self.model.choose(schedule.model)
        self.mode.set_mode(schedule.mode)
        self.battery.setChecked(schedule.on_battery)
        self.timer.setChecked(schedule.timer)
        for place in (self.of_when, self.of_name, self._complaint):
            place.say(None)
        self.retranslate()

    def show_models(self, models: Sequence[RunModel], in_use: ModelChanged | None) -> None:
        chosen = self._schedule.model if self._schedule is not None else ""
        self.model.show_models(models)
        if in_use is not None:
            self.model.show_in_use(in_use.name, in_use.path)
        self.model.choose(chosen)

    def offer_timer(self, are_here: bool) -> None:
        """Whether the system can start schedules while the program is closed."""
        self._timer_row.setVisible(are_here)
        QTimer.singleShot(0, self, self.fit)

    def open(self) -> None:
        super().open()
        self.save.setEnabled(True)
        self.fit()
        self.scroller.verticalScrollBar().setValue(0)
        self.when.kind.setFocus()

    def say(self, error: UserError) -> None:
        """Why it cannot be so, where it can be mended."""
        self.save.setEnabled(True)
        if error.code in OF_NAME:
            self.of_name.say(error)
            self.name.setFocus()
        elif error.code.startswith(OF_TIME) and error.code != "schedule.missing":
            self.of_when.say(error)
            self.scroller.verticalScrollBar().setValue(0)
        elif not self.folder.takes(error):
            self._complaint.say(error)
        self.fit()

    def schedule(self) -> Schedule:
        """As it is set up. Raises UserError as `WhenFields.when`."""
        assert self._schedule is not None
        return msgspec.structs.replace(
            self._schedule,
            when=self.when.when(),
            name=self.name.text().strip(),
            task="" if self._schedule.recipe else self.task.toPlainText(),
            workspace=self.folder.folder(),
            model=self.model.model(),
            mode=self.mode.mode(),
            on_battery=self.battery.isChecked(),
            timer=self.timer.isChecked(),
        )

    # Inside

    def confirm(self) -> None:
        if not self.save.isEnabled():
            return
        try:
            schedule = self.schedule()
        except UserError as error:
            self.say(error)
            return
        self.save.setEnabled(False)
        self.wanted.emit(schedule)

    def _forgive(self, place: Complaint) -> None:
        place.say(None)
        self.save.setEnabled(True)

    def retranslate(self) -> None:
        new = self._schedule is None or not self._schedule.id
        self.title.setText(self.tr("New schedule") if new else self.tr("Change the schedule"))
        self.card.setAccessibleName(self.title.text())
        names = (
            self.tr("When"),
            self.tr("Name"),
            self.tr("Task"),
            self.tr("Folder"),
            self.tr("Model"),
            self.tr("What it may do without asking"),
        )
        for label, name in zip(self._labels, names, strict=True):
            label.setText(name)
        for field, name in ((self.name, names[1]), (self.task, names[2])):
            field.setAccessibleName(name)
        self.name.setPlaceholderText(self.tr("Taken from the task"))
        of_skill = self._schedule is not None and bool(self._schedule.recipe)
        self.task.setVisible(not of_skill)
        self.skill.setVisible(of_skill)
        self.skill.setText(self.tr("The skill “{title}”").format(title=self._title))
        self.asks.setText(
            self.tr(
                "What it has to ask waits for your answer, up to a week. Other schedules go on meanwhile."
            )
        )
        self._battery_row.set_words(
            self.tr("Also on battery"), self.tr("Otherwise it waits until the computer is plugged in.")
        )
        self._timer_row.set_words(
            self.tr("Also while Coterie is closed"),
            self.tr("A timer of systemd starts it then. What it has to ask waits until you open Coterie."),
        )
        set_texts(self.save, self.tr("Add") if new else self.tr("Save"))
        set_texts(self.cancel, self.tr("Cancel"))
