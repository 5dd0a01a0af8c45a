"""The graphics card: CUDA for NVIDIA's, as a download."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, breakable, set_texts
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.slim_bar import SlimBar
from app.format import format_size, format_size_of
from app.services.cuda_pack.values import CudaChanged, CudaState
from app.services.events import ServiceEvent

BAR = 120


class CudaControl(ThemedWidget):
    """What a person can do: `back` declines, stops or removes, `act` goes on. A bar shows how far it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = SlimBar(self)
        self.bar.setProperty("kind", "gauge")
        self.back, self.act = push_button(self), push_button(self)
        Row(self.bar, self.back, self.act, parent=self, spacing=8)
        self.refresh()

    def show_state(self, state: CudaState) -> None:
        back, act = self._words(state)
        for button, words in ((self.back, back), (self.act, act)):
            set_texts(button, words, self.tr("{action}: CUDA").format(action=words) if words else "")
            button.setVisible(bool(words))
        self.act.setDisabled(state.phase == "looking")
        self.bar.setVisible(state.phase == "fetching")
        self.bar.show_value(state.received / max(1, state.bytes), self.tr("Download of CUDA"))
        self.setVisible(bool(back or act))

    def _words(self, state: CudaState) -> tuple[str, str]:
        if state.phase == "offered":
            return self.tr("Cancel"), self.tr("Download")
        if state.phase in ("fetching", "trying"):
            return self.tr("Stop"), ""
        if state.phase == "unknown":
            return "", ""
        here = state.phase == "ready" or state.is_other
        again = state.can_ask and state.phase != "ready"
        return (
            self.tr("Remove") if here and state.phase != "looking" else "",
            self.tr("Download…") if again or state.phase == "looking" else "",
        )

    def restyle(self) -> None:
        self.bar.setFixedWidth(themes.current.px(BAR))


class GraphicsSection(FormSection):
    """Nothing is asked of anybody before a person presses the button."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._calls = calls
        self._state = CudaState()
        self.control = CudaControl(self)
        self.control.act.clicked.connect(self._go_on)
        self.control.back.clicked.connect(self._go_back)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: look at the cards and at what is here."""
        self._calls.do(lambda s: s.cuda.read(), lambda _: self._take_known(), executor="io", owner=self)

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, CudaChanged):
                self._take(event.state)

    def _take_known(self) -> None:
        if self._calls.services is not None:
            self._take(self._calls.services.cuda.state)

    def _take(self, state: CudaState) -> None:
        before, self._state = self._state, state
        self.retranslate()
        if before.phase not in ("unknown", state.phase) and self.isVisible():
            announce(self, self._said())

    def _go_on(self) -> None:
        if self._state.phase == "offered":
            self._calls.do(lambda s: s.cuda.begin(), executor="net", owner=self)
        else:
            self._calls.do(lambda s: s.cuda.look(), executor="net", owner=self)

    def _go_back(self) -> None:
        if self._state.phase in ("fetching", "trying"):
            self._calls.do(lambda s: s.cuda.cancel(), owner=self)
        elif self._state.phase == "offered":
            self._calls.do(lambda s: s.cuda.decline(), executor="io", owner=self)
        else:
            self._calls.do(lambda s: s.cuda.remove(), executor="io", owner=self)

    # Words

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Graphics card"), self.tr("GPU, video card, VRAM"))
        return (Field("cuda", self.tr("CUDA for NVIDIA cards"), breakable(self._said()), self.control),)

    def retranslate(self) -> None:
        super().retranslate()
        self.control.show_state(self._state)

    def _said(self) -> str:
        state = self._state
        if state.error is not None:
            return languages.tell(state.error)
        words = {
            "unknown": self.tr("Checking the graphics card…"),
            "none": self.tr("{cards} can use it. Models usually run faster with it than with Vulkan."),
            "looking": self.tr("Checking the size of the download…"),
            "offered": self.tr(
                "A download of {size} that takes {disk} on the disk. It includes cuBLAS by NVIDIA, under NVIDIA’s "
                "license."
            ),
            "fetching": self.tr("Downloading: {received}"),
            "trying": self.tr("Making sure that it works on {cards}…"),
            "ready": self.tr("In use on {cards}."),
        }[state.phase]
        if state.phase == "none" and state.is_other:
            words = self.tr(
                "The CUDA that was downloaded belongs to another version of Coterie, so it isn’t used."
            )
        elif state.phase == "ready" and state.is_new:
            words = self.tr("It works on {cards}. Models use it from the next time they’re loaded.")
        return words.format(
            cards=state.cards,
            size=format_size(state.bytes),
            disk=format_size(state.disk_bytes),
            received=format_size_of(state.received, state.bytes, languages.current),
        )
