"""A picture over the window, as large as there is room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.overlay import Overlay

# Around the picture, and of the name and the button with it, in pixels at a text size of 100 %.
MARGIN, FOOT, LEAST = 12, 52, 260


class _Shown(QWidget):
    """Paints a picture into all of itself."""

    picture = QImage()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self.picture)
        painter.end()


class PictureSheet(Overlay):
    """Esc, a click beside it and its button close it."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, LEAST)
        self._name = name
        self.shown = _Shown(self.card)
        self._gone = text_label(self.card, "muted", wraps=True)
        self._gone.hide()
        self._done = push_button(self.card, "primary")
        self._done.clicked.connect(self.close_overlay)
        label = ElidedLabel(self.card, pixels=13)
        label.set_whole(name)
        self.inside.add((self.shown, 0, Qt.AlignmentFlag.AlignHCenter))
        self.inside.add(self._gone)
        self.inside.add(Row((label, 1), self._done, spacing=8))
        self.shown.hide()
        self.refresh()

    def show_picture(self, picture: QImage) -> None:
        """A null one says that it is gone."""
        self.shown.picture = picture
        self.shown.setHidden(picture.isNull())
        self._gone.setVisible(picture.isNull())
        self._fit_card()
        self.open()
        self._done.setFocus()

    def _fit_card(self) -> None:
        px, around = themes.current.px, self.layout().contentsMargins()
        wide = self.width() - around.left() - around.right() - 2 * px(MARGIN) - 2
        high = self.height() - around.top() - around.bottom() - 2 * px(MARGIN) - px(FOOT)
        picture = self.shown.picture
        size = QSize(0, 0)
        if not picture.isNull() and wide > 0 and high > 0:
            whole = QSize(picture.size())
            room = QSize(wide, high).boundedTo(whole)
            size = whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
            self.shown.setFixedSize(size.expandedTo(QSize(1, 1)))
        wanted = max(size.width() + 2 * px(MARGIN) + 2, px(LEAST))
        self.card.setFixedWidth(min(wanted, max(px(120), self.width() - 2 * px(18))))
        self.shown.update()

    def restyle(self) -> None:
        px = themes.current.px
        self.layout().setContentsMargins(px(18), px(18), px(18), px(18))
        self._fit_card()

    def retranslate(self) -> None:
        self.shown.setAccessibleName(self.tr("Picture: {name}").format(name=self._name))
        self._gone.setText(self.tr("This picture is no longer kept."))
        self._done.setText(self.tr("Done"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_card()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_overlay()
        else:
            super().keyPressEvent(event)
