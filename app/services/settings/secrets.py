"""The hub's token and other secrets: kept in the system's keyring, or for this session where there is none.

They are in no file, no log and no error of ours, and handed to nobody but who needs them. A token of the
environment is taken out of it, or every child would show it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, MutableMapping
from typing import Literal, TypeVar

VARIABLE = "HF_TOKEN"
SERVICE, USER = "coterie", "hub-token"
PATIENCE_S = 10.0
_LONGEST = 512
TokenPlace = Literal["keyring", "session", "environment", ""]
_T = TypeVar("_T")
_taken = ""


def take_from_environment() -> None:
    """Take the token out of this process's environment; as the first action of the program."""
    global _taken
    _taken = os.environ.pop(VARIABLE, "") or _taken


def with_taken() -> dict[str, str]:
    """The environment with the token restored, for a process that replaces this one."""
    return {**os.environ, VARIABLE: _taken} if _taken else dict(os.environ)


class _Secret:
    """What is known of one secret: when the keyring was asked, its value there, and this session's."""

    def __init__(self) -> None:
        self.asked_at: float | None = None
        self.answered = threading.Event()
        self.kept = self.session = ""

    def know(self, kept: str, session: str = "") -> None:
        """This is what counts, whatever the keyring says to what it was asked before."""
        self.kept, self.session = kept, session
        self.asked_at = self.asked_at or 0.0
        self.answered.set()


class Secrets:
    """May be used from any thread but the GUI's: a keyring can ask the user to unlock it, and makes us wait.

    It is asked once for each secret, on a thread of its own, and nobody waits for longer than `patience` seconds from
    then on; what it says later counts, too. Besides the hub's token there are secrets with names ("server:NAME:..."),
    which the environment knows nothing of.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ, patience: float = PATIENCE_S) -> None:
        self._environment = environ.pop(VARIABLE, "").strip() or _taken.strip()
        self._patience = patience
        self._lock = threading.Lock()
        self._secrets: defaultdict[str, _Secret] = defaultdict(_Secret)

    def __repr__(self) -> str:
        return "Secrets()"

    def hub_token(self) -> str:
        """The keyring's, else this session's, else that of HF_TOKEN, else ""."""
        return self._token()[0]

    def has_token(self) -> TokenPlace:
        """The source of the token in use; "" when there is none."""
        return self._token()[1]

    def set_hub_token(self, token: str) -> bool:
        """Use this token from now on.

        False: no keyring has it, so it is lost with this session. Raises UserError `hub.bad_token`.
        """
        return self.keep_secret(USER, checked_token(token))

    def forget_hub_token(self) -> None:
        """Remove the token from the keyring and this session; that of the environment stays.

        Raises UserError `hub.token_stays` when the keyring still has it.
        """
        from engine.errors import UserError

        if not self.forget_secret(USER):
            raise UserError("hub.token_stays")

    def secret(self, name: str) -> str:
        """The secret of this name: the keyring's, else this session's, else ""."""
        return self._found(name)[0]

    def has_secret(self, name: str) -> TokenPlace:
        """Where the secret is stored: "keyring", "session", or "" when there is none."""
        return self._found(name)[1]

    def _token(self) -> tuple[str, TokenPlace]:
        token, place = self._found(USER)
        if token:
            return token, place
        return self._environment, "environment" if self._environment else ""

    def keep_secret(self, name: str, secret: str) -> bool:
        """Store a secret under this name. False: no keyring has it, so it is lost with this session."""
        kept = bool(self._waited_for(lambda: _keep(name, secret), False))
        with self._lock:
            self._secrets[name].know(*((secret, "") if kept else ("", secret)))
        return kept

    def forget_secret(self, name: str) -> bool:
        """Remove a secret from this session and the keyring; False when the keyring still has it."""
        with self._lock:
            self._secrets[name].know("")
        return self._waited_for(lambda: _forget(name), False)

    def _found(self, name: str) -> tuple[str, TokenPlace]:
        with self._lock:
            known = self._secrets[name]
            asked_at, now = known.asked_at, time.monotonic()
            known.asked_at = now if asked_at is None else asked_at
        if asked_at is None:
            self._waited_for(lambda: self._ask(name), None)
        else:
            known.answered.wait(max(0.0, asked_at + self._patience - now))
        with self._lock:
            if known.kept:
                return known.kept, "keyring"
            if known.session:
                return known.session, "session"
        return "", ""

    def _ask(self, name: str) -> None:
        known = self._secrets[name]
        try:
            secret = _read(name)
            with self._lock:
                if not known.answered.is_set():
                    known.know(secret)
        finally:
            known.answered.set()

    def _waited_for(self, job: Callable[[], _T], otherwise: _T) -> _T:
        """What `job` returns on a thread of its own; `otherwise` when it fails or takes too long."""
        results: list[_T] = []

        def run() -> None:
            # A keyring is a third-party program, with errors of its own.
            try:
                results.append(job())
            except Exception:
                return

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        return results[0] if results else otherwise


def checked_token(token: str) -> str:
    """The token without copied whitespace. Raises UserError `hub.bad_token`, which does not repeat it."""
    from engine.errors import UserError

    token = token.strip()
    if not (0 < len(token) <= _LONGEST and token.isascii() and token.isprintable() and " " not in token):
        raise UserError("hub.bad_token")
    return token


def _usable() -> bool:
    """Whether there is a keyring that stores secrets: no null backend, and no plain file."""
    import keyring

    return keyring.get_keyring().priority >= 1


def _read(name: str) -> str:
    import keyring

    return (keyring.get_password(SERVICE, name) or "") if _usable() else ""


def _keep(name: str, secret: str) -> bool:
    import keyring

    if not _usable():
        return False
    keyring.set_password(SERVICE, name, secret)
    return keyring.get_password(SERVICE, name) == secret


def _forget(name: str) -> bool:
    """Delete a secret; returns whether it is gone."""
    import keyring

    if not _usable() or not keyring.get_password(SERVICE, name):
        return True
    keyring.delete_password(SERVICE, name)
    return not keyring.get_password(SERVICE, name)
