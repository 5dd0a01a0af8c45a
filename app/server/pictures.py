"""Pictures that clients send: bytes within the request alone, decoded in a child, and gone with the answer.

No address and no path is ever opened: whoever could name one would look into this computer's network, or its files.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from agents.tools.documents.kind_by_content import is_picture
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import decoded
from app.server.asks import Ask
from app.server.refusal import Refusal, bad_request
from engine.durable_files import write_whole
from engine.values import Message, Picture

MOST_OF_A_REQUEST = 32
# Pixels of the last pictures stay a while: each turn of a conversation sends all of them again.
_KEPT_BYTES = 128 * 2**20
_SHARED = Path("/dev/shm")  # Linux: files in memory, for this user alone
_DATA = re.compile(r"data:[\w.+/-]*(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)


class SentPictures(dict[str, bytes]):
    """The pictures of one request by their SHA-256, as they were sent."""

    def from_url(self, url: str, at: int, where: str) -> Picture:
        """A picture of a `data:` URL that stands before letter `at` of its message. Raises Refusal 400 for any other
        address, and for what is no picture; `where` names the field."""
        found = _DATA.match(url)
        if found is None:
            message = "Pictures are read from data: URLs in base64 alone; no address is opened."
            raise bad_request(message, where, "unsupported_value")
        return self.from_base64(url[found.end() :], at, where)

    def from_base64(self, text: str, at: int, where: str) -> Picture:
        """The same of base64."""
        try:
            body = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise bad_request("It isn’t base64.", where) from error
        if not is_picture(body):
            raise bad_request("It isn’t a picture.", where)
        name = hashlib.sha256(body).hexdigest()
        self[name] = body
        if len(self) > MOST_OF_A_REQUEST:
            raise bad_request(f"There may be {MOST_OF_A_REQUEST} pictures at most.", where)
        return Picture("", name, 0, 0, at)


class PictureFiles:
    """Pixels of sent pictures in files that the engine reads. Thread-safe; decoding takes a part of a second."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._folder: TemporaryDirectory[str] | None = None
        self._files: OrderedDict[str, Picture] = OrderedDict()  # the one that was used last at the end
        self._users: Counter[str] = Counter()

    @contextlib.contextmanager
    def placed(self, ask: Ask) -> Iterator[Ask]:
        """Inside, the pictures of `ask` are files that its messages name. Raises Refusal 400 for one that cannot be
        read."""
        names = list(ask.pictures)
        with self._lock:
            self._users.update(names)
        try:
            files = {name: self._file(name, body) for name, body in ask.pictures.items()}
            yield msgspec.structs.replace(ask, messages=tuple(_named(each, files) for each in ask.messages))
        finally:
            with self._lock:
                self._users.subtract(names)
                self._users += Counter()
                self._tidy()

    def close(self) -> None:
        """Remove all files."""
        with self._lock:
            if self._folder is not None:
                self._folder.cleanup()
            self._folder = None
            self._files.clear()

    def _file(self, name: str, body: bytes) -> Picture:
        with self._lock:
            if name in self._files:
                self._files.move_to_end(name)
                return self._files[name]
        try:
            pixels = decoded(body, lambda: False)
        except Unreadable as error:
            raise Refusal(
                400, "invalid_image", f"A picture can’t be read: {error}.", param="messages"
            ) from error
        digest = hashlib.sha256(pixels.data).hexdigest()
        with self._lock:
            if self._folder is None:
                self._folder = TemporaryDirectory(
                    prefix="coterie-", dir=_SHARED if _SHARED.is_dir() else None
                )
            path = Path(self._folder.name) / name
            write_whole(path, pixels.data, synced=False)
            self._files[name] = Picture(str(path), digest, pixels.width, pixels.height)
            return self._files[name]

    def _tidy(self) -> None:
        size = sum(picture.bytes for picture in self._files.values())
        for name, picture in list(self._files.items()):
            if size <= self._kept_bytes:
                return
            if not self._users[name]:
                Path(picture.path).unlink(missing_ok=True)
                del self._files[name]
                size -= picture.bytes


def _named(message: Message, files: dict[str, Picture]) -> Message:
    if not message.media:
        return message
    media = tuple(msgspec.structs.replace(files[each.sha256], at=each.at) for each in message.media)
    return msgspec.structs.replace(message, media=media)
