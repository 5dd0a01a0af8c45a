"""The pixels of a picture in a message."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import UserError
from engine.values import Picture


def read_pixels(picture: Picture) -> bytes:
    """Raises UserError `picture.changed` (`path`) where the file is not what was attached."""
    try:
        with Path(picture.path).open("rb") as file:
            data = file.read(picture.bytes + 1)
    except OSError as error:
        raise UserError("picture.changed", path=picture.path) from error
    if len(data) != picture.bytes or hashlib.sha256(data).hexdigest() != picture.sha256:
        raise UserError("picture.changed", path=picture.path)
    return data
