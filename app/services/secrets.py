"""The hub's token: kept by the system's keyring, or for this session where there is none.

It is in no file, no log and no error of ours, and handed to nobody but `HubAccess`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Literal

SERVICE, USER = "coterie", "hub-token"
PATIENCE_S = 10.0
TokenPlace = Literal["keyring", "session", "environment", ""]


class Secrets:
    """May be used from any thread but the GUI's: a keyring can ask the user to unlock it, and makes us wait.

    It is asked once, on a thread of its own, and given up on after ten seconds.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
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
        raise NotImplementedError

    def forget_hub_token(self) -> None:
        """Out of the keyring and of this session; that of the environment stays."""
        raise NotImplementedError

    def _found(self) -> tuple[str, TokenPlace]:
        raise NotImplementedError
