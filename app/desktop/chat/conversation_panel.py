"""What one conversation sets for itself, in a panel at the right edge of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import step_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.model_picker.answer_controls import AnswerControls, over
from app.desktop.model_picker.preset_choice import PresetChoice
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import name_icon, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.overlay import Veil
from app.services.settings.presets import own_presets, with_preset, without_preset
from app.services.settings.settings import Settings
from app.store.records import ChatOptions
from engine.values import Sampling

if TYPE_CHECKING:
    from app.desktop.chat.chat_page import ChatPage

WIDTH = 380
# With less room beside it for the chat it stands over it, which is dimmed.
CHAT = 400


class ConversationPanel(ThemedWidget):
    """Stands under the header of `chat`, beside the messages; what is left at its default follows the settings."""

    visible_changed = Signal(bool)

    def __init__(self, calls: ServiceCalls, chat: ChatPage) -> None:
        super().__init__(chat)
        self.setProperty("kind", "side-over")
        self._calls, self._chat = calls, chat
        self._veil = Veil(chat)
        self._veil.pressed.connect(self.toggle)
        self._veil.hide()
        self._settings: Settings | None = None
        self._title = text_label(self, "heading")
        self._close = push_button(self, "icon")
        self._close.clicked.connect(self.toggle)
        self.controls = AnswerControls(compact=True)
        self.preset = PresetChoice(self)
        self.preset.chosen.connect(self._choose_sampling)
        self.preset.saved.connect(self._save_preset)
        self.preset.forgotten.connect(self._forget_preset)
        self.scroller = QScrollArea(self)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page = QWidget(self)
        self._page.setProperty("kind", "page")
        self.remembered = wrapped_label(self._page, "small")
        Column(
            self.preset,
            self.controls,
            self.remembered,
            STRETCH,
            parent=self._page,
            margins=(18, 4, 14, 18),
            spacing=16,
        )
        self.scroller.setWidget(self._page)
        Column(
            Row((self._title, 1), self._close, margins=(18, 10, 12, 4)),
            (self.scroller, 1),
            parent=self,
            spacing=0,
        )
        self.controls.changed.connect(self._save)
        chat.header.options_wanted.connect(self.toggle)
        self.visible_changed.connect(chat.header.options.setChecked)
        chat.shown.details_changed.connect(self._show_options)
        chat.installEventFilter(self)
        self.refresh()
        self.controls.refresh()
        self.hide()

    def toggle(self) -> None:
        self.setVisible(self.isHidden())
        self._place()
        self._show_options()
        if self.isVisible():
            self.controls.editors["system_prompt"].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._chat.composer.take_focus()
        self.visible_changed.emit(self.isVisible())

    def take_settings(self, settings: Settings | None) -> None:
        self._settings = settings
        self._show_options()

    def _show_options(self) -> None:
        if self._settings is None or self.isHidden():
            return
        settings = self._settings
        facts = self._chat.model.facts
        model = Sampling() if facts is None else facts.sampling
        fallback = ChatOptions(
            settings.system_prompt or None, over(settings.sampling, model), None, settings.max_tokens
        )
        self.controls.show_options(self._chat.shown.now.options, fallback, self.tr("Default"))
        self.preset.show_sampling(self._chat.shown.now.options.sampling, own_presets(settings))
        given = self._chat.shown.now.options.memories or ()
        lines = (self.tr("This chat was given from memory:"), *(f"• {text}" for text in given))
        show_text(self.remembered, "\n".join(lines) if given else "")

    def _save(self, options: ChatOptions) -> None:
        # Model, tools and reasoning may have been chosen elsewhere since.
        shown = self._chat.shown.now.options
        kept = msgspec.structs.replace(
            shown,
            system_prompt=options.system_prompt,
            sampling=options.sampling,
            max_tokens=options.max_tokens,
        )
        self._chat.shown.set_options(kept)

    def _choose_sampling(self, sampling: Sampling) -> None:
        self._chat.shown.set_options(msgspec.structs.replace(self._chat.shown.now.options, sampling=sampling))
        self._show_options()

    def _save_preset(self, name: str) -> None:
        if self._settings is not None:
            presets = with_preset(self._settings, name, self._chat.shown.now.options.sampling)
            self._calls.do(lambda s: s.settings.change(presets=presets))

    def _forget_preset(self, name: str) -> None:
        if self._settings is not None:
            presets = without_preset(self._settings, name)
            self._calls.do(lambda s: s.settings.change(presets=presets))

    def _place(self) -> None:
        chat, px = self._chat, themes.current.px
        needed = self._page.minimumSizeHint().width() + self.scroller.verticalScrollBar().sizeHint().width()
        top, width = chat.header.height(), min(max(px(WIDTH), needed), chat.width())
        self.setMaximumWidth(width)
        beside = chat.width() >= width + px(CHAT)
        self._veil.setVisible(not beside and not self.isHidden())
        if beside:
            if chat.beside.indexOf(self) < 0:
                chat.beside.addWidget(self)
            return
        chat.beside.removeWidget(self)
        below = chat.height() - top
        self._veil.setGeometry(0, top, chat.width(), below)
        self.setGeometry(chat.width() - width, top, width, below)
        self._veil.raise_()
        self.raise_()

    def sizeHint(self) -> QSize:
        return QSize(self.maximumWidth(), 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # it goes over the chat before the window would have to grow

    def focusNextPrevChild(self, forward: bool) -> bool:
        """What is dimmed is out of reach: Tab goes round in here."""
        if not self._veil.isVisible():
            return super().focusNextPrevChild(forward)
        step_focus(self, forward=forward)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def retranslate(self) -> None:
        self._title.setText(self.tr("Chat settings"))
        name_icon(self._close, self.tr("Close"))
        self.controls.set_title("")
        self._show_options()

    def restyle(self) -> None:
        set_icon(self._close, "x", "muted", 16)
        self._place()
