"""The style sheet of the application, built from a theme.

Widgets choose a form by the dynamic property `kind`: push buttons may be "primary", "quiet", "bar", "icon",
"rail", "segment", "pill" or "link", labels "title", "heading", "small", "faint" and "value", frames "card",
"line". Measures follow the text size.
"""

from __future__ import annotations

from string import Template

from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme

SHEET = Template("""
* { outline: none; }
QToolTip { background: $card; color: $text; border: 1px solid $line; padding: ${p4}px ${p8}px; }

QPushButton {
    background: $card; color: $text; border: 1px solid $line; border-radius: ${p8}px;
    padding: 0 ${p12}px; min-height: ${p32}px; max-height: ${p32}px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $accent_soft; }
QPushButton:disabled { color: $faint; }
QPushButton:focus { border: 2px solid $accent; padding: 0 ${p11}px; min-height: ${p30}px; max-height: ${p30}px; }
QPushButton::menu-indicator { image: none; width: 0; }

QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus { border-color: $text; }

QPushButton[kind="quiet"] { background: transparent; border-color: transparent; color: $muted; }
QPushButton[kind="quiet"]:hover { background: $hover; color: $text; }
QPushButton[kind="quiet"]:focus { border-color: $accent; }

QPushButton[kind="bar"] { min-height: ${p28}px; max-height: ${p28}px; }
QPushButton[kind="bar"]:focus { min-height: ${p26}px; max-height: ${p26}px; }

QPushButton[kind="icon"] {
    background: transparent; border-color: transparent; padding: 0;
    min-width: ${p28}px; max-width: ${p28}px; min-height: ${p28}px; max-height: ${p28}px;
}
QPushButton[kind="icon"]:hover { background: $hover; }
QPushButton[kind="icon"]:checked { background: $accent_soft; }
QPushButton[kind="icon"]:focus {
    border: 2px solid $accent; min-width: ${p26}px; max-width: ${p26}px; min-height: ${p26}px; max-height: ${p26}px;
}

QPushButton[kind="rail"] {
    background: transparent; border: 1px solid transparent; border-radius: ${p8}px; padding: 0;
    min-width: ${p38}px; max-width: ${p38}px; min-height: ${p38}px; max-height: ${p38}px;
}
QPushButton[kind="rail"]:hover { background: $hover; }
QPushButton[kind="rail"]:checked { background: $accent_soft; }
QPushButton[kind="rail"]:focus {
    border: 2px solid $accent; min-width: ${p36}px; max-width: ${p36}px; min-height: ${p36}px; max-height: ${p36}px;
}

QPushButton[kind="link"] {
    background: transparent; border: 1px solid transparent; padding: 0 ${p4}px; color: $accent;
    border-radius: ${p4}px; min-height: ${p24}px; max-height: ${p24}px; font-weight: 600;
}
QPushButton[kind="link"]:hover { background: $hover; }
QPushButton[kind="link"]:focus {
    border: 2px solid $accent; padding: 0 ${p3}px; min-height: ${p22}px; max-height: ${p22}px;
}

QPushButton[kind="pill"] {
    background: $card; border-radius: ${p15}px; padding: 0 ${p12}px;
    min-height: ${p28}px; max-height: ${p28}px;
}
QPushButton[kind="pill"]:hover { background: $hover; }
QPushButton[kind="pill"]:focus { padding: 0 ${p11}px; min-height: ${p26}px; max-height: ${p26}px; }

QPushButton[kind="segment"] {
    background: transparent; border: 1px solid transparent; border-radius: ${p7}px; padding: 0 ${p10}px;
    color: $muted; font-size: ${t12}px; min-height: ${p26}px; max-height: ${p26}px;
}
QPushButton[kind="segment"]:hover { color: $text; }
QPushButton[kind="segment"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QPushButton[kind="segment"]:focus { border: 1px solid $accent; }
QPushButton[kind="segment"]:disabled { color: $faint; }

QFrame[kind="segments"] { background: $card; border: 1px solid $line; border-radius: ${p8}px; }
QFrame[kind="card"] { background: $card; border: 1px solid $line; border-radius: ${p12}px; }
QFrame[kind="composer"] { background: $card; border: 1px solid $line; border-radius: ${p16}px; }
QFrame[kind="composer"][focused="true"] { border-color: $accent; }
QFrame[kind="line"] { background: $line; border: none; }

QLineEdit, QAbstractSpinBox, QPlainTextEdit[kind="field"] {
    background: $card; color: $text; border: 1px solid $line; border-radius: ${p8}px;
    padding: 0 ${p10}px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QAbstractSpinBox { min-height: ${p32}px; max-height: ${p32}px; }
QLineEdit:focus, QAbstractSpinBox:focus { border: 2px solid $accent; padding: 0 ${p9}px; min-height: ${p30}px; max-height: ${p30}px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; padding: 0; background: transparent; min-height: 0; }
QAbstractSpinBox:disabled { color: $faint; }
QPlainTextEdit[kind="field"] { padding: ${p6}px; }
QPlainTextEdit[kind="field"]:focus { border: 2px solid $accent; padding: ${p5}px; }
QPlainTextEdit[kind="composer"] {
    background: transparent; color: $text; border: none;
    selection-background-color: $accent; selection-color: $on_accent;
}

QLabel[kind="title"] { font-size: ${t20}px; font-weight: 600; }
QLabel[kind="heading"] { font-size: ${t14}px; font-weight: 600; }
QLabel[kind="small"] { font-size: ${t13}px; color: $muted; }
QLabel[kind="faint"] { font-size: ${t12}px; color: $faint; }
QLabel[kind="value"] { color: $muted; }

QMenu { background: $card; color: $text; border: 1px solid $line; border-radius: ${p8}px; padding: ${p4}px; }
QMenu::item { padding: ${p6}px ${p24}px ${p6}px ${p12}px; border-radius: ${p6}px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: ${p8}px; }
QMenu::indicator { width: 0; }
QMenu::separator { height: 1px; background: $line; margin: ${p4}px ${p8}px; }

QListView { background: transparent; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget[kind="page"] { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $card; border: 2px solid $accent; width: 14px; height: 14px; margin: -7px 0; border-radius: 9px;
}
QSlider::handle:horizontal:focus { background: $accent; }
QSplitter::handle { background: $line; }
""")


def _mixed(first: str, second: str, part: float) -> str:
    """`part` of the way from the first colour to the second."""
    pairs = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)


def hover(theme: Theme) -> str:
    """The ground under a control that the pointer is on."""
    return _mixed(theme.sidebar, theme.text, 0.06)


def style_sheet(theme: Theme) -> str:
    """The whole sheet in the theme's colours and at its text size."""
    colours = {name: getattr(theme, name) for name in theme.__struct_fields__}
    measures = {f"p{pixels}": theme.px(pixels) for pixels in range(1, 41)}
    texts = {f"t{pixels}": theme.px(pixels) for pixels in range(10, 25)}
    return SHEET.substitute(
        colours | measures | texts,
        hover=hover(theme),
        accent_hover=_mixed(theme.accent, theme.text, 0.15),
    )


def set_kind(widget: QWidget, kind: str) -> None:
    """Give a widget another form of the sheet."""
    widget.setProperty("kind", kind)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
