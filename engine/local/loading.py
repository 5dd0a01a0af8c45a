"""Loading: from a path to a `Session`; each reason why a file cannot be used is found before."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.api import LoadRequest, ModelFacts
from engine.errors import ErrorInfo, UserError
from engine.formats import ChatFormat
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import Projector, seeing_projector
from engine.gguf.reading import check_unchanged, read_index
from engine.gguf.summary import ModelSummary, summarize
from engine.gguf.tensor_index import TensorIndex, tensor_index
from engine.local import native
from engine.local.generation import sampling
from engine.local.model.expert_caching import open_caching
from engine.local.model.session import Session
from engine.local.model.step_threads import StepThreads
from engine.local.model.tokenizer import Tokenizer
from engine.local.native.routing import ExpertWatch
from engine.local.pictures.opening import open_sight
from engine.local.planning import find_machine, make_plan
from engine.local.repack.choice import for_model, settle_products
from engine.local.speculative.draft_model import DraftModel
from engine.local.speculative.loading import open_draft_model, open_head
from engine.local.threads import default_threads
from engine.placement.budgets import without_absent
from engine.placement.fewer_experts import without_unfit_experts
from engine.placement.outgrowing import Planned
from engine.placement.plan import LoadedWeights, Machine, Placement, PlacementOptions, Plan
from engine.placement.vision import with_vision

# Of a plan that does without a cache because it failed before, in another process.
_CONCEDED = (ErrorInfo("cache.without"), ErrorInfo("cache.failed_before"))
# For a file that does not say what its model was trained for.
LONGEST_CONTEXT = 2**24


class OtherMinBatch(Exception):
    """The plan needs another minimum batch for op offload than ggml started with."""

    def __init__(self, min_batch: int) -> None:
        super().__init__(min_batch)
        self.min_batch = min_batch


class _Progress:
    """Reports the progress of a load and remembers its cancellation."""

    def __init__(self, report: Callable[[float], bool]) -> None:
        self._report = report
        self._reported = 0.0
        self.is_cancelled = False

    def __call__(self, fraction: float) -> bool:
        self._reported = max(self._reported, fraction)  # progress does not go back when a load restarts
        self.is_cancelled = self.is_cancelled or not self._report(self._reported)
        return not self.is_cancelled

    def check(self) -> None:
        """Raises UserError `engine.load_cancelled`."""
        if not self(0.0):
            raise UserError("engine.load_cancelled")


class _Ready(NamedTuple):
    """Facts about file and machine, read before any weight."""

    gguf: GgufIndex
    summary: ModelSummary
    chat_format: ChatFormat
    machine: Machine
    planned: Planned
    plan: Plan
    projector: Projector | None


class _Opening(NamedTuple):
    """The arguments of `open_session`, and `started`, its monotonic start time."""

    request: LoadRequest
    abort: native.AbortFlag
    progress: _Progress
    started: float
    min_batch: int | None


def open_session(
    request: LoadRequest,
    abort: native.AbortFlag,
    on_progress: Callable[[float], bool],
    min_batch: int | None = 0,
    on_caching: Callable[[bool], None] = lambda _: None,
    on_repacking: Callable[[], None] = lambda: None,
) -> Session:
    """Plan, load a model as planned, make its context, and look where its weights lie.

    `on_progress` gets fractions and cancels by returning False. `min_batch` is what ggml started with, None
    when the plan's may differ. `on_caching` is called before a cache of single experts is opened, with whether
    these stay in the file. Where that or whatever follows fails, the model is loaded without a cache, and the plan's
    notices say why. `on_repacking` is called before weights may be laid out anew for the processor.

    Raises UserError: `model.*` for the file, `worker.*`, what the plan refuses, `engine.unknown_architecture`,
    `engine.load_failed`, `engine.context_memory`, `engine.cache_type`, `engine.not_a_chat_model`,
    `engine.load_cancelled`, `template.*`; and OtherMinBatch.
    """
    progress = _Progress(on_progress)
    opening = _Opening(request, abort, progress, time.monotonic(), min_batch)
    progress.check()
    ready = _ready(request, progress.check, on_repacking)
    if ready.plan.placement.expert_cache is None:
        return _opened(opening, ready, _CONCEDED if "uncached" in request.options.fallbacks else ())
    on_caching(native.reads_experts(ready.plan.placement))
    try:
        return _opened(opening, ready)
    except UserError as error:
        if error.code == "engine.load_cancelled":
            raise
        reason = error.info
    request = msgspec.structs.replace(request, options=request.options.without_cache())
    opening = opening._replace(request=request)
    return _opened(
        opening, _ready(request, progress.check, on_repacking), (ErrorInfo("cache.without"), reason)
    )


def _opened(opening: _Opening, ready: _Ready, notices: tuple[ErrorInfo, ...] = ()) -> Session:
    """Load as `ready` says, with its `notices`. Raises as `open_session`, leaving nothing open."""
    request, abort, progress, _, min_batch = opening
    placement = ready.plan.placement
    if min_batch is not None and placement.min_batch != min_batch:
        raise OtherMinBatch(placement.min_batch)
    check_unchanged(ready.gguf)
    native.clear_log()
    with ExitStack() as undo:
        if native.reads_experts(placement):
            native.open_floor(ready.gguf, placement)
            undo.callback(native.close_floor)
        model = native.load_model(request.path, placement, progress)
        if not model:
            raise UserError("engine.load_cancelled") if progress.is_cancelled else native.model_refusal()
        undo.callback(native.free_model, model)
        if not native.has_decoder(model):
            raise UserError("engine.not_a_chat_model")
        threads = request.threads or default_threads()
        caching = None
        if placement.expert_cache is not None:
            caching = open_caching(model, placement, ready.summary, calibrations=request.calibrations)
            undo.callback(caching.close)

        def open_context(placement: Placement, watch: ExpertWatch | None, divided: bool = False) -> int:
            on_node = watch.callback if watch else None
            return native.new_context(model, placement, threads, abort, on_node, divided=divided)

        watch = None
        if request.watch_experts and ready.summary.experts:
            watch = ExpertWatch(native.layer_count(model), ready.summary.experts)
        with ThreadPoolExecutor(1, "vocabulary") as aside:  # both take about as long
            tokenizer = aside.submit(Tokenizer, native.vocabulary(model))
            context = open_context(placement, watch)
        if not context:
            raise native.context_refusal(placement)
        undo.callback(native.free_context, context)
        splits = native.graph_splits()  # before another context is made
        if caching is not None:
            caching.warm_up(context, max(native.bos_token(native.vocabulary(model)), 0))
            notices = (*notices, *caching.notices)
            if watch is not None:
                watch.take()  # nobody asked for that token
        draft_model, of_drafting = _beside(request, ready, model, abort, threads, progress)
        if draft_model is not None:
            undo.callback(draft_model.close)
        head, of_head = open_head(model, placement, threads, abort)
        if head is not None:
            undo.callback(head.close)
        sight = open_sight(request, ready.projector, ready.plan, model, threads)
        progress.check()
        weights = native.loaded_weights(model, context, ready.gguf, placement)
        if caching is not None:
            weights = caching.counted_with(weights)
        of_template = (ErrorInfo("template.none"),) if ready.chat_format.is_fallback else ()
        notices = (*ready.plan.notices, *of_template, *notices, *of_drafting, *of_head)
        facts = _facts(
            opening, ready, model, weights, splits, draft_model is not None, sight is not None, notices
        )
        session = Session(
            model,
            context,
            ready.chat_format,
            facts,
            placement,
            open_context,
            StepThreads(threads, 0 if request.threads else ready.machine.decode_threads),
            ready.summary.experts,
            watch,
            draft_model,
            caching,
            sight,
            head,
            tokenizer.result(),
            None if ready.plan.paged else native.open_huge_pages(model, placement),
            ready.planned,
        )
        undo.pop_all()
    return session


def _ready(
    request: LoadRequest, check_cancelled: Callable[[], None], on_repacking: Callable[[], None]
) -> _Ready:
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
    return _Ready(index, summary, chat_format, machine, planned, plan, projector)


def _beside(
    request: LoadRequest,
    ready: _Ready,
    model: int,
    abort: native.AbortFlag,
    threads: int,
    progress: Callable[[float], bool],
) -> tuple[DraftModel | None, tuple[ErrorInfo, ...]]:
    """The requested draft model, or the reason why there is none."""
    path = request.options.draft_model
    if not path:
        return None, ()
    vocab = native.vocabulary(model)
    try:
        return open_draft_model(path, vocab, ready.machine, ready.plan, abort, threads, progress), ()
    except UserError as error:
        return None, (ErrorInfo("drafting.without", {"name": Path(path).name}), error.info)


def _facts(
    opening: _Opening,
    ready: _Ready,
    model: int,
    weights: LoadedWeights,
    splits: tuple[int, int],
    drafts: bool,
    sees: bool,
    notices: tuple[ErrorInfo, ...],
) -> ModelFacts:
    """The facts of a loaded model. `drafts`: its draft model is in use, `sees`: it has a projector."""
    request, summary, placement = opening.request, ready.summary, ready.plan.placement
    return ModelFacts(
        path=request.path,
        name=summary.name,
        architecture=summary.architecture,
        quantisation=summary.quantisation,
        context=placement.context,
        trained_context=native.trained_context(model),
        reasoning=ready.chat_format.reasoning,
        sampling=sampling.usable(summary.sampling),
        load_s=time.monotonic() - opening.started,
        plan=msgspec.structs.replace(ready.plan, notices=notices),
        weights=weights,
        machine=ready.machine,
        draft_model=request.options.draft_model if drafts else "",
        graph_splits=splits,
        sees=sees,
        fills=native.fill_in_tokens(native.vocabulary(model)) is not None,
    )


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
