"""Values of the hub. Sizes are bytes, times seconds since 1970 (UTC), 0 if unknown."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import Mode

# In the hub's own order of meaning: what moves now, what was used most, liked most, changed last.
Sort = Literal["trending", "downloads", "likes", "updated"]
# "manual" and "automatic" are the hub's two kinds of gates: a person decides, or agreeing is enough.
Gate = Literal["", "manual", "automatic"]
# Where a model would lie: all on devices, experts divided between devices and RAM, in RAM alone, more than RAM
# holds (read from the disk again and again), or nowhere.
Fit = Literal["device", "divided", "ram", "disk", "no"]


class Query(msgspec.Struct, frozen=True):
    """What to search for. `licence` is the hub's short name ("apache-2.0"), "" for any; `most_parameters` 0: any
    size."""

    text: str = ""
    author: str = ""
    sort: Sort = "trending"
    licence: str = ""
    most_parameters: int = 0


class HubModel(msgspec.Struct, frozen=True):
    """A repository in search results. `repo` is "OWNER/NAME"; unknown fields are "" or 0."""

    repo: str
    downloads: int = 0
    likes: int = 0
    updated: float = 0.0
    licence: str = ""
    gate: Gate = ""
    private: bool = False
    architecture: str = ""
    parameters: int = 0
    context_length: int = 0
    tags: tuple[str, ...] = ()


class HubFile(msgspec.Struct, frozen=True):
    """A file of a repository at one commit. `path` is as the hub writes it and not to be trusted; `sha256` is ""
    where the hub keeps none."""

    path: str
    bytes: int
    sha256: str = ""


class Located(msgspec.Struct, frozen=True):
    """Where a file of a repository can be had now. `url` is on the hub's endpoint, before any redirect: what it
    leads to may be signed for an hour only, so it is followed at each request. `sha256` is "" where the hub keeps
    none, `etag` is without quotes and weak marks, and `ranges` says that the hub promises to serve parts of it.
    """

    url: str
    bytes: int
    sha256: str = ""
    etag: str = ""
    ranges: bool = True


class Variant(msgspec.Struct, frozen=True):
    """One model among those of a repository: a quantization, in one file or split over several in order.

    `name` is unique in its repository: the quantization ("Q4_K_M"), or the file's stem where the
    name of the file says none or two files say the same. `projector` comes along, so that the model sees or hears.
    """

    name: str
    files: tuple[HubFile, ...]
    projector: HubFile | None = None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.all_files)

    @property
    def all_files(self) -> tuple[HubFile, ...]:
        """What a download fetches."""
        return (*self.files, *((self.projector,) if self.projector else ()))


class LeftOut(msgspec.Struct, frozen=True):
    """A model of a repository that cannot be used, by its files' path without ending, and why."""

    name: str
    reason: ErrorInfo


class Repository(msgspec.Struct, frozen=True):
    """One repository at one commit. `variants` are the smallest first. `companions` are files that belong to all
    variants: image projectors (mmproj) and importance matrices, set apart because neither is a model to chat with.
    `card` is the model card as its author wrote it (Markdown, not to be trusted), without the data before it.
    `left_out` are models that cannot be used, such as one of which a part is missing."""

    model: HubModel
    commit: str
    variants: tuple[Variant, ...]
    companions: tuple[HubFile, ...] = ()
    card: str = ""
    left_out: tuple[LeftOut, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What a model would be on this machine.

    `device_bytes` lie on devices, `ram_bytes` in RAM; `missing_bytes` are lacking where it does not fit, or where
    it is read from the disk. `busy_bytes` are lacking only while other programs take them.
    `decode_tps` in tokens per second with its range. `source` says what is known: the file's own table of tensors
    ("header"), or only how large the files are ("sizes"), which says nothing of speed. `sentence` is the verdict
    in words.
    """

    fit: Fit
    source: Literal["header", "sizes"]
    sentence: ErrorInfo
    mode: Mode | None = None
    context: int = 0
    device_bytes: int = 0
    ram_bytes: int = 0
    missing_bytes: int = 0
    decode_tps: float = 0.0
    decode_range: tuple[float, float] = (0.0, 0.0)
    prefill_tps: float = 0.0
    worker: bool = False
    busy_bytes: int = 0

    @property
    def fits(self) -> bool:
        return self.fit != "no"

    @property
    def busy(self) -> ErrorInfo | None:
        """What to do before it is loaded now, as a sentence."""
        if not self.busy_bytes:
            return None
        return ErrorInfo("verdict.busy", {"missing_bytes": self.busy_bytes})


class RemoteFacts(msgspec.Struct, frozen=True):
    """What the header of a file says of the model, as `inspect` shows it, and how many bytes were read for it.
    `reasoning` is the kind of `ReasoningControl`, "unknown" for one that is not certain, "" where the template cannot
    be used. `has_template` is False for a file without a chat template."""

    architecture: str
    quantisation: str
    context_length: int
    parameters: int
    active_parameters: int
    experts: int
    experts_used: int
    reasoning: str = ""
    reasoning_levels: tuple[str, ...] = ()
    tools: str = ""
    bytes_read: int = 0
    has_template: bool = True
    sees: bool = False
    hears: bool = False


class JudgedVariant(msgspec.Struct, frozen=True):
    """A variant with its verdict. `best`: the one to take on this machine, at most one of a repository. `error`
    says why there is no verdict, or why it is one by sizes alone."""

    variant: Variant
    verdict: Verdict | None = None
    facts: RemoteFacts | None = None
    best: bool = False
    error: ErrorInfo | None = None
