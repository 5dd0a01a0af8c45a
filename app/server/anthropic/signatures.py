"""Signatures of thoughts: they tell ours from those of other models, and hold those that a client does not want to
see.

Clients send thoughts back with the results of the tools that were called, and drop a turn whose thoughts have no
signature.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import zlib
from hashlib import sha256

# Nothing outlives the server: a thought of an earlier one is left out, as that of another model is.
_KEY = secrets.token_bytes(32)
_MAC = 16
_MOST = 2**22


def signature_of(thought: str, *, is_shown: bool) -> str:
    """The signature of a thought; with the thought in it where it `is_shown` nowhere else."""
    kept = b"" if is_shown else zlib.compress(thought.encode())
    return base64.b64encode(_mac(thought) + kept).decode()


def signed_thought(text: str, signature: str) -> str:
    """The thought that a client sends back, "" for one that isn't ours."""
    try:
        read = base64.b64decode(signature, validate=True)
        if len(read) > _MAC:
            text = _unpacked(read[_MAC:])
    except (binascii.Error, ValueError, zlib.error):
        return ""
    return text if hmac.compare_digest(read[:_MAC], _mac(text)) else ""


def _unpacked(packed: bytes) -> str:
    """At most `_MOST` bytes of it: the signature is a client's word."""
    return zlib.decompressobj().decompress(packed, _MOST).decode()


def _mac(thought: str) -> bytes:
    return hmac.digest(_KEY, thought.encode(), sha256)[:_MAC]
