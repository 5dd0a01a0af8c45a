"""From a path to a `Session`: every reason why a file cannot be used is found and told before it is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil

from engine.api import DEFAULT_CONTEXT, LoadRequest, ModelFacts
from engine.errors import UserError
from engine.formats import ChatFormat
from engine.local import native, sampling
from engine.local.native.routing import ExpertWatch
from engine.local.session import Session
from engine.local.threads import default_threads
from engine.placement.gguf_index import GgufIndex, ModelSummary, read_index, summarise

# What the process needs beside weights and cache: activations, tokenizer tables, the interpreter.
WORKING_BYTES = 256 * 2**20
# For a file that does not say what its model was trained for.
LONGEST_CONTEXT = 2**24


def open_session(
    request: LoadRequest, abort: native.AbortFlag, on_progress: Callable[[float], bool]
) -> Session:
    """Load a model and make its context.

    `on_progress` gets fractions and cancels by returning False. Raises UserError: `model.*` for the file,
    `engine.not_enough_memory`, `engine.unknown_architecture`, `engine.load_failed`, `engine.context_memory`,
    `engine.not_a_chat_model`, `engine.load_cancelled`, `template.*`.
    """
    started = time.monotonic()
    cancelled = False

    def progress(fraction: float) -> bool:
        nonlocal cancelled
        cancelled = cancelled or not on_progress(fraction)
        return not cancelled

    def check_cancelled() -> None:
        if not progress(0.0):
            raise UserError("engine.load_cancelled")

    check_cancelled()
    index = read_index(Path(request.path))
    summary = summarise(index)
    if not _can_write_answers(index):
        raise UserError("engine.not_a_chat_model")
    length = _context_length(request.wishes.context, summary)
    _check_memory(summary, length)
    check_cancelled()
    chat_format = _chat_format(summary)
    check_cancelled()
    native.clear_log()
    with ExitStack() as undo:
        model = native.load_model(request.path, progress)
        if not model:
            raise UserError("engine.load_cancelled") if cancelled else _refusal(summary)
        undo.callback(native.free_model, model)
        if not native.has_decoder(model):
            raise UserError("engine.not_a_chat_model")
        threads = request.threads or default_threads()

        def open_context(watch: ExpertWatch | None) -> int:
            return native.new_context(model, length, threads, abort, watch)

        watch = None
        if request.watch_experts and summary.experts:
            watch = ExpertWatch(native.layer_count(model), summary.experts)
        context = open_context(watch)
        if not context:
            raise UserError("engine.context_memory", context=length)
        undo.callback(native.free_context, context)
        recommended = sampling.usable(summary.sampling)
        facts = ModelFacts(
            path=request.path,
            name=summary.name,
            architecture=summary.architecture,
            quantisation=summary.quantisation,
            context=length,
            trained_context=native.trained_context(model),
            reasoning=chat_format.reasoning,
            sampling=recommended,
            load_s=time.monotonic() - started,
        )
        session = Session(
            model, context, chat_format, facts, recommended, open_context, summary.experts, watch
        )
        undo.pop_all()
    return session


def _can_write_answers(index: GgufIndex) -> bool:
    """Not a vocabulary alone, and not a model whose tokens see what follows them, as embedding models do.

    llama.cpp says of those that they have a decoder, and aborts when a token is drawn.
    """
    causal = index.metadata.get(f"{index.architecture}.attention.causal", True)
    return bool(index.tensors) and causal is not False


def _context_length(asked: int, summary: ModelSummary) -> int:
    trained = summary.context_length
    longest = trained or LONGEST_CONTEXT
    if asked > longest:
        raise UserError("engine.context_too_long", asked=asked, trained=longest)
    return asked or min(trained or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def _check_memory(summary: ModelSummary, length: int) -> None:
    """Refuse what cannot fit: weights by the file's size, the KV cache by llama.cpp's own dry run."""
    needed = summary.bytes + WORKING_BYTES
    available = psutil.virtual_memory().available
    if needed <= available:
        needed += _cache_bytes(str(summary.path), length)
    if needed > available:
        raise UserError("engine.not_enough_memory", needed_bytes=needed, free_bytes=available)


def _cache_bytes(path: str, length: int) -> int:
    """The KV cache of a context of `length` tokens, from a load that allocates nothing; 0 if that fails.

    llama.cpp prints the total as `llama_kv_cache: size = 180.00 MiB (...)`, one line for each kind of cache.
    """
    native.clear_log()
    model = native.load_model(path, lambda _: True, no_alloc=True)
    if not model:
        return 0
    context = native.new_context(model, length, 1, None)
    if context:
        native.free_context(context)
    native.free_model(model)
    sizes = re.findall(r"llama_kv_cache\w*: size =\s*([\d.]+) MiB", "\n".join(native.log_tail()))
    return int(sum(map(float, sizes)) * 2**20)


def _chat_format(summary: ModelSummary) -> ChatFormat:
    """The model's own format; one that is published without a template gets ChatML."""
    if not summary.chat_template:
        return ChatFormat.plain()
    return ChatFormat.from_template(summary.chat_template, summary.bos_token, summary.eos_token)


def _refusal(summary: ModelSummary) -> UserError:
    """Why llama.cpp returned no model, from its log."""
    lines = native.log_tail()
    log = "\n".join(lines)
    if "unknown model architecture" in log:
        return UserError("engine.unknown_architecture", architecture=summary.architecture)
    said = [line for line in lines if "error" in line.lower() or "fail" in line.lower()]
    detail = said[0] if said else (lines[-1] if lines else "no message")
    return UserError("engine.load_failed", detail=detail[:300])
