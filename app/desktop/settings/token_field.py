"""The hub's token: asked for once, checked, and kept by the system's keyring where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services


def keep_token(services: Services, token: str) -> tuple[str, str]:
    """Check a token with the hub and keep it: whose it is, and where it is now ("keyring" or "session").

    Blocks. Raises UserError `hub.*`; then the one before stays.
    """
    user = services.hub.check_token(token)
    return user, "keyring" if services.secrets.set_hub_token(token) else "session"


def forget_token(services: Services) -> str:
    """Forget the token; where one comes from after that ("environment", or "")."""
    services.secrets.forget_hub_token()
    return services.secrets.has_token()


class TokenField(ThemedWidget):
    """Says whether there is a token and who keeps it. What is typed is shown nowhere and forgotten once kept."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._place: str | None = None  # None: not asked yet
        self._user = ""
        self._busy = False
        self.state = text_label(self, "value", wraps=True)
        self.field = QLineEdit(self)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = push_button(self)
        self.forget = push_button(self, "bar")
        self.complaint = Complaint(self)
        upper = Row((self.state, 1), self.forget, spacing=12)
        Column(upper, Row((self.field, 1), self.keep, spacing=8), self.complaint, parent=self, spacing=8)
        self.setFocusProxy(self.field)
        self.keep.clicked.connect(self._keep)
        self.field.returnPressed.connect(self._keep)
        self.field.textEdited.connect(lambda _: self._edited())
        self.forget.clicked.connect(self._forget)
        self.refresh()

    def read(self) -> None:
        """Ask who keeps a token now: a keyring may take its time."""
        self._calls.do(
            lambda s: s.secrets.has_token(), self._show_place, self._could_not, executor="net", owner=self
        )

    def _edited(self) -> None:
        self.complaint.say(None)
        self._show()

    def _keep(self) -> None:
        token = self.field.text().strip()
        if not token:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._busy:
            return
        self._busy = True
        self.complaint.say(None)
        self._show()
        self._calls.do(
            lambda s: keep_token(s, token), self._kept, self._could_not, executor="net", owner=self
        )

    def _kept(self, found: tuple[str, str]) -> None:
        self._busy = False
        self._user, self._place = found
        self.field.clear()
        self._show()

    def _forget(self) -> None:
        self._calls.do(
            forget_token,
            self._forgotten,
            self._could_not,
            executor="net",
            owner=self,
        )

    def _forgotten(self, place: str) -> None:
        self._user = ""
        self._show_place(place)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_place(self, place: str) -> None:
        self._place = place
        self._show()

    def _could_not(self, error: UserError) -> None:
        self._busy = False
        self.complaint.say(error)
        self._show()

    def _words(self) -> str:
        if self._busy:
            return self.tr("Contacting Hugging Face…")
        words = {
            "keyring": self.tr("Stored in the system keyring."),
            "session": self.tr("Kept until Coterie quits: this system has no keyring."),
            "environment": self.tr("From the environment variable HF_TOKEN."),
            "": self.tr("None. Needed only for gated and private models."),
        }.get(self._place or "", "")
        if self._place is None:
            return ""
        if self._user and self._place in ("keyring", "session"):
            return self.tr("Belongs to {user}. {kept}").format(user=self._user, kept=words)
        return words

    def _show(self) -> None:
        self.state.setText(self._words())
        self.forget.setVisible(self._place in ("keyring", "session"))
        self.keep.setEnabled(bool(self.field.text().strip()) and not self._busy)

    def retranslate(self) -> None:
        self.field.setPlaceholderText("hf_…")
        self.field.setAccessibleName(self.tr("Hugging Face access token"))
        set_texts(self.keep, self.tr("Check and save"), self.tr("Check and save this token"))
        set_texts(self.forget, self.tr("Forget"), self.tr("Forget the token"))
        self._show()

    def restyle(self) -> None:
        self.state.setMinimumHeight(themes.current.px(30))  # as high with the button beside it
