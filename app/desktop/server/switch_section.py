"""The switch of the server: whether it listens, where, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.controls import Bounds
from app.desktop.forms.form import Field, FormSection, Number
from app.desktop.text.served_words import served_words
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.switch import Switch
from app.services.settings.settings import Settings

if TYPE_CHECKING:
    from app.server.server import ServerState

PORTS = Bounds(1024, 65_535, 1, 0)
DEFAULTS = Settings()


class SwitchSection(FormSection):
    """`switched` carries what a person wants. Where it listens changes while the server is off."""

    switched = Signal(bool)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(lambda **fields: self._change(**fields), parent)
        self._calls = calls
        self._state: ServerState | None = None
        self._elsewhere: tuple[str, ...] = ()
        self._changing = False
        self.power = Switch(self)
        self.power.clicked.connect(self.switched)
        self.place = QWidget(self)
        self.address = wrapped_label(self.place)
        self.copy = CopyButton(self.place, lambda: self.shown_address)
        Row((self.address, 1), self.copy, parent=self.place, spacing=8)
        self.refresh()

    @property
    def shown_address(self) -> str:
        """Where it listens, or will."""
        return self._state.address if self._state else f"http://127.0.0.1:{self.settings.server_port}"

    def show_state(
        self, state: ServerState | None, elsewhere: tuple[str, ...] = (), *, changing: bool = False
    ) -> None:
        """`elsewhere` are the addresses for other devices; `changing`: it is being switched."""
        if (state, changing) != (self._state, self._changing):
            self._state, self._elsewhere, self._changing = state, elsewhere, changing
            self.retranslate()

    def _change(self, **fields: Any) -> None:
        changed = {key: getattr(DEFAULTS, key) if value is None else value for key, value in fields.items()}
        self._calls.do(lambda s: s.settings.change(**changed))

    def value_of(self, key: str) -> Any:
        value = super().value_of(key)
        return None if key == "server_port" and value == DEFAULTS.server_port else value

    def state_words(self) -> str:
        state = self._state
        if self._changing:
            return self.tr("Just a moment…")
        if state is None and self.settings.server_on:  # it was paused, or could not start
            return self.tr("Off for now. It’s on again at the next start.")
        if state is None:
            return self.tr("Off. No other program can reach your models.")
        words = served_words(state.running, state.waiting, state.speed)
        return words or self.tr("On. No program is being answered.")

    def _device_words(self) -> str:
        if self._elsewhere:
            return self.tr("Other devices reach it at {addresses}. What they send isn’t encrypted.").format(
                addresses=", ".join(self._elsewhere)
            )
        return self.tr(
            "Devices in your network come in with a key. What they send isn’t encrypted, so use this only in a"
            " network you trust. Can be changed while the server is off."
        )

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Local server"))
        if not self._changing:
            self.power.setChecked(self._state is not None)
        self.address.setText(self.shown_address)
        self.copy.setAccessibleName(self.tr("Copy the address"))
        return (
            Field("power", self.tr("Let other programs use your models"), self.state_words(), self.power),
            Field(
                "address",
                self.tr("Address"),
                self.tr("For programs on this computer. Those that use OpenAI’s API need /v1 at the end."),
                self.place,
                below=True,
            ),
            Field(
                "server_port",
                self.tr("Port"),
                self.tr("Can be changed while the server is off."),
                Number(PORTS, str(DEFAULTS.server_port)),
            ),
            Field(
                "server_may_load",
                self.tr("Programs may load models"),
                self.tr("Off: they use only the model that is loaded."),
            ),
            Field("server_for_devices", self.tr("Let in other devices"), self._device_words()),
        )

    def retranslate(self) -> None:
        super().retranslate()
        for key in ("server_port", "server_for_devices"):
            self.editors[key].setEnabled(self._state is None and not self._changing)
