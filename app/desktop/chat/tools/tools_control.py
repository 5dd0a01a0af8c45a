"""The tools of the shown chat: the button beside what is written, and the sheet behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.tools.tools_button import ToolsButton
from app.desktop.widgets.banner import BannerAction
from app.services.runs.values import ToolAtHand
from app.store.records import ChatTools

if TYPE_CHECKING:
    from app.desktop.chat.tools.tools_sheet import ToolsSheet
    from app.services.services import Services


class ToolsControl(QObject):
    """`chosen` carries the `ChatTools` that a person chose, None for none."""

    chosen = Signal(object)

    def __init__(self, calls: ServiceCalls, button: ToolsButton) -> None:
        super().__init__(button)
        self._calls, self._button = calls, button
        self._tools: ChatTools | None = None
        self.sheet: ToolsSheet | None = None
        self._offered = ""
        button.button.clicked.connect(self.open)

    def show_tools(self, tools: ChatTools | None) -> None:
        self._tools = tools
        self._button.show_tools(tools)

    def open(self) -> None:
        """Show the sheet once it is known which folders were used before, and which tools there are."""
        from app.desktop.run_view.tools_fold import tools_at_hand

        self._calls.do(
            lambda s: (recent_folders(s), *tools_at_hand(s, in_chat=True)),
            self._open,
            executor="io",
            owner=self,
        )

    def offer(self, folder: str) -> BannerAction:
        """What shows the sheet with another folder in it."""
        return BannerAction(self.tr("Use tools in this folder"), lambda: self._open_with(folder))

    def _open_with(self, folder: str) -> None:
        self._offered = folder
        self.open()

    def _open(self, found: tuple[list[str], tuple[ToolAtHand, ...], tuple[str, ...]]) -> None:
        if self.sheet is None:
            from app.desktop.chat.tools.tools_sheet import ToolsSheet

            self.sheet = ToolsSheet(self._button.window())
            self.sheet.wanted.connect(self._use)
            self.sheet.off.connect(lambda: self._choose(None))
            self.sheet.instructions.attach(self._calls)
        self.sheet.show_tools(self._tools, *found)
        if self._offered:
            self.sheet.folder.show_folder(self._offered)
            self._offered = ""
        self.sheet.instructions.look()
        self.sheet.open()

    def _use(self, tools: ChatTools) -> None:
        assert self.sheet is not None
        self._calls.do(
            lambda s: s.runs.workspace(tools.workspace),
            lambda folder: self._choose(msgspec.structs.replace(tools, workspace=folder)),
            self.sheet.say,
            owner=self,
        )

    def _choose(self, tools: ChatTools | None) -> None:
        if self.sheet is not None:
            self.sheet.close_overlay()
        self.chosen.emit(tools)


def recent_folders(services: Services) -> list[str]:
    """The folders that runs and chats worked in, the latest first."""
    used = [(run.updated, run.workspace) for run in services.runs.all()]
    used += [
        (chat.updated, chat.options.tools.workspace)
        for chat in services.conversations.all()
        if chat.options.tools is not None
    ]
    return list(dict.fromkeys(folder for _, folder in sorted(used, reverse=True)))
