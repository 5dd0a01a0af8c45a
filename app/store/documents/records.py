"""Values of the index. Paths are bytes as the file system gives them (`os.fsencode`)."""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

import msgspec

FileState = Literal["waiting", "read", "failed", "skipped", "gone"]
DocumentState = Literal["words", "no_text", "failed"]


class Collection(msgspec.Struct, frozen=True):
    id: int
    name: str


class Source(msgspec.Struct, frozen=True):
    """A folder or file of a collection. `gone`: it was not there at the last scan; what is known of it stays."""

    id: int
    collection: int
    path: bytes
    gone: bool


class SeenFile(msgspec.Struct, frozen=True):
    """A file as a scan sees it. `skip` says why it is not read, "" where it is."""

    path: bytes
    size: int
    mtime_ns: int
    inode: int
    skip: str = ""


class WaitingFile(msgspec.Struct, frozen=True):
    """A file that is to be read; `id` of its place."""

    id: int
    path: bytes
    size: int
    mtime_ns: int


class NewPassage(msgspec.Struct, frozen=True):
    """A piece of part number `part` of a document, from 1; `label` names the part ("page 3"). It stands at the
    letters `first` to `last` (exclusive) of the part, below `heading`."""

    part: int
    label: str
    first: int
    last: int
    heading: str
    text: str


class NewDocument(msgspec.Struct, frozen=True):
    """What was read of a content; `code` says why it failed, or "longer" where only its beginning was read."""

    sha256: str
    name: str
    kind: str
    state: DocumentState
    code: str = ""
    passages: tuple[NewPassage, ...] = ()


class Scan(msgspec.Struct, frozen=True):
    """A document whose pages are pictures, with a file that holds it; `id` is the document's."""

    id: int
    sha256: str
    name: str
    path: bytes


class FoundPassage(msgspec.Struct, frozen=True):
    """A passage of the index, with a file that holds it; `sha256` is that of its content."""

    id: int
    document: int
    part: int
    label: str
    first: int
    last: int
    heading: str
    text: str
    path: bytes
    sha256: str


class Scope(msgspec.Struct, frozen=True):
    """Which passages a collection holds: ids from each of `firsts` to that of `lasts` beside it, in order."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    size: int

    def __contains__(self, id: object) -> bool:
        assert isinstance(id, int)
        at = bisect_right(self.firsts, id) - 1
        return at >= 0 and id <= self.lasts[at]


class Failure(msgspec.Struct, frozen=True):
    """A file without passages, and the code that says why."""

    path: bytes
    code: str


class Counts(msgspec.Struct, frozen=True):
    """Files of a collection by state. `documents`: all but those that are skipped or gone; `partly`: those among
    `words` of which only the beginning was read."""

    documents: int = 0
    words: int = 0
    meaning: int = 0
    waiting: int = 0
    failed: int = 0
    skipped: int = 0
    gone: int = 0
    partly: int = 0


class WordHits(msgspec.Struct, frozen=True):
    """Ids of passages with words of a query, the best first. `weights`: what each term of the query tells: the more,
    the fewer passages have it (the idf of BM25)."""

    ids: list[int]
    weights: dict[str, float]


class EmbeddingModel(msgspec.Struct, frozen=True):
    """A model that vectors of passages were made with; `digest` identifies it. `token` names the file of the vectors,
    and is another one in an index that was made anew, which gives ids of passages again."""

    id: int
    digest: str
    token: str
