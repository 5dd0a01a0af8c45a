"""`coterie keys add`, `list` and `revoke`."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from app.cli.ending import WrongUsage
from app.cli.opened import opened_store
from app.cli.output import Output
from app.format import format_count
from app.services.server_keys import RIGHTS, KeyRing
from app.store.records import KeyRight, KeyTokens, ServerKey
from engine.errors import UserError

_DAY_S = 86_400.0
_UNUSED = (KeyTokens(), KeyTokens())


def add(name: str, rights: str, days: int | None, output: Output) -> int:
    """Make a key and show it."""
    chosen = _rights(rights)
    with opened_store() as store:
        expires = None if days is None else time.time() + days * _DAY_S
        key, text = KeyRing(store.server_keys).add(name, chosen, expires)
    output.object({"name": key.name, "key": text, "rights": list(key.rights)})
    output.text(text)
    if not output.json:
        output.note(output.localized("cli.keys.shown_once", name=key.name))
    return 0


def list_keys(output: Output) -> int:
    """Show all keys, oldest first."""
    with opened_store() as store:
        ring = KeyRing(store.server_keys)
        keys, tokens = ring.all(), ring.tokens()
    output.object({"keys": [_object(key, *tokens.get(key.name, _UNUSED)) for key in keys]})
    if not keys:
        output.text(output.localized("cli.keys.empty"))
    output.table([_row(key, *tokens.get(key.name, _UNUSED), output) for key in keys])
    return 0


def revoke(name: str, output: Output) -> int:
    """Take a key back."""
    with opened_store() as store:
        KeyRing(store.server_keys).revoke(name)
    output.object({"revoked": name})
    output.text(output.localized("cli.keys.revoked", name=name))
    return 0


def _rights(text: str) -> tuple[KeyRight, ...]:
    named = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in named if word not in RIGHTS]
    if unknown or not named:
        raise WrongUsage(UserError("server.bad_rights", value=", ".join(unknown) or text))
    return tuple(right for right in RIGHTS if right in named)


def _object(key: ServerKey, today: KeyTokens, in_all: KeyTokens) -> dict[str, Any]:
    """All but the digest, with which a key could be guessed at."""
    shown: dict[str, Any] = msgspec.to_builtins(key)
    del shown["sha256"]
    return {**shown, "tokens": {"today": msgspec.to_builtins(today), "all": msgspec.to_builtins(in_all)}}


def _row(key: ServerKey, today: KeyTokens, in_all: KeyTokens, output: Output) -> tuple[str, ...]:
    counts = [format_count(tokens.read + tokens.written) for tokens in (today, in_all)]
    words = output.localized("cli.keys.tokens", today=counts[0], all=counts[1]) if in_all.read else "—"
    return key.name, f"{key.prefix}…", ", ".join(key.rights), _day(key.used), _until(key, output), words


def _until(key: ServerKey, output: Output) -> str:
    return "" if key.expires is None else output.localized("cli.keys.until", day=_day(key.expires))


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(when)) if when else "—"
