"""The narrow bar of pages at the left edge."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import one_of_many
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.window.download_watch import Activity
from app.desktop.window.frame import RAIL
from app.desktop.window.rail_badge import RailBadge
from app.desktop.window.rail_button import RailButton
from app.desktop.window.shortcuts import shortcuts, shown_keys

# A larger number of runs that wait is not counted out.
MOST = 9


class Rail(ThemedWidget):
    """`page_wanted` carries "chat", "runs", "models", "placement", "server" or "settings"; `fold_wanted` hides or
    shows the list."""

    page_wanted = Signal(str)
    fold_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.chat, self.runs, self.models = (RailButton(self) for _ in range(3))
        self.placement, self.server = (RailButton(self) for _ in range(2))
        self.fold, self.settings = (RailButton(self) for _ in range(2))
        self._badge = RailBadge(self.models)
        self._downloads = Activity()
        self._count = text_label(self.runs, "count")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._count.hide()
        self._new = Dot(self.runs, "accent")
        self._new.hide()
        Column(Row(STRETCH, self._count, self._new), STRETCH, parent=self.runs, margins=(0, 2, 2, 0))
        self._news = Dot(self.settings, "accent")
        self._news.hide()
        Column(Row(STRETCH, self._news), STRETCH, parent=self.settings, margins=(0, 2, 2, 0))
        self._waiting = self._unseen = 0
        self._pages = {
            "chat": self.chat,
            "runs": self.runs,
            "models": self.models,
            "placement": self.placement,
            "server": self.server,
            "settings": self.settings,
        }
        for page, button in self._pages.items():
            one_of_many(button)
            button.clicked.connect(lambda _=False, page=page: self.page_wanted.emit(page))
        self.fold.clicked.connect(self.fold_wanted)
        Column(
            (self.chat, 0, Qt.AlignmentFlag.AlignHCenter),
            (self.runs, 0, Qt.AlignmentFlag.AlignHCenter),
            (self.models, 0, Qt.AlignmentFlag.AlignHCenter),
            (self.placement, 0, Qt.AlignmentFlag.AlignHCenter),
            (self.server, 0, Qt.AlignmentFlag.AlignHCenter),
            STRETCH,
            (self.fold, 0, Qt.AlignmentFlag.AlignHCenter),
            (self.settings, 0, Qt.AlignmentFlag.AlignHCenter),
            parent=self,
            margins=(0, 12, 0, 12),
            spacing=6,
        )
        self.chat.setChecked(True)
        self.refresh()

    def show_downloads(self, activity: Activity) -> None:
        """What is being downloaded, as a ring on the models and in their name."""
        self._downloads = activity
        self._badge.show_fraction(activity.fraction if activity.count else None)
        self.retranslate()

    def show_waiting(self, count: int) -> None:
        """How many runs wait for an answer, as a number on the runs and in their name."""
        self._waiting = count
        self._count.setText(str(count) if count <= MOST else f"{MOST}+")
        self._count.setVisible(count > 0)
        self._new.setVisible(self._unseen > 0 and not count)
        self.retranslate()

    def show_unseen(self, count: int) -> None:
        """How many runs of schedules have ended unseen, as a quiet mark."""
        self._unseen = count
        self._new.setVisible(count > 0 and not self._waiting)
        self.retranslate()

    def show_news(self, there: bool) -> None:
        """A newer version of Coterie is there, as a quiet mark on the settings and in their name."""
        self._news.setVisible(there)
        self.retranslate()

    def _name_of_settings(self) -> str:
        name = self.tr("Settings")
        return name if self._news.isHidden() else self.tr("{name}, new version").format(name=name)

    def _name_of_runs(self) -> str:
        name = self.tr("Runs")
        if self._unseen and not self._waiting:
            return self.tr("{name}, {count} new").format(name=name, count=self._unseen)
        if self._waiting == 1:
            return self.tr("{name}, 1 needs you").format(name=name)
        if self._waiting:
            return self.tr("{name}, {count} need you").format(name=name, count=self._waiting)
        return name

    def _name_of_models(self) -> str:
        name, activity = self.tr("Models"), self._downloads
        if activity.count == 1:
            return self.tr("{name}, 1 download, {percent}%").format(name=name, percent=activity.percent)
        if activity.count:
            return self.tr("{name}, {count} downloads, {percent}%").format(
                name=name, count=activity.count, percent=activity.percent
            )
        return name

    def show_page(self, page: str) -> None:
        for name, button in self._pages.items():
            button.setChecked(name == page)

    def page_title(self) -> str:
        """The name of the page that is shown; "" for the chat, which has a title of its own."""
        titles = {
            "runs": self.tr("Runs"),
            "models": self.tr("Models"),
            "placement": self.tr("Placement"),
            "server": self.tr("Server"),
            "settings": self.tr("Settings"),
        }
        return next((titles.get(page, "") for page, button in self._pages.items() if button.isChecked()), "")

    def retranslate(self) -> None:
        keys = {shortcut.name: shown_keys(shortcut.keys) for shortcut in shortcuts()}
        for button, label, name, command in (
            (self.chat, self.tr("Chat"), self.tr("Chat"), "compose"),
            (self.runs, self.tr("Runs"), self._name_of_runs(), "runs"),
            (self.models, self.tr("Models"), self._name_of_models(), "models"),
            (self.placement, self.tr("Placement"), self.tr("Placement"), "placement"),
            (self.server, self.tr("Server"), self.tr("Server"), "server"),
            (self.fold, self.tr("List"), self.tr("Show or hide the list"), "sidebar"),
            (self.settings, self.tr("Settings"), self._name_of_settings(), "settings"),
        ):
            button.tell(label, name, keys[command])

    def restyle(self) -> None:
        px = themes.current.px
        self.setFixedWidth(px(RAIL))
        self._count.setFixedSize(px(17), px(17))
        for button, symbol in (
            (self.chat, "message-square"),
            (self.runs, "check-line"),
            (self.models, "box"),
            (self.placement, "memory"),
            (self.server, "server"),
            (self.fold, "panel-left"),
            (self.settings, "settings"),
        ):
            button.show_symbol(symbol)
