"""Facts about a hub model from its files' headers: reads a few megabytes, never the weights."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import UserError
from engine.gguf.gguf_file import GgufFile, read_header
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import Projector, fits, projector, senses
from engine.gguf.reading import whole_model
from engine.gguf.summary import ModelSummary, summarize
from engine.gguf.tensor_index import TensorIndex, tensor_index
from engine.hub.client import Hub, always
from engine.hub.quantizations import projectors
from engine.hub.ranges import RemoteHeader
from engine.hub.session import KeepGoing
from engine.hub.values import HubFile, RemoteFacts, Repository, Variant
from engine.values import ReasoningControl

if TYPE_CHECKING:
    from engine.formats import ChatFormat

# The largest vocabularies of today make headers of some 12 MB.
LARGEST_HEADER = 64 * 2**20


class RemoteModel(msgspec.Struct, frozen=True):
    """What planning and people want to know of a model on the hub. `projector` is the file of its repository that
    belongs to it, by its content; with that it sees, which takes `vision` bytes of memory."""

    tensors: TensorIndex
    facts: RemoteFacts
    projector: HubFile | None = None
    vision: int = 0


def read_remote_index(
    hub: Hub, repository: Repository, variant: Variant, keep_going: KeepGoing = always
) -> tuple[GgufIndex, int]:
    """The index of a variant as `read_index` has it of files on disk, and how many bytes were read for it.

    Raises UserError `hub.*` for the way there (`hub.no_ranges` when the server would only send the whole file),
    `model.*` for headers that are no good, and Stopped when `keep_going` returns False.
    """
    files: list[GgufFile] = []
    bytes_read = 0
    repo = repository.model.repo
    for file in variant.files:
        source = RemoteHeader(hub, repo, repository.commit, file, keep_going)
        files.append(read_header(Path(repo) / file.path, source, LARGEST_HEADER))
        bytes_read += source.bytes_read
    return whole_model(tuple(files)), bytes_read


def read_remote_projector(
    hub: Hub, repository: Repository, model: GgufIndex, keep_going: KeepGoing = always
) -> tuple[HubFile, Projector] | None:
    """The projector of a repository that fits the model, by its header; None if there is none.

    Raises UserError `hub.*` for the way there, and Stopped when `keep_going` returns False.
    """
    repo = repository.model.repo
    for file in projectors(repository.companions):
        try:
            source = RemoteHeader(hub, repo, repository.commit, file, keep_going)
            header = read_header(Path(repo) / file.path, source, LARGEST_HEADER)
            found = projector(whole_model((header,)))
        except UserError as error:
            if error.code.startswith("hub."):
                raise
            continue
        if fits(found, model):
            return file, found
    return None


def read_remote_model(
    hub: Hub, repository: Repository, variant: Variant, keep_going: KeepGoing = always
) -> RemoteModel:
    """The same, worked out. Raises as `read_remote_index` does."""
    index, bytes_read = read_remote_index(hub, repository, variant, keep_going)
    projector = read_remote_projector(hub, repository, index, keep_going)
    able = senses(index, projector[1] if projector else None)
    facts = remote_facts(summarize(index), bytes_read)
    facts = msgspec.structs.replace(facts, sees=able.sees, hears=able.hears)
    file, found = projector or (None, None)
    return RemoteModel(
        tensor_index(index), facts, file, found.needs if found is not None and found.sees else 0
    )


def remote_facts(summary: ModelSummary, bytes_read: int = 0) -> RemoteFacts:
    """The facts that `inspect` shows; an unusable template leaves reasoning and tools empty."""
    chat_format = _chat_format(summary.chat_template, summary.bos_token, summary.eos_token)
    return RemoteFacts(
        architecture=summary.architecture,
        quantisation=summary.quantisation,
        context_length=summary.context_length,
        parameters=summary.parameters,
        active_parameters=summary.active_parameters,
        experts=summary.experts,
        experts_used=summary.experts_used,
        reasoning=_reasoning_kind(chat_format.reasoning) if chat_format else "",
        reasoning_levels=chat_format.reasoning.levels if chat_format else (),
        tools=chat_format.dialect.name if chat_format else "",
        bytes_read=bytes_read,
        has_template=bool(summary.chat_template.strip()),
    )


def _reasoning_kind(control: ReasoningControl) -> str:
    return control.kind if control.certain else "unknown"


@functools.lru_cache(maxsize=16)  # all variants of a repository have the same
def _chat_format(template: str, bos_token: str, eos_token: str) -> ChatFormat | None:
    from engine.formats import ChatFormat

    try:
        return ChatFormat.of_model(template, bos_token, eos_token)
    except UserError:
        return None
