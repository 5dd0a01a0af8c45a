"""The hub's token: kept by the system's keyring, or for this session where there is none.

It is in no file, no log and no error of ours, and handed to nobody but `HubAccess`. That of the environment is taken
out of it, or every child would show it.
"""

from __future__ import annotations

import os
import threading
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
    """Take the token out of this process's environment and remember it; as the first thing of the program."""
    global _taken
    _taken = os.environ.pop(VARIABLE, "") or _taken


class Secrets:
    """May be used from any thread but the GUI's: a keyring can ask the user to unlock it, and makes us wait.

    It is asked once, on a thread of its own, and not waited for longer than `patience` seconds; what it says later
    counts from then on.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ, patience: float = PATIENCE_S) -> None:
        self._environment = environ.pop(VARIABLE, "").strip() or _taken.strip()
        self._patience = patience
        self._lock = threading.Lock()
        self._asked = False
        self._kept = ""
        self._session = ""

    def __repr__(self) -> str:
        return "Secrets()"

    def hub_token(self) -> str:
        """The keyring's, else this session's, else that of HF_TOKEN, else ""."""
        return self._found()[0]

    def has_token(self) -> TokenPlace:
        """Where the token comes from that is used; "" when there is none."""
        return self._found()[1]

    def set_hub_token(self, token: str) -> bool:
        """Use this token from now on. False: no keyring keeps it, so it is gone with this session.

        Raises UserError `hub.bad_token` for what cannot be one.
        """
        token = checked_token(token)
        kept = bool(self._waited_for(lambda: _keep(token), False))
        with self._lock:
            self._asked = True
            self._kept, self._session = (token, "") if kept else ("", token)
        return kept

    def forget_hub_token(self) -> None:
        """Out of the keyring and of this session; that of the environment stays.

        Raises UserError `hub.token_stays` when the keyring still has it.
        """
        from engine.errors import UserError

        with self._lock:
            self._asked = True
            self._kept = self._session = ""
        if not self._waited_for(_forget, False):
            raise UserError("hub.token_stays")

    def _found(self) -> tuple[str, TokenPlace]:
        with self._lock:
            asked, self._asked = self._asked, True
        if not asked:
            self._waited_for(self._ask, None)
        with self._lock:
            if self._kept:
                return self._kept, "keyring"
            if self._session:
                return self._session, "session"
        return self._environment, "environment" if self._environment else ""

    def _ask(self) -> None:
        token = _read()
        with self._lock:
            if not self._session:
                self._kept = token

    def _waited_for(self, job: Callable[[], _T], otherwise: _T) -> _T:
        """What `job` returns on a thread of its own; `otherwise` when it fails or takes too long."""
        results: list[_T] = []

        def run() -> None:
            # A keyring is a program of somebody else's, with errors of its own.
            try:
                results.append(job())
            except Exception:
                return

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        return results[0] if results else otherwise


def checked_token(token: str) -> str:
    """The token without what copying added. Raises UserError `hub.bad_token`, which does not repeat it."""
    from engine.errors import UserError

    token = token.strip()
    if not (0 < len(token) <= _LONGEST and token.isascii() and token.isprintable() and " " not in token):
        raise UserError("hub.bad_token")
    return token


def _usable() -> bool:
    """Whether there is a keyring that keeps secrets: not one that forgets them, and not a plain file."""
    import keyring

    return keyring.get_keyring().priority >= 1


def _read() -> str:
    import keyring

    return (keyring.get_password(SERVICE, USER) or "") if _usable() else ""


def _keep(token: str) -> bool:
    import keyring

    if not _usable():
        return False
    keyring.set_password(SERVICE, USER, token)
    return keyring.get_password(SERVICE, USER) == token


def _forget() -> bool:
    """Whether it is gone."""
    import keyring

    if not _usable() or not keyring.get_password(SERVICE, USER):
        return True
    keyring.delete_password(SERVICE, USER)
    return not keyring.get_password(SERVICE, USER)
