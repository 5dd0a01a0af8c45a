"""Preparation of a load: file and machine are read and the plan made, before any weight. Each reason why a file
cannot be used is found here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.api import LoadRequest
from engine.errors import UserError
from engine.formats import ChatFormat
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import Projector, seeing_projector
from engine.gguf.reading import read_index
from engine.gguf.summary import ModelSummary, summarize
from engine.gguf.tensor_index import TensorIndex, tensor_index
from engine.local.planning import find_machine, make_plan
from engine.local.repack.choice import for_model, settle_products
from engine.placement.budgets import without_absent
from engine.placement.fewer_experts import without_unfit_experts
from engine.placement.outgrowing import Planned
from engine.placement.plan import Machine, PlacementOptions, Plan
from engine.placement.vision import with_vision

# For a file that does not say what its model was trained for.
LONGEST_CONTEXT = 2**24


class Prepared(NamedTuple):
    """Facts about file and machine, read before any weight."""

    gguf: GgufIndex
    summary: ModelSummary
    chat_format: ChatFormat
    machine: Machine
    planned: Planned
    plan: Plan
    projector: Projector | None


def prepared(
    request: LoadRequest, check_cancelled: Callable[[], None], on_repacking: Callable[[], None]
) -> Prepared:
    """Read and plan the file, checking for each reason against it."""
    index = read_index(Path(request.path))
    summary = summarize(index)
    if not _can_write_answers(index):
        raise UserError("engine.not_a_chat_model")
    _check_context_length(request.options.context, summary)
    check_cancelled()
    chat_format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)
    check_cancelled()
    machine = find_machine(request.options.workers, request.calibrations, index.path)
    model_index = tensor_index(index)
    _check_memory(model_index, machine)
    machine, options = for_model(index, machine, request.options, request.calibrations, on_repacking)
    settle_products(index, options, on_repacking)
    if request.remembered:
        options = without_unfit_experts(without_absent(options, machine), model_index)
    projector, of_projector = seeing_projector(index, options.mmproj)
    options = msgspec.structs.replace(options, sees=projector is not None)

    def made(options: PlacementOptions, check: Callable[[], None] = lambda: None) -> Plan:
        plan = make_plan(index, model_index, machine, options, check, request.calibrations)
        return with_vision(plan, machine, options, projector.needs if projector else 0)

    plan = made(options, check_cancelled)
    if plan.refusal:
        raise UserError.from_info(plan.refusal)
    if options.experts_used:
        summary = msgspec.structs.replace(summary, experts_used=options.experts_used)
    plan = msgspec.structs.replace(plan, notices=(*plan.notices, *of_projector))
    planned = Planned(model_index, machine, options, made)
    return Prepared(index, summary, chat_format, machine, planned, plan, projector)


def _can_write_answers(index: GgufIndex) -> bool:
    """Whether it is a causal language model: no bare vocabulary, no embedding model.

    llama.cpp says that the latter have a decoder, and aborts on sampling.
    """
    causal = index.metadata.get(f"{index.architecture}.attention.causal", True)
    return bool(index.tensors) and causal is not False


def _check_context_length(asked: int, summary: ModelSummary) -> None:
    longest = summary.context_length or LONGEST_CONTEXT
    if asked > longest:
        raise UserError("engine.context_too_long", asked=asked, trained=longest)


def _check_memory(index: TensorIndex, machine: Machine) -> None:
    """Refuse what no plan can place: only routed experts may be paged from disk."""
    needed = index.bytes - index.expert_bytes
    free = machine.ram.free + sum(device.free for device in machine.devices)
    if needed > free:
        raise UserError("engine.not_enough_memory", needed_bytes=needed, free_bytes=free)
