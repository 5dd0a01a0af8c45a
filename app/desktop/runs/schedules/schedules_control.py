"""What a person does with schedules on the Runs page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.runs.model_field import run_models
from app.desktop.runs.schedules.schedule_list import ScheduleList
from app.desktop.runs.schedules.schedule_page import SchedulePage
from app.desktop.runs.schedules.schedule_sheet import ScheduleSheet
from app.services.models.events import ModelChanged
from app.services.runs.values import RunSpec
from app.store.schedules.records import Daily, Firing, Schedule
from engine.errors import UserError
from engine.remote.names import read_name

if TYPE_CHECKING:
    from app.services.services import Services

# "Tomorrow" becomes "today" by itself.
WORDS_MS = 30_000


class SchedulesControl(QObject):
    """Between the list, the page of one schedule and the sheet. `said` carries a `Notification`, `opened` the id of a
    schedule that is to be shown, `started` the record of a run; `gone` comes where the one that is shown was
    deleted."""

    said = Signal(object)
    opened = Signal(int)
    started = Signal(object)
    gone = Signal()

    def __init__(
        self,
        calls: ServiceCalls,
        list: ScheduleList,
        page: SchedulePage,
        in_use: Callable[[], ModelChanged | None],
    ) -> None:
        super().__init__(page)
        self._calls, self._list, self._page, self._in_use = calls, list, page, in_use
        self.sheet: ScheduleSheet | None = None
        self._words = QTimer(self, interval=WORDS_MS)
        self._words.timeout.connect(self._refresh)
        list.changed.connect(self._refresh)
        page.paused.connect(self._pause)
        page.start_wanted.connect(self._start)
        page.edit_wanted.connect(self._edit)
        page.delete_wanted.connect(lambda: self.delete(page.shown))

    # The page of one

    def show(self, id: int) -> bool:
        """Show a schedule on the page; False where it is gone."""
        line = self._list.get(id)
        if line is None:
            return False
        self._page.show_line(line)
        self._read_past(id)
        self._words.start()
        return True

    def leave(self) -> None:
        """Something else is shown."""
        self._words.stop()

    def _refresh(self) -> None:
        if not self._page.isVisible():
            self.leave()
        elif self._page.shown and not self.show(self._page.shown):
            self.leave()
            self.gone.emit()

    def _read_past(self, id: int) -> None:
        def read(services: Services) -> tuple[list[Firing], str]:
            return services.schedules.history(id), _title(services, self._recipe_of(id))

        self._calls.do(read, lambda found: self._page.show_history(id, *found), owner=self)

    def _recipe_of(self, id: int) -> str:
        line = self._list.get(id)
        return "" if line is None else line.schedule.recipe

    def _pause(self, paused: bool) -> None:
        id = self._page.shown
        self._calls.do(lambda s: s.schedules.pause(id, paused), on_error=self._not_changed, executor="io")

    def _not_changed(self, error: UserError) -> None:
        self._calls.failed.emit(error)
        self._page.retranslate()  # the switch stands as before

    def _start(self) -> None:
        id = self._page.shown
        self._calls.do(lambda s: s.schedules.fire(id), self.started.emit, owner=self)

    # Changing

    def new(self, spec: RunSpec, values: dict[str, str] | None, recent: list[str]) -> None:
        """The sheet for what the form of a run says. `values`: it is its skill as it is, with these words."""
        schedule = Schedule(
            0,
            spec.title,
            spec.task if values is None else "",
            spec.workspace,
            Daily("08:00"),
            0.0,
            0.0,
            recipe="" if values is None else spec.recipe,
            values=values or {},
            model=spec.model,
            mode=spec.mode,
            reasoning=spec.reasoning,
            tools=spec.tools,
            budget=spec.budget,
        )
        self._open_sheet(schedule, spec.title if schedule.recipe else "", recent)

    def _edit(self) -> None:
        line = self._list.get(self._page.shown)
        if line is not None:
            schedule = line.schedule
            self._calls.do(
                lambda s: _title(s, schedule.recipe),
                lambda title: self._open_sheet(schedule, title, []),
                owner=self,
            )

    def _open_sheet(self, schedule: Schedule, title: str, recent: list[str]) -> None:
        sheet = self.sheet
        if sheet is None:
            sheet = self.sheet = ScheduleSheet(self._page.window())
            sheet.wanted.connect(self._save)
        sheet.show_schedule(schedule, title, recent)
        sheet.open()
        self._calls.do(lambda s: s.schedules.timers.are_here, sheet.offer_timer, owner=sheet)
        self._calls.do(
            run_models,
            lambda models: sheet.show_models(models, self._in_use()),
            executor="files",
            owner=sheet,
        )

    def _save(self, schedule: Schedule) -> None:
        assert self.sheet is not None
        self._calls.do(lambda s: _save(s, schedule), self._saved, self.sheet.say, executor="io")

    def _saved(self, saved: tuple[Schedule, UserError | None]) -> None:
        schedule, without_timer = saved
        if self.sheet is not None:
            self.sheet.close_overlay()
        self._list.begin()
        self.opened.emit(schedule.id)
        if without_timer is not None:
            self._calls.failed.emit(without_timer)

    def delete(self, id: int) -> None:
        """At once, with a way back for a while."""
        line = self._list.get(id)
        if line is not None:
            self._calls.do(
                lambda s: s.schedules.remove(id), lambda _: self._deleted(line.schedule), owner=self
            )

    def _deleted(self, schedule: Schedule) -> None:
        again = msgspec.structs.replace(schedule, id=0)

        def bring_back() -> None:
            self._calls.do(lambda s: _save(s, again), self._saved, executor="io", owner=self)

        self.said.emit(Notification(self.tr("Schedule deleted"), self.tr("Undo"), bring_back))


def _title(services: Services, recipe: str) -> str:
    if not recipe:
        return ""
    try:
        return services.runs.recipes.get(recipe).title
    except UserError:  # it is gone, which its next time will tell
        return recipe


def _save(services: Services, schedule: Schedule) -> tuple[Schedule, UserError | None]:
    """Save it, and tell why it has no timer where one was wanted. Who chose a model elsewhere has read in the sheet
    that text leaves for it."""
    saved = services.schedules.save(msgspec.structs.replace(schedule, timer=False))
    without_timer = None
    if schedule.timer:
        try:
            saved = services.schedules.set_timer(saved.id, True)
        except UserError as error:
            without_timer = error
    name = read_name(schedule.model)
    if name is not None and services.remote_servers.is_new(schedule.model):
        services.remote_servers.agree(name.url)
    return saved, without_timer
