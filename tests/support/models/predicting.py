"""A real model with a multi-token prediction head: the starter in the shape of GLM-4.5, its head fitted.

Half of each feed-forward block becomes the shared expert, the other half equal routed experts of which one is used:
together they compute what the dense block computed, so the model answers like the starter. The head's own layer adds
nothing; its projection is the linear map from the embedding of a token and the hidden row before it to the hidden row
after it (ridge regression), fitted on answers of the model itself, so that many of its drafts come true and many do
not. Shapes as in llama.cpp's loader (`src/models/glm4-moe.cpp`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt
from gguf import GGUFReader, GGUFWriter, ReaderTensor
from gguf.quants import dequantize

from engine.formats import ChatFormat
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.local import native
from engine.local.model.tokenizer import Tokenizer
from engine.local.native import prediction
from engine.placement.plan import Placement
from engine.values import Message
from tests.support.caches import cache_folder, made_once
from tests.support.computing.mixed_chats import QUESTIONS
from tests.support.models.moe import copy_field
from tests.support.models.starter import starter_model

ARCHITECTURE, EXPERTS = "glm4moe", 4
PROJECTION = "nextn.eh_proj.weight"
_KEYS = (
    "context_length embedding_length attention.head_count attention.head_count_kv rope.freq_base "
    "attention.layer_norm_rms_epsilon vocab_size rope.dimension_count"
).split()
# Of each question the likeliest answer, and others; so many tokens of each, so many at once.
ANSWERS, LENGTH, AT_ONCE = 2, 96, 10
_TEMPERATURE = 0.7
_RIDGE = 30.0
Rows = npt.NDArray[np.float32]


def predicting_model() -> Path:
    """The GGUF file, 200 MB, made on first use in about a minute."""
    path = cache_folder("models") / "smollm2-135m-mtp-1.gguf"

    def write(partial: Path) -> None:
        write_with_head(starter_model(), partial)
        fit_head(partial)

    return made_once(path, write)


# --- the file ---


def write_with_head(
    dense: Path, destination: Path, *, projection: tuple[int, int] | None = None, heads: int = 1
) -> None:
    """Write the model with heads whose projection is zero. `projection`: its shape, where it is not to fit."""
    reader = GGUFReader(str(dense))
    writer = GGUFWriter(str(destination), ARCHITECTURE)
    for key, field in reader.fields.items():
        if key.startswith("tokenizer.") or key in ("general.name", "general.file_type"):
            copy_field(writer, key, field)
    for key in _KEYS:
        copy_field(writer, f"{ARCHITECTURE}.{key}", reader.fields[f"llama.{key}"])
    layers, width, inner, query_heads, kv_heads = (
        int(reader.fields[f"llama.{key}"].contents())
        for key in "block_count embedding_length feed_forward_length attention.head_count "
        "attention.head_count_kv".split()
    )
    writer.add_block_count(layers + heads)
    writer.add_nextn_predict_layers(heads)
    writer.add_feed_forward_length(inner)
    writer.add_expert_feed_forward_length(inner // 2)
    writer.add_key_length(width // query_heads)
    writer.add_value_length(width // query_heads)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(1)
    writer.add_expert_shared_count(1)
    writer.add_leading_dense_block_count(0)
    writer.add_expert_weights_norm(True)
    writer.add_expert_weights_scale(1.0)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    rows = {"attn_q": query_heads, "attn_k": kv_heads}
    for name, tensor in tensors.items():
        if not name.startswith("blk."):
            writer.add_tensor(name, tensor.data, raw_dtype=tensor.tensor_type)
    for layer in range(layers + heads):
        source = min(layer, layers - 1)
        _layer(writer, tensors, source, layer, rows, is_head=layer >= layers)
    for layer in range(layers, layers + heads):
        block = f"blk.{layer}."
        writer.add_tensor(block + PROJECTION, np.zeros(projection or (width, 2 * width), np.float16))
        for name in ("enorm", "hnorm"):
            writer.add_tensor(f"{block}nextn.{name}.weight", np.ones(width, np.float32))
        writer.add_tensor(f"{block}nextn.shared_head_norm.weight", tensors["output_norm.weight"].data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _layer(
    writer: GGUFWriter,
    tensors: dict[str, ReaderTensor],
    source: int,
    layer: int,
    heads: dict[str, int],
    *,
    is_head: bool,
) -> None:
    """A layer like the dense one of number `source`; that of the head adds nothing to what goes through it."""
    random = np.random.default_rng(layer)

    def add(name: str, data: npt.NDArray[Any], like: ReaderTensor) -> None:
        silent = is_head and ("output" in name or "down" in name)
        data = np.zeros_like(data) if silent else np.ascontiguousarray(data)
        writer.add_tensor(f"blk.{layer}.{name}", data, raw_dtype=like.tensor_type)

    for name in ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output"):
        tensor = tensors[f"blk.{source}.{name}.weight"]
        data = _half_rotated(tensor.data, heads[name]) if name in heads else tensor.data
        add(f"{name}.weight", data, tensor)
    norm = tensors[f"blk.{source}.ffn_norm.weight"]
    add("post_attention_norm.weight", norm.data, norm)
    for name in ("ffn_gate", "ffn_up", "ffn_down"):
        tensor = tensors[f"blk.{source}.{name}.weight"]
        # Rows are what comes out, bytes of a row what goes in: both halves are whole blocks.
        shared, routed = np.split(tensor.data, 2, axis=1 if name == "ffn_down" else 0)
        add(f"{name}_shexp.weight", shared, tensor)
        add(f"{name}_exps.weight", np.stack([routed] * EXPERTS), tensor)
    width = len(norm.data)
    router = random.standard_normal((EXPERTS, width)).astype(np.float32)
    writer.add_tensor(f"blk.{layer}.ffn_gate_inp.weight", router)
    writer.add_tensor(f"blk.{layer}.exp_probs_b.bias", np.zeros(EXPERTS, np.float32))


def _half_rotated(data: npt.NDArray[Any], heads: int) -> npt.NDArray[Any]:
    """Rows whose rotated pairs lie side by side, as rows whose pairs lie half a head apart."""
    rows, size = data.shape
    paired = data.reshape(heads, rows // heads // 2, 2, size)
    return paired.swapaxes(1, 2).reshape(rows, size)


# --- the fit ---


def fit_head(path: Path) -> None:
    """Fit the projection on answers of the model, in place."""
    native.start()
    tokens, hidden, starts = _answers(path)
    reader = GGUFReader(str(path), "r+")
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    table = tensors["token_embd.weight"]
    embedded = dequantize(table.data[tokens], table.tensor_type)
    # Of position p: the embedding of its token and the row before; what shall come out is its own row.
    inside = np.setdiff1d(np.arange(1, len(tokens)), starts)
    given = np.hstack([_normed(embedded[inside]), _normed(hidden[inside - 1])]).astype(np.float64)
    wanted = _normed(hidden[inside] / dequantize_norm(tensors)).astype(np.float64)
    square = given.T @ given
    square[np.diag_indices_from(square)] += _RIDGE
    projection = np.linalg.solve(square, given.T @ wanted).T
    name = next(name for name in tensors if name.endswith(PROJECTION))
    tensors[name].data[:] = projection.astype(np.float16)
    reader.data.flush()


def dequantize_norm(tensors: dict[str, ReaderTensor]) -> Rows:
    """The weights of the last norm: rows are told behind it, the head's own come before it."""
    return np.asarray(tensors["output_norm.weight"].data, np.float32)


def _normed(rows: Rows) -> Rows:
    return np.asarray(rows / np.sqrt(np.mean(np.square(rows), axis=1, keepdims=True) + 1e-5), np.float32)


def _answers(path: Path) -> tuple[npt.NDArray[np.int64], Rows, npt.NDArray[np.int64]]:
    """Tokens of questions and answers, the hidden row of each, and where a conversation begins."""
    placement = Placement(4096, ubatch=512, sequences=AT_ONCE)
    model = native.load_model(str(path), placement, lambda _: True)
    context = native.new_context(model, placement, 1, None)
    summary = summarize(read_index(path))
    chat_format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)
    tokenizer = Tokenizer(native.vocabulary(model))
    prompts = [tokenizer.encode(chat_format.render((Message("user", each),))) for each in QUESTIONS]
    random = np.random.default_rng(0)
    tokens: list[int] = []
    rows: list[Rows] = []
    starts: list[int] = []
    try:
        prediction.tell_hidden_rows(context, True)
        asked = [(prompt, answer) for answer in range(ANSWERS) for prompt in prompts]
        for place in range(0, len(asked), AT_ONCE):
            group = asked[place : place + AT_ONCE]
            for read, found in _answered(model, context, tokenizer, group, random):
                starts.append(len(tokens))
                tokens += read
                rows.append(found)
    finally:
        native.free_context(context)
        native.free_model(model)
    return np.array(tokens), np.concatenate(rows), np.array(starts)


def _answered(
    model: int,
    context: int,
    tokenizer: Tokenizer,
    group: list[tuple[list[int], int]],
    random: np.random.Generator,
) -> Iterator[tuple[list[int], Rows]]:
    """Each of the group as its tokens and their hidden rows."""
    native.forget_all(context)
    size, width = native.vocabulary_size(native.vocabulary(model)), prediction.hidden_width(model)
    batch = native.Batch(512)
    read: list[list[int]] = [[] for _ in group]
    found: list[list[Rows]] = [[] for _ in group]
    new = [list(prompt) for prompt, _ in group]
    for _ in range(LENGTH):
        batch.clear()
        taking = [number for number in range(len(group)) if new[number]]
        if not taking:
            break
        last = {}
        for number in taking:
            first = batch.add(number, new[number], len(read[number]), 1)
            last[number] = (first, len(new[number]))
        assert batch.decode(context) == 0
        for number, (first, count) in last.items():
            found[number].append(prediction.hidden_rows(context, first, count, width).copy())
            read[number] += new[number]
            pointer = llama.llama_get_logits_ith(context, first + count - 1)
            logits = np.ctypeslib.as_array(pointer, (size,))
            if group[number][1]:
                logits = logits / _TEMPERATURE + random.gumbel(size=size)
            token = int(np.argmax(logits))
            new[number] = [] if tokenizer.is_end(token) else [token]
    for number in range(len(group)):
        yield read[number], np.concatenate(found[number])
