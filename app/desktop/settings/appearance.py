"""How Coterie looks: theme, language, text size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.controls import Section
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.segmented import SegmentedControl
from app.services.settings.settings import Settings

SMALLEST, LARGEST, STEP = 80, 200, 10


class SizeSlider(QWidget):
    """The text size in percent with its number beside it; it is told when the handle is let go."""

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
        self.setFocusProxy(self.slider)
        self.slider.sliderMoved.connect(self._show)
        self.slider.valueChanged.connect(self._show)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)

    def _show(self, value: int) -> None:
        self._number.setText(f"{value}%")

    def restyle(self) -> None:
        self.slider.setMinimumWidth(themes.current.px(80))
        self.slider.setMaximumWidth(themes.current.px(180))
        self._number.setFixedWidth(themes.current.px(52))


class AppearanceSection(Section):
    """`change(**fields)` changes fields of the settings."""

    def __init__(self, change: Callable[..., None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._change = change
        self._values = ("system", "system")
        self.theme = SegmentedControl(self)
        self.language = SegmentedControl(self)
        self.text_size = SizeSlider(self)
        self._theme_row = self.add_row(self.theme)
        self._language_row = self.add_row(self.language)
        self._size_row = self.add_row(self.text_size)
        self.theme.chosen.connect(lambda value: change(theme=value))
        self.language.chosen.connect(lambda value: change(language=value))
        self.text_size.slider.valueChanged.connect(self._change_size)
        self.refresh()

    def take_settings(self, settings: Settings) -> None:
        self._values = (settings.theme, settings.language)
        blocked = self.text_size.slider.blockSignals(True)
        self.text_size.slider.setValue(settings.text_size)
        self.text_size.slider.blockSignals(blocked)
        self.text_size._show(settings.text_size)
        self.retranslate()

    def _change_size(self, value: int) -> None:
        rounded = round(value / STEP) * STEP
        if rounded != value:
            self.text_size.slider.setValue(rounded)
        else:
            self._change(text_size=value)

    def retranslate(self) -> None:
        self.set_title(self.tr("Appearance"))
        theme, language = self._values
        system = self.tr("System")
        self.theme.set_choices(
            [("system", system), ("light", self.tr("Light")), ("dark", self.tr("Dark"))], theme
        )
        # Languages are called by their own names.
        self.language.set_choices([("system", system), ("en", "English"), ("ko", "한국어")], language)
        self._theme_row.set_words(self.tr("Theme"))
        self._language_row.set_words(self.tr("Language"))
        self._size_row.set_words(self.tr("Text size"))

    def restyle(self) -> None:
        super().restyle()
        self.text_size.restyle()
