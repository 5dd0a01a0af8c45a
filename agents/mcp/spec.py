"""Configuration of a tool server: how to start or reach it, and what it may do."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

import msgspec


class ServerSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool server that the user has set up.

    It is started by `command` (its argv) or reached at `url`, never both.

    `name` is the user's, and the first part of its tools' names. `cwd` "" is the workspace. `env` are values
    that may be read by anybody, `${env:NAME}` in one stands for a variable of our own environment;
    `secret_env` and `secret_headers` only name what the keyring keeps. `workspace` says what it may do there;
    `readable` and `writable` are other paths that the sandbox leaves it. `network` counts for a command.
    `timeout_s` bounds one call, `start_s` the start. `trusted`: what it says of its tools' effects is
    believed. `client_id` is what the user has registered Coterie as, or the https address of a document that
    describes it; "" registers it anew.
    """

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    cwd: str = ""
    env: dict[str, str] = {}
    secret_env: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    secret_headers: tuple[str, ...] = ()
    network: bool = False
    workspace: Literal["none", "read", "write"] = "write"
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    timeout_s: float = 60.0
    start_s: float = 60.0
    trusted: bool = False
    client_id: str = ""

    @property
    def remote(self) -> bool:
        """Whether it is reached over HTTP: its input leaves this process, and as a rule the machine."""
        return bool(self.url)


class Values(msgspec.Struct, frozen=True):
    """Environment and headers of a server with their secrets, and the credentials of a registered client.

    Passed at the start, and stored nowhere.
    """

    env: dict[str, str] = {}
    headers: dict[str, str] = {}
    client_secret: str = ""

    def __repr__(self) -> str:
        return "Values()"


def consent_digest(spec: ServerSpec) -> str:
    """SHA-256 over all that a person agrees to; a changed digest needs consent again.

    It covers the whole command with the names of its variables, its folder and what the sandbox lets it
    access, or the address with the names of its headers. Secrets are left out: they may be renewed, and must
    not be guessed from it.
    """
    agreed = {
        "command": spec.command,
        "url": spec.url,
        "cwd": spec.cwd,
        "env": sorted({*spec.env, *spec.secret_env}),
        "values": sorted(spec.env.items()),
        "headers": sorted({*spec.headers, *spec.secret_headers}),
        "network": spec.network,
        "workspace": spec.workspace,
        "readable": spec.readable,
        "writable": spec.writable,
    }
    return hashlib.sha256(json.dumps(agreed, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
