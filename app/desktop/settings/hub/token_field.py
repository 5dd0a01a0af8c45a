"""The hub's token: asked for once, checked, and kept by the system's keyring where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.checked_field import Complaint
from app.desktop.settings.secret_field import SecretField
from app.desktop.settings.server_text import place_words
from app.desktop.widgets.labels import set_texts, show_text
from app.services.settings.secrets import TokenPlace
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services


def keep_token(services: Services, token: str) -> tuple[str, TokenPlace]:
    """Check a token with the hub and keep it: whose it is, and where it is now ("keyring" or "session").

    Blocks. Raises UserError `hub.*`; then the one before stays.
    """
    user = services.hub.check_token(token)
    return user, "keyring" if services.secrets.set_hub_token(token) else "session"


def forget_token(services: Services) -> TokenPlace:
    """Forget the token; where one comes from after that ("environment", or "")."""
    services.secrets.forget_hub_token()
    return services.secrets.has_token()


class TokenField(SecretField):
    """Says whether there is a token and who keeps it; what is typed is forgotten once it is kept."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._user = ""
        self._busy = False
        self.complaint = Complaint(self)
        self.column.addWidget(self.complaint)
        self.keep.show()
        self.given.connect(self._keep)
        self.field.textEdited.connect(lambda _: self._edited())
        self.forget_wanted.connect(
            lambda: self._calls.do(forget_token, self._forgotten, self._end, executor="net")
        )
        self.refresh()

    def read(self) -> None:
        """Ask who keeps a token now: a keyring may take its time."""
        self._calls.do(lambda s: s.secrets.has_token(), self.show_place, self._end, executor="net")

    def _edited(self) -> None:
        self.complaint.say(None)
        self.retranslate()

    def _keep(self, token: str) -> None:
        if not self._busy:
            self._busy = True
            self._edited()
            self._calls.do(lambda s: keep_token(s, token), self._kept, self._end, executor="net")

    def _kept(self, found: tuple[str, TokenPlace]) -> None:
        self._user, self.place = found
        self.field.clear()
        self._end()

    def _forgotten(self, place: TokenPlace) -> None:
        self._user = ""
        self.show_place(place)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self, error: UserError | None = None) -> None:
        self._busy = False
        self.complaint.say(error)
        self.retranslate()

    def _words(self) -> str:
        if self._busy:
            return self.tr("Contacting Hugging Face…")
        if self.place is None:
            return ""
        words = {
            "environment": self.tr("From the environment variable HF_TOKEN."),
            "": self.tr("None. Needed only for gated and private models."),
        }.get(self.place, place_words(self.place))
        if self._user and self.is_kept:
            return self.tr("Belongs to {user}. {kept}").format(user=self._user, kept=words)
        return words

    def retranslate(self) -> None:
        show_text(self.state, self._words())
        self.forget.setVisible(self.is_kept)
        self.keep.setEnabled(bool(self.typed()) and not self._busy)
        self.field.setPlaceholderText("hf_…")
        self.field.setAccessibleName(self.tr("Hugging Face access token"))
        set_texts(self.keep, self.tr("Check and save"), self.tr("Check and save this token"))
        set_texts(self.forget, self.tr("Forget"), self.tr("Forget the token"))
