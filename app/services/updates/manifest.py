"""The manifest of a release: its form, its signature, and what makes one too old to be believed.

A file `CHANNEL.release` has a line of signatures (base64, Ed25519, RFC 8032, separated by spaces) and then one JSON
object in canonical form: UTF-8, sorted keys, no spaces. What is signed is `CONTEXT` followed by the bytes of the
object, so that a signature for another purpose can never be taken for one of a release. Any of the known keys may
have signed: a key that was lost can be replaced by the other one.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
import tomllib
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from engine.errors import UserError
from resources import FOLDER

CONTEXT = b"coterie-release-1\n"
LARGEST = 256 * 1024  # bytes of a manifest
MOST_SIGNATURES = 4
# How far the clocks of a person and of who signed may be apart.
CLOCKS = datetime.timedelta(days=1)

Time = Annotated[datetime.datetime, msgspec.Meta(tz=True)]
Version = Annotated[str, msgspec.Meta(pattern=r"\A\d{1,6}\.\d{1,6}\.\d{1,6}((a|b|rc)\d{1,6})?\Z")]
FileName = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._+~-]{0,120}\Z")]
_PARTS = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?")


class ReleaseFile(msgspec.Struct, frozen=True):
    """A file that lies beside the manifest. `unpacked`: the bytes that it takes besides once it is unpacked."""

    name: FileName
    bytes: Annotated[int, msgspec.Meta(ge=1, lt=2**40)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    unpacked: Annotated[int, msgspec.Meta(ge=0, lt=2**40)] = 0


class Manifest(msgspec.Struct, frozen=True):
    """A release. `counter` grows with each manifest that is signed for a channel. `notes` are by language. `files`
    are by kind of installation and processor, such as "appimage-x86_64"."""

    channel: Literal["stable", "beta"]
    version: Version
    counter: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    made: Time
    expires: Time
    notes: dict[str, str]
    files: dict[str, ReleaseFile]


class Seen(msgspec.Struct, frozen=True):
    """The newest manifest of a channel that was ever believed."""

    version: str
    counter: int
    made: Time


def order(version: str) -> tuple[int, int, int, int, int]:
    """What sorts versions; the least for what is none."""
    match = _PARTS.fullmatch(version)
    if match is None:
        return (-1, 0, 0, 0, 0)
    major, minor, patch, stage, number = match.groups()
    stages = {"a": 0, "b": 1, "rc": 2, None: 3}
    return (int(major), int(minor), int(patch), stages[stage], int(number or 0))


def canonical(manifest: Manifest) -> bytes:
    """The bytes of a manifest that are signed."""
    return msgspec.json.encode(manifest, order="sorted")


def signed(manifest: Manifest, *private_keys: bytes) -> bytes:
    """The file of a manifest, signed with raw private keys of 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    body = canonical(manifest)
    signatures = (Ed25519PrivateKey.from_private_bytes(key).sign(CONTEXT + body) for key in private_keys)
    return b" ".join(base64.b64encode(signature) for signature in signatures) + b"\n" + body


def known_keys(further: Iterable[str] = ()) -> tuple[bytes, ...]:
    """The raw public keys that releases may be signed with: `further` instead of those that come along, if there are
    any."""
    listed = tuple(further)
    if not listed:
        listed = tuple(tomllib.loads((FOLDER / "release_keys.toml").read_text(encoding="utf-8"))["keys"])
    return tuple(base64.b64decode(key) for key in listed)


def verified(data: bytes, keys: Iterable[bytes]) -> Manifest:
    """The manifest in a file, if one of the keys has signed it. Nothing of it is read before.

    Raises UserError `update.too_large`, `update.signature`, and `update.broken` for one that is signed and cannot be
    understood.
    """
    if len(data) > LARGEST:
        raise UserError("update.too_large")
    head, _, body = data.partition(b"\n")
    if not any(_signs(key, signature, body) for key in keys for signature in _signatures(head)):
        raise UserError("update.signature")
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
        if msgspec.json.encode(msgspec.json.decode(body), order="sorted") != body:
            raise UserError("update.broken")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UserError("update.broken") from error
    return manifest


def check(manifest: Manifest, channel: str, seen: Seen | None, now: datetime.datetime) -> Seen:
    """What has been seen once this manifest is believed.

    Raises UserError `update.broken` for one of another channel, `update.older` (`version`, `seen`), `update.clock`
    (`now`) where the clock of this computer cannot be right, `update.expired` (`version`, `expires`).
    """
    if manifest.channel != channel:
        raise UserError("update.broken")
    if seen is not None and (
        manifest.counter < seen.counter or order(manifest.version) < order(seen.version)
    ):
        raise UserError("update.older", version=manifest.version, seen=seen.version)
    newest = manifest.made if seen is None else max(manifest.made, seen.made)
    if newest > now + CLOCKS:
        raise UserError("update.clock", now=f"{now:%Y-%m-%d}")
    if manifest.expires < now:
        expires = f"{manifest.expires:%Y-%m-%d}"
        raise UserError("update.expired", version=manifest.version, expires=expires, now=f"{now:%Y-%m-%d}")
    return Seen(manifest.version, manifest.counter, newest)


def _signatures(head: bytes) -> list[bytes]:
    try:
        return [base64.b64decode(part, validate=True) for part in head.split()[:MOST_SIGNATURES]]
    except (binascii.Error, ValueError):
        return []


def _signs(key: bytes, signature: bytes, body: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, CONTEXT + body)
    except (InvalidSignature, ValueError):
        return False
    return True
