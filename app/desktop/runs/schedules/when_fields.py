"""When a schedule is due: one choice, and the fields that go with it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.controls import Bounds, NumberField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.messages import localized
from app.services.schedules.times import MOST_MINUTES, MOST_QUIET_S
from app.store.schedules.records import Cron, Daily, Every, FolderChange, Once, When
from engine.errors import UserError

Kind = Literal["daily", "days", "every", "once", "folder", "cron"]
KINDS: tuple[Kind, ...] = ("daily", "days", "every", "once", "folder", "cron")
WEEKDAYS = (0, 1, 2, 3, 4)
_UNITS = (1, 60, 24 * 60)
_MOMENT = "%Y-%m-%d %H:%M"


class WhenFields(ThemedWidget):
    """`changed` comes when another time is meant; `resized` when other fields are shown."""

    changed = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ChoiceButton(self)
        self.time, self.once, self.pattern, self.cron = (TextField(self) for _ in range(4))
        self.count = NumberField(Bounds(1, MOST_MINUTES, 1, 0), self)
        self.quiet = NumberField(Bounds(1, MOST_QUIET_S, 5, 0), self)
        self.unit = ChoiceButton(self)
        self.days = [push_button(self, "bar") for _ in range(7)]
        self._at, self._quiet = QLabel(self), QLabel(self)
        self.help = wrapped_label(self, "small", selectable=False)
        self._days = FlowRow(self, *self.days, gap=4)
        self._fields = Row(
            self.kind,
            self._at,
            self.time,
            self.once,
            self.count,
            self.unit,
            (self.pattern, 1),
            (self.cron, 1),
            STRETCH,
            spacing=8,
        )
        self._quiet_row = Row(self._quiet, self.quiet, STRETCH, spacing=8)
        Column(self._fields, self._days, self._quiet_row, self.help, parent=self, spacing=8)
        self.setFocusProxy(self.kind)
        self._connect()
        self.show_when(Daily("08:00"))
        self.refresh()

    def _connect(self) -> None:
        self.kind.chosen.connect(self._choose)
        self.unit.chosen.connect(lambda _: self.changed.emit())
        for field in (self.time, self.once, self.pattern, self.cron):
            field.textChanged.connect(lambda _: self.changed.emit())
        for number in (self.count, self.quiet):
            number.valueChanged.connect(lambda _: self.changed.emit())
        for button in self.days:
            button.setCheckable(True)
            button.toggled.connect(lambda _: self.changed.emit())

    # What it is told

    def show_when(self, when: When) -> None:
        """A time; the fields of the others have what they usually begin with."""
        tomorrow = datetime.now().replace(hour=8, minute=0) + timedelta(days=1)
        daily = when if isinstance(when, Daily) else Daily("08:00")
        self.time.setText(daily.at.removeprefix("0"))
        for day, button in enumerate(self.days):
            button.setChecked(day in (daily.days or WEEKDAYS))
        minutes = when.minutes if isinstance(when, Every) else 60
        unit = next(unit for unit in reversed(_UNITS) if minutes % unit == 0)
        self.count.show_number(minutes // unit)
        self.unit.set_value(unit)
        moment = datetime.fromtimestamp(when.at) if isinstance(when, Once) else tomorrow
        self.once.setText(f"{moment:{_MOMENT}}")
        folder = when if isinstance(when, FolderChange) else FolderChange()
        self.pattern.setText("*" if folder.pattern == "**" else folder.pattern)
        self.quiet.show_number(folder.quiet)
        self.cron.setText(when.fields if isinstance(when, Cron) else "0 8 * * 1-5")
        self._choose(_kind_of(when))

    def when(self) -> When:
        """Raises UserError `schedule.bad_once`, `schedule.no_days`."""
        kind: Kind = self.kind.value()
        if kind == "days":
            days = tuple(day for day, button in enumerate(self.days) if button.isChecked())
            if not days:
                raise UserError("schedule.no_days")
            return Daily(self.time.text().strip(), days)
        if kind == "every":
            return Every(round((self.count.number() or 1) * self.unit.value()))
        if kind == "once":
            return Once(_moment(self.once.text()))
        if kind == "folder":
            pattern = self.pattern.text().strip()
            return FolderChange("**" if pattern in ("", "*") else pattern, round(self.quiet.number() or 30))
        if kind == "cron":
            return Cron(self.cron.text().strip())
        return Daily(self.time.text().strip())

    # Inside

    def _choose(self, kind: Kind) -> None:
        self.kind.set_value(kind)
        at = kind in ("daily", "days")
        for widget, shown in (
            (self._at, at),
            (self.time, at),
            (self._days, kind == "days"),
            (self.count, kind == "every"),
            (self.unit, kind == "every"),
            (self.once, kind == "once"),
            (self.pattern, kind == "folder"),
            (self._quiet, kind == "folder"),
            (self.quiet, kind == "folder"),
            (self.cron, kind == "cron"),
        ):
            widget.setVisible(shown)
        self._show_help()
        self.changed.emit()
        self.resized.emit()

    def _show_help(self) -> None:
        texts = {
            "folder": self.tr(
                "Files that runs write themselves don’t count. * in a name stands for anything."
            ),
            "cron": self.tr("Minute, hour, day, month and weekday, as cron has them."),
            "once": self.tr("Year, month, day and time."),
        }
        show_text(self.help, texts.get(self.kind.value(), ""))

    def retranslate(self) -> None:
        choices = (
            ("daily", self.tr("Every day")),
            ("days", self.tr("On certain days")),
            ("every", self.tr("Every")),
            ("once", self.tr("Once")),
            ("folder", self.tr("When files change")),
            ("cron", self.tr("Cron")),
        )
        self.kind.set_choices(self.tr("When"), choices, self.kind.value())
        units = ((1, self.tr("minutes")), (60, self.tr("hours")), (24 * 60, self.tr("days")))
        self.unit.set_choices(self.tr("Unit"), units, self.unit.value())
        self._at.setText(self.tr("at"))
        self._quiet.setText(self.tr("Wait until nothing has changed for (seconds)"))
        for field, name in (
            (self.time, self.tr("Time of day")),
            (self.once, self.tr("Date and time")),
            (self.count, self.tr("How often")),
            (self.pattern, self.tr("Files")),
            (self.quiet, self.tr("Seconds without a change")),
            (self.cron, self.tr("Five fields of cron")),
        ):
            field.setAccessibleName(name)
        self.time.setPlaceholderText("8:00")
        self.pattern.setPlaceholderText(self.tr("All files, or *.pdf"))
        short = localized("schedule.short_days", languages.current).split(",")
        long = localized("schedule.day_names", languages.current).split(",")
        for button, text, name in zip(self.days, short, long, strict=True):
            set_texts(button, text, name)
        self._show_help()

    def restyle(self) -> None:
        px = themes.current.px
        self.time.setFixedWidth(px(84))
        self.once.setFixedWidth(px(170))
        for number in (self.count, self.quiet):
            number.setFixedWidth(px(84))
            number.lineEdit().setTextMargins(px(9), 0, 0, 0)
        self._days.refit()


def _kind_of(when: When) -> Kind:
    match when:
        case Daily(_, days):
            return "days" if days else "daily"
        case Every():
            return "every"
        case Once():
            return "once"
        case FolderChange():
            return "folder"
        case Cron():
            return "cron"


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text.strip().replace("  ", " ")).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise UserError("schedule.bad_once", value=text.strip()[:40]) from error
    return found if found > 0 else time.time() - 1
