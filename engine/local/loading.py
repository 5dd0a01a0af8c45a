"""Loading: from a path to a `Session`, as it was prepared."""

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
from engine.gguf.reading import check_unchanged
from engine.local import native
from engine.local.generation import sampling
from engine.local.model.expert_caching import ExpertCaching, open_caching
from engine.local.model.session import Session
from engine.local.model.step_threads import StepThreads
from engine.local.model.tokenizer import Tokenizer
from engine.local.native.routing import ExpertWatch
from engine.local.pictures.opening import open_sight
from engine.local.pictures.sight import Sight
from engine.local.preparing import Prepared, prepared
from engine.local.speculative.draft_model import DraftModel
from engine.local.speculative.loading import open_draft_model, open_head
from engine.local.speculative.prediction_head import PredictionHead
from engine.local.threads import default_threads
from engine.placement.plan import LoadedWeights, Placement

# Of a plan that does without a cache because it failed before, in another process.
_CONCEDED = (ErrorInfo("cache.without"), ErrorInfo("cache.failed_before"))


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


class _Beside(NamedTuple):
    """What is open beside the model: what guesses ahead for it, and what sees. `notices` say what is not."""

    draft_model: DraftModel | None
    head: PredictionHead | None
    sight: Sight | None
    notices: tuple[ErrorInfo, ...]


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
    ready = prepared(request, progress.check, on_repacking)
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
        opening, prepared(request, progress.check, on_repacking), (ErrorInfo("cache.without"), reason)
    )


def _opened(opening: _Opening, ready: Prepared, notices: tuple[ErrorInfo, ...] = ()) -> Session:
    """Load as `ready` says, with its `notices`. Raises as `open_session`, leaving nothing open."""
    request, placement = opening.request, ready.plan.placement
    if opening.min_batch is not None and placement.min_batch != opening.min_batch:
        raise OtherMinBatch(placement.min_batch)
    check_unchanged(ready.gguf)
    native.clear_log()
    threads = request.threads or default_threads()
    with ExitStack() as undo:
        model = _loaded_model(opening, ready, undo)
        caching = _caching(request, ready, model, undo)
        watch = _watch(request, ready, model)

        def open_context(placement: Placement, watch: ExpertWatch | None, divided: bool = False) -> int:
            on_node = watch.callback if watch else None
            made = native.new_context(model, placement, threads, opening.abort, on_node, divided=divided)
            native.settle_cells(placement)
            return made

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
        beside = _beside(opening, ready, model, threads, undo)
        opening.progress.check()
        weights = native.loaded_weights(model, context, ready.gguf, placement)
        if caching is not None:
            weights = caching.counted_with(weights)
        session = Session(
            model,
            context,
            ready.chat_format,
            _facts(opening, ready, model, weights, splits, beside, notices),
            placement,
            open_context,
            StepThreads(threads, 0 if request.threads else ready.machine.decode_threads),
            ready.summary.experts,
            watch,
            beside.draft_model,
            caching,
            beside.sight,
            beside.head,
            tokenizer.result(),
            None if ready.plan.paged else native.open_huge_pages(model, placement),
            ready.planned,
        )
        undo.pop_all()
    return session


def _loaded_model(opening: _Opening, ready: Prepared, undo: ExitStack) -> int:
    """The model's handle; `undo` frees it, and closes the file that its experts may stay in."""
    placement, progress = ready.plan.placement, opening.progress
    if native.reads_experts(placement):
        native.open_floor(ready.gguf, placement)
        undo.callback(native.close_floor)
    model = native.load_model(opening.request.path, placement, progress)
    if not model:
        raise UserError("engine.load_cancelled") if progress.is_cancelled else native.model_refusal()
    undo.callback(native.free_model, model)
    if not native.has_decoder(model):
        raise UserError("engine.not_a_chat_model")
    return model


def _caching(request: LoadRequest, ready: Prepared, model: int, undo: ExitStack) -> ExpertCaching | None:
    """The cache of single experts that is planned, which `undo` closes."""
    placement = ready.plan.placement
    if placement.expert_cache is None:
        return None
    caching = open_caching(model, placement, ready.summary, calibrations=request.calibrations)
    undo.callback(caching.close)
    return caching


def _watch(request: LoadRequest, ready: Prepared, model: int) -> ExpertWatch | None:
    if request.watch_experts and ready.summary.experts:
        return ExpertWatch(native.layer_count(model), ready.summary.experts)
    return None


def _beside(opening: _Opening, ready: Prepared, model: int, threads: int, undo: ExitStack) -> _Beside:
    """What there is of it, and the reasons why some is not there; `undo` closes what guesses."""
    draft_model, of_drafting = _draft_model(opening, ready, model, threads)
    if draft_model is not None:
        undo.callback(draft_model.close)
    head, of_head = open_head(model, ready.plan.placement, threads, opening.abort)
    if head is not None:
        undo.callback(head.close)
    sight = open_sight(opening.request, ready.projector, ready.plan, model, threads)
    return _Beside(draft_model, head, sight, (*of_drafting, *of_head))


def _draft_model(
    opening: _Opening, ready: Prepared, model: int, threads: int
) -> tuple[DraftModel | None, tuple[ErrorInfo, ...]]:
    """The requested draft model, or the reason why there is none."""
    path, vocab = opening.request.options.draft_model, native.vocabulary(model)
    if not path:
        return None, ()
    abort, progress = opening.abort, opening.progress
    try:
        return open_draft_model(path, vocab, ready.machine, ready.plan, abort, threads, progress), ()
    except UserError as error:
        return None, (ErrorInfo("drafting.without", {"name": Path(path).name}), error.info)


def _facts(
    opening: _Opening,
    ready: Prepared,
    model: int,
    weights: LoadedWeights,
    splits: tuple[int, int],
    beside: _Beside,
    notices: tuple[ErrorInfo, ...],
) -> ModelFacts:
    """The facts of a loaded model, with the `notices` of this load."""
    request, summary, placement = opening.request, ready.summary, ready.plan.placement
    of_template = (ErrorInfo("template.none"),) if ready.chat_format.is_fallback else ()
    notices = (*ready.plan.notices, *of_template, *notices, *beside.notices)
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
        draft_model="" if beside.draft_model is None else request.options.draft_model,
        graph_splits=splits,
        sees=beside.sight is not None,
        fills=native.fill_in_tokens(native.vocabulary(model)) is not None,
    )
