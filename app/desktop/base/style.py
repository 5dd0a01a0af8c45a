"""The style sheet of the application: `resources/style/desktop.qss` filled in from a theme.

In the sheet `$text` and its like are colours of the theme, `${p8}` is a measure and `${t13}` a text size in
pixels; both follow the text size of the settings. Widgets choose one of the sheet's forms by the dynamic property
`kind`; `tone` gives banners, dots and bars a color of the theme.
"""

from __future__ import annotations

from functools import cache
from string import Template

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import Theme, themes
from resources import FOLDER

BANNER_TONES = ("warning", "bad", "accent")


@cache
def _template() -> Template:
    return Template((FOLDER / "style" / "desktop.qss").read_text("utf-8"))


def mixed(first: str, second: str, part: float) -> str:
    """`part` of the way from the first colour to the second."""
    pairs = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)


def hover(theme: Theme) -> str:
    """The ground under a control that the pointer is on."""
    return mixed(theme.sidebar, theme.text, 0.06)


def grounds(theme: Theme, tone: str) -> tuple[str, str]:
    """The ground of a chip and the colour of its words: "accent", "warning", anything else is quiet."""
    if tone == "accent":
        return theme.accent_soft, theme.accent
    if tone == "warning":
        return mixed(theme.card, theme.warning, 0.1), theme.warning
    return theme.user_bubble, theme.muted


def unused(theme: Theme) -> str:
    """The first of the shades of how much something is used. In high contrast lines are as strong as a shade, so that
    it is the bare ground there."""
    return theme.card if theme.high_contrast else theme.line


def style_sheet(theme: Theme) -> str:
    """The whole sheet in the theme's colours and at its text size."""
    colours = {name: getattr(theme, name) for name in theme.__struct_fields__}
    measures = {f"p{pixels}": theme.px(pixels) for pixels in range(1, 61)}
    texts = {f"t{pixels}": theme.px(pixels) for pixels in range(10, 25)}
    return _template().substitute(
        colours | measures | texts,
        hover=hover(theme),
        unused=unused(theme),
        # Half of a round button with its border: Qt draws corners where a radius is larger.
        round=theme.px(32) // 2 + 1,
        warning_soft=grounds(theme, "warning")[0],
        accent_hover=mixed(theme.accent, theme.text, 0.15),
        **{f"{name}_tint": mixed(theme.background, colours[name], 0.094) for name in BANNER_TONES},
    )


class _Dress(QObject):
    """Gives `window` the style sheet of each theme."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        themes.chosen.connect(self.put_on)

    def put_on(self) -> None:
        self._window.setStyleSheet(style_sheet(themes.current))


def put_on_style(window: QWidget) -> None:
    """Give a window the style sheet of the theme, now and after each change. Its menus and tool tips have it too.

    After the window is built: a widget that gets its parent under a style sheet is styled at once, one by
    one, which doubles the time until the first paint. Not the application: it styles a widget anew once for each
    widget above it, which takes ten times as long.
    """
    _Dress(window).put_on()


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Give a widget a dynamic property that the sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def set_kind(widget: QWidget, kind: str) -> None:
    """Give a widget another form of the sheet."""
    set_property(widget, "kind", kind)
