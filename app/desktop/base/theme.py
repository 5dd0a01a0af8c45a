"""Colours and measures of the desktop: one frozen `Theme` per look, read from `resources/themes`.

Widgets take colours and sizes from `themes.current` when they paint, and restyle on `themes.changed`. Palette
and font of the whole application follow from the theme, so most widgets need no style of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette

from resources import FOLDER

BASE_PIXELS = 14
# The Korean faces of macOS, Windows and Linux, named so that none is chosen by chance, nor a Chinese one.
KOREAN_FACES = ("Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR")
# Korean faces of one width, for code: another face would leave the grid.
KOREAN_FIXED_FACES = (
    "D2Coding",
    "Noto Sans Mono CJK KR",
    "Nanum Gothic Coding",
    "NanumGothicCoding",
    "GulimChe",
)


class Theme(msgspec.Struct, frozen=True):
    """The colours of one look, `#RRGGBB`, and the text scale (1.0 is 14 px)."""

    name: str
    background: str
    rail: str
    sidebar: str
    card: str
    line: str
    edge: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    user_bubble: str
    warning: str
    bad: str
    good: str
    gpu: str
    worker: str
    ram: str
    disk: str
    code: str
    code_style: str
    scale: float = 1.0

    @property
    def high_contrast(self) -> bool:
        """Whether outlines are as strong as words ask for."""
        return self.name.endswith("-contrast")

    def px(self, pixels: float) -> int:
        """A text size or a measure that follows the text-size setting, in device-independent pixels."""
        return max(1, round(pixels * self.scale))

    def font(self, pixels: float = BASE_PIXELS, *, bold: bool = False) -> QFont:
        font = QFont(_faces(QFontDatabase.SystemFont.GeneralFont, KOREAN_FACES))
        font.setPixelSize(self.px(pixels))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def fixed_font(self, pixels: float = 13) -> QFont:
        font = QFont(_faces(QFontDatabase.SystemFont.FixedFont, KOREAN_FIXED_FACES))
        font.setPixelSize(self.px(pixels))
        return font

    def palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for name, colour in {
            role.Window: self.background, role.Base: self.card, role.AlternateBase: self.sidebar,
            role.Button: self.card, role.ToolTipBase: self.card, role.WindowText: self.text,
            role.Text: self.text, role.ButtonText: self.text, role.ToolTipText: self.text,
            role.PlaceholderText: self.muted, role.Highlight: self.accent,
            role.HighlightedText: self.on_accent, role.Link: self.accent, role.LinkVisited: self.accent,
            role.Accent: self.accent, role.Light: self.card, role.Midlight: self.line, role.Mid: self.line,
            role.Dark: self.muted, role.Shadow: self.line, role.BrightText: self.bad,
        }.items():  # fmt: skip
            palette.setColor(name, QColor(colour))
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(self.faint))
        return palette


@cache
def _faces(kind: QFontDatabase.SystemFont, korean: tuple[str, ...]) -> QFont:
    """A font of the system with its Korean faces. To find it takes longer than all else that is done with it."""
    font = QFontDatabase.systemFont(kind)
    # The system may give an alias, which a list of families would pass over.
    font.setFamilies([QFontInfo(font).family(), *korean])
    return font


def load_theme(name: str, scale: float = 1.0) -> Theme:
    """The theme of a file: `light`, `dark`, or one of the two with `-contrast`."""
    text = (FOLDER / "themes" / f"{name}.toml").read_text("utf-8")
    return msgspec.convert({**tomllib.loads(text), "scale": scale}, Theme)


def system_wants_contrast() -> bool:
    """Whether the system asks for high contrast, where its Qt says so: from 6.10 on."""
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)
    return hints is not None and hints().contrastPreference() == Qt.ContrastPreference.HighContrast


class Themes(QObject):
    """Which theme is on. Palette and font of the application are set first, then `chosen` comes for the style sheets;
    with `changed` widgets take what a sheet does not say. `wants_contrast` asks the system."""

    chosen = Signal()
    changed = Signal()

    def __init__(self, wants_contrast: Callable[[], bool] = system_wants_contrast) -> None:
        super().__init__()
        self._wants_contrast = wants_contrast
        self._choice, self._contrast = "light", "system"
        self._scale = 1.0
        self.current = load_theme("light")

    def choose(self, choice: str, scale: float = 1.0, contrast: str = "system") -> None:
        """`choice` is "light", "dark" or "system", `contrast` "standard", "high" or "system". Every text size is
        multiplied by `scale`."""
        self._choice, self._scale, self._contrast = choice, scale, contrast
        self._apply()

    def choice(self) -> tuple[str, int, str]:
        """What was chosen: the look, the text size in percent, and the contrast."""
        return self._choice, round(self._scale * 100), self._contrast

    def follow_system(self) -> None:
        """Start following what the desktop itself says, where the choice is "system"."""
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self.system_changed)
        if hasattr(hints, "accessibility"):
            hints.accessibility().contrastPreferenceChanged.connect(self.system_changed)

    def system_changed(self) -> None:
        """The system says something else than before."""
        if self._name() != self.current.name:
            self._apply()

    def _name(self) -> str:
        name, contrast = self._choice, self._contrast
        if name == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            name = "dark" if dark else "light"
        high = self._wants_contrast() if contrast == "system" else contrast == "high"
        return f"{name}-contrast" if high else name

    def _apply(self) -> None:
        self.current = load_theme(self._name(), self._scale)
        _faces.cache_clear()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.setPalette(self.current.palette())
            application.setFont(self.current.font())
        self.chosen.emit()
        self.changed.emit()


themes = Themes()
