"""How Coterie looks: theme, language, text size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from app.desktop.base.theme import themes
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.layouts import Row

SMALLEST, LARGEST, STEP = 80, 200, 10
SETTLED_MS = 250


class SizeSlider(QWidget):
    """The text size in percent with its number beside it. `chosen` comes when the handle is let go, or a moment after
    the last key: each step changes the whole window."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(SMALLEST, LARGEST)
        self.slider.setSingleStep(STEP)
        self.slider.setPageStep(STEP)
        # The text under the hand would move while the handle is dragged.
        self.slider.setTracking(False)
        self._number = QLabel(self)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        Row(self.slider, self._number, parent=self)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(lambda: self.chosen.emit(self.slider.value()))
        self.setFocusProxy(self.slider)
        self.slider.sliderMoved.connect(self._show)
        self.slider.valueChanged.connect(self._take)
        themes.changed.connect(self.restyle)
        self.restyle()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)

    def show_value(self, value: int) -> None:
        if self._settled.isActive():
            return  # another is on its way
        with QSignalBlocker(self.slider):
            self.slider.setValue(value)
        self._show(value)

    def _take(self, value: int) -> None:
        self._show(value)
        rounded = round(value / STEP) * STEP
        if rounded != value:
            self.slider.setValue(rounded)
        else:
            self._settled.start()

    def _show(self, value: int) -> None:
        self._number.setText(f"{value}%")

    def restyle(self) -> None:
        self.slider.setMinimumWidth(themes.current.px(80))
        self.slider.setMaximumWidth(themes.current.px(180))
        self._number.setFixedWidth(themes.current.px(52))


class AppearanceSection(FormSection):
    """What counts for the whole window."""

    def __init__(self, change: Callable[..., None], parent: QWidget | None = None) -> None:
        super().__init__(change, parent)
        self.text_size = SizeSlider(self)
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Appearance"), self.tr("Dark mode, font size, zoom"))
        system = ("system", self.tr("System"))
        themed = [system, ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        contrasts = [system, ("standard", self.tr("Standard")), ("high", self.tr("High"))]
        # Languages are called by their own names.
        languages = [system, ("en", "English"), ("ko", "한국어")]
        return (
            Field("theme", self.tr("Theme"), "", themed),
            Field(
                "contrast",
                self.tr("Contrast"),
                self.tr("High makes text and outlines stand out more, in light and in dark."),
                contrasts,
            ),
            Field("language", self.tr("Language"), "", languages),
            Field("text_size", self.tr("Text size"), "", self.text_size),
        )
