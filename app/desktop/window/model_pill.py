"""Which model is in use and how it is, as a button that opens the menu of models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from app.desktop.icons import icon
from app.desktop.live import LiveWidget
from app.desktop.theme import themes
from app.services.events import ModelChanged

STARTER = "starter"
DOT = {"ready": "good", "loading": "accent", "lost": "bad", "empty": "faint", "closed": "faint"}


class ModelPill(QPushButton):
    """A dot for the state, the model's name, a chevron. A name without room is cut in its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "pill")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._name, self._dot = "", "faint"

    def show_model(self, name: str, dot: str) -> None:
        self._name, self._dot = name, dot
        self.updateGeometry()
        self.update()

    def name(self) -> str:
        return self._name

    def sizeHint(self) -> QSize:
        px = themes.current.px
        words = QFontMetrics(themes.current.font(13)).horizontalAdvance(self._name)
        return QSize(min(words, px(260)) + px(12 + 8 + 8 + 8 + 14 + 12) + 2, px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(96), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, dot, chevron = theme.px(12), theme.px(8), theme.px(14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme, self._dot)))
        painter.drawEllipse(left, (self.height() - dot) // 2, dot, dot)
        start = left + dot + theme.px(8)
        end = self.width() - theme.px(10) - chevron
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.text))
        place = QRect(start, 0, end - theme.px(6) - start, self.height())
        text = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        icon("chevron-down", "muted", 14).paint(
            painter, end, (self.height() - chevron) // 2, chevron, chevron
        )


class ModelMenu(LiveWidget):
    """The pill with its menu. `use_wanted` carries a path or "starter"."""

    use_wanted = Signal(str)
    open_file_wanted = Signal()
    reload_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pill = ModelPill(self)
        self.menu = QMenu(self)
        self._state: ModelChanged | None = None
        self._recent: list[str] = []
        self.pill.clicked.connect(self.open_menu)
        self.refresh()

    def show_state(self, state: ModelChanged) -> None:
        self._state = state
        self.retranslate()

    def set_recent(self, paths: Sequence[str]) -> None:
        """Model files used before, the last one first."""
        self._recent = [path for path in paths if path != STARTER]

    def open_menu(self) -> None:
        self._fill()
        corner = self.mapToGlobal(self.rect().bottomRight())
        self.menu.popup(corner - QPoint(self.menu.sizeHint().width() - 1, -themes.current.px(4)))

    def _fill(self) -> None:
        self.menu.clear()
        current = self._state.path if self._state is not None else ""
        self._add(self.tr("Starter model"), STARTER, current)
        for path in self._recent:
            self._add(Path(path).stem, path, current)
        self.menu.addSeparator()
        if self._state is not None and self._state.state == "lost":
            self.menu.addAction(icon("refresh-cw"), self.tr("Load again"), self.reload_wanted.emit)
        self.menu.addAction(icon("folder-open"), self.tr("Open a model file…"), self.open_file_wanted.emit)

    def _add(self, text: str, choice: str, current: str) -> None:
        used = bool(current) and choice == (STARTER if current not in self._recent else current)
        action = self.menu.addAction(icon("check" if used else "box"), text)
        action.triggered.connect(lambda: self.use_wanted.emit(choice))

    def sizeHint(self) -> QSize:
        return self.pill.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.pill.minimumSizeHint()

    def resizeEvent(self, event: object) -> None:
        self.pill.setGeometry(self.rect())

    def retranslate(self) -> None:
        state = self._state
        name = state.name if state is not None else ""
        kind = state.state if state is not None else "empty"
        failed = state is not None and state.error is not None
        words = {
            "ready": self.tr("ready"),
            "loading": self.tr("loading"),
            "lost": self.tr("stopped"),
            "empty": self.tr("not loaded"),
            "closed": self.tr("not loaded"),
        }[kind]
        if state is not None and state.tuning:
            words = self.tr("being tuned")
        self.pill.show_model(name or self.tr("Choose a model"), "bad" if failed else DOT[kind])
        described = self.tr("Model: {name}, {state}").format(name=name, state=words)
        self.pill.setAccessibleName(described if name else self.tr("Choose a model"))
        self.pill.setToolTip(described if name else self.tr("Choose a model"))
        self.updateGeometry()

    def restyle(self) -> None:
        self.setFixedHeight(themes.current.px(30))
        self.updateGeometry()
