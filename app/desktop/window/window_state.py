"""What the window looked like when it was closed: kept in window.ini, apart from the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.window.frame import Frame

SIZE = (1280, 800)
SIDEBAR = 264


class WindowMemory:
    """Geometry, width and folding of the list, the folded projects, the conversation that was open, the windows of
    other chats, the width of a source beside a chat, and whether the details of Placement are shown."""

    def __init__(self, home: Path) -> None:
        self._file = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)

    @property
    def conversation(self) -> int:
        """0: none was open."""
        return int(str(self._file.value("conversation", 0)))

    def keep_conversation(self, conversation: int | None) -> None:
        self._file.setValue("conversation", conversation or 0)

    @property
    def folded(self) -> frozenset[int]:
        """Projects whose chats are not shown in the list."""
        return frozenset(map(int, str(self._file.value("folded_projects", "")).split()))

    def keep_folded(self, projects: Iterable[int]) -> None:
        self._file.setValue("folded_projects", " ".join(map(str, sorted(projects))))

    @property
    def placement_details(self) -> bool:
        """Whether the Placement page shows its details."""
        return bool(self._file.value("placement_details", "false") == "true")

    def keep_placement_details(self, shown: bool) -> None:
        self._file.setValue("placement_details", "true" if shown else "false")

    @property
    def source_width(self) -> int:
        """Of the pane with a source beside a chat, at a text size of 100 %; 0: as wide as usual."""
        return int(str(self._file.value("source_width", 0)))

    def keep_source_width(self, width: int) -> None:
        self._file.setValue("source_width", width)

    @property
    def chat_window(self) -> QByteArray | None:
        """The geometry of the window of a chat that was closed last."""
        return self._geometry("chat_window")

    def keep_chat_window(self, geometry: QByteArray) -> None:
        self._file.setValue("chat_window", geometry)

    def chat_windows(self) -> list[tuple[int, QByteArray | None]]:
        """The chats that were open in windows of their own, and the geometry of each."""
        found: list[tuple[int, QByteArray | None]] = []
        for number in range(self._file.beginReadArray("chat_windows")):
            self._file.setArrayIndex(number)
            found.append((int(str(self._file.value("conversation", 0))), self._geometry("geometry")))
        self._file.endArray()
        return found

    def keep_chat_windows(self, windows: Sequence[tuple[int, QByteArray]]) -> None:
        self._file.remove("chat_windows")
        self._file.beginWriteArray("chat_windows", len(windows))
        for number, (conversation, geometry) in enumerate(windows):
            self._file.setArrayIndex(number)
            self._file.setValue("conversation", conversation)
            self._file.setValue("geometry", geometry)
        self._file.endArray()

    def _geometry(self, name: str) -> QByteArray | None:
        geometry = self._file.value(name)
        return geometry if isinstance(geometry, QByteArray) else None

    def restore(self, window: QWidget, frame: Frame) -> None:
        """Make the window as it was, or as large as usual where the screen has room for that."""
        # Room for the frame that the window manager draws: its size is known only once it is drawn.
        screen: QScreen | None = window.screen()  # none in a session that nobody looks at
        room = screen.availableSize() - QSize(24, 48) if screen is not None else QSize(*SIZE)
        window.resize(QSize(*SIZE).boundedTo(room))
        geometry = self._geometry("geometry")
        if geometry is not None:
            window.restoreGeometry(geometry)
        width = int(str(self._file.value("sidebar", themes.current.px(SIDEBAR))))
        frame.begin(width, wanted=self._file.value("folded", "false") != "true")

    def keep(self, window: QWidget, frame: Frame) -> None:
        self._file.setValue("geometry", window.saveGeometry())
        self._file.setValue("sidebar", frame.side_width)
        self._file.setValue("folded", "false" if frame.wanted else "true")
