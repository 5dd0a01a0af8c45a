"""A projector made on the spot that lets the starter model see plain colors.

Its tower adds nothing to a patch's middle pixel; the last two layers tell how much of each color there is, and write
the model's own embedding of that color's name. All its numbers are exact in half floats, so that a patch of red is,
to the last bit, the token " red": what a picture changes can be compared with what a text changes.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader, GGUFWriter, dequantize

from tests.support.caches import cache_folder, made_once
from tests.support.models.random_weights import VOCABULARY, RandomWeights
from tests.support.models.starter import starter_model

# A picture becomes four patches, hence four rows.
PATCH, ROWS = 14, 4
_TOWER, _COLORS, _LAYERS, _STEEP = 32, 8, 2, 10.0
# How much red, green, blue and anything make a color: 1 for itself, 0 or less for the others.
COLORS = {
    "red": (1, -1, -1, 0),
    "green": (-1, 1, -1, 0),
    "blue": (-1, -1, 1, 0),
    "white": (1, 1, 1, -2),
    "black": (-1, -1, -1, 1),
}


def color_projector() -> Path:
    """For the starter model."""
    path = cache_folder("projectors") / "colors-1.gguf"
    return made_once(path, write_color_projector)


def write_color_projector(path: Path, layers: int = _LAYERS, side: int = 2, **facts: Any) -> None:
    """Write it for pictures of `side` x `side` patches, with some of its `facts` replaced (keys behind
    "clip.vision.", two underscores for a dot); None leaves one out."""
    words = _words_of_colors()
    width = words.shape[0]
    writer = GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", "mlp")
    _write_facts(
        writer,
        {
            "image_size": side * PATCH,
            "patch_size": PATCH,
            "embedding_length": _TOWER,
            "feed_forward_length": 2 * _TOWER,
            "block_count": layers,
            "attention__head_count": 1,
            "projection_dim": width,
            "attention__layer_norm_epsilon": 1e-5,
            "image_mean": [0.0, 0.0, 0.0],
            "image_std": [1.0, 1.0, 1.0],
        }
        | facts,
    )
    tower = np.zeros((_TOWER, 3, PATCH, PATCH))
    tower[range(3), range(3), PATCH // 2, PATCH // 2] = 1.0
    _add(writer, "v.patch_embd.weight", tower)
    _add(writer, "v.position_embd.weight", np.zeros((side * side, _TOWER)))
    for layer in range(layers):
        _write_idle_layer(writer, f"v.blk.{layer}.", np.random.default_rng(layer))
    first, bias = np.zeros((_COLORS, _TOWER)), np.zeros(_COLORS)
    last = np.zeros((width, _COLORS))
    for row, amounts in enumerate(COLORS.values()):
        first[row, :3], bias[row] = np.array(amounts[:3]) * _STEEP, amounts[3] * _STEEP
        last[:, row] = words[:, row] / _STEEP
    for name, weights in (
        ("0.weight", first),
        ("0.bias", bias),
        ("2.weight", last),
        ("2.bias", np.zeros(width)),
    ):
        _add(writer, f"mm.{name}", weights)
    _close(writer)


def _write_facts(writer: GGUFWriter, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        key = f"clip.vision.{name.replace('__', '.')}"
        if isinstance(value, list):
            writer.add_array(key, value)
        elif isinstance(value, float):
            writer.add_float32(key, value)
        elif isinstance(value, str):
            writer.add_string(key, value)
        elif value is not None:
            writer.add_uint32(key, value)


def _write_idle_layer(writer: GGUFWriter, prefix: str, random: np.random.Generator) -> None:
    """A layer of a transformer that works and whose results are multiplied by zero."""
    for name in ("attn_q", "attn_k", "attn_v"):
        _add(writer, f"{prefix}{name}.weight", random.standard_normal((_TOWER, _TOWER)) / 8)
    _add(writer, f"{prefix}attn_out.weight", np.zeros((_TOWER, _TOWER)))
    for name in ("ln1", "ln2"):
        _add(writer, f"{prefix}{name}.weight", np.ones(_TOWER))
        _add(writer, f"{prefix}{name}.bias", np.zeros(_TOWER))
    _add(writer, f"{prefix}ffn_up.weight", random.standard_normal((2 * _TOWER, _TOWER)) / 8)
    _add(writer, f"{prefix}ffn_down.weight", np.zeros((_TOWER, 2 * _TOWER)))


@functools.cache
def _words_of_colors() -> np.ndarray:
    """The starter's embedding of each color's name [width, colors]; reading its vocabulary takes a second."""
    reader = GGUFReader(str(starter_model()))
    return np.stack([_embedding(reader, f"\u0120{color}") for color in COLORS], axis=1)


def _embedding(reader: GGUFReader, token: str) -> np.ndarray:
    words = reader.fields["tokenizer.ggml.tokens"]
    number = next(row for row, part in enumerate(words.data) if bytes(words.parts[part]) == token.encode())
    table = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
    return dequantize(table.data[number : number + 1], table.tensor_type)[0]


def _add(writer: GGUFWriter, name: str, weights: np.ndarray) -> None:
    writer.add_tensor(name, np.ascontiguousarray(weights, np.float32))


def _close(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def rows_and_columns_model(folder: Path) -> tuple[Path, Path]:
    """A random Qwen2-VL and its projector: a picture's rows have places in time, height and width (M-RoPE), so that
    it takes fewer positions than rows; and its size decides how many rows it has."""
    text, path = folder / "text.gguf", folder / "mmproj.gguf"
    width, heads, inner = 64, 2, 128
    model = RandomWeights(text, "qwen2vl", Type.F32, Type.F32, seed=5)
    model.facts(
        context_length=4096,
        embedding_length=width,
        block_count=2,
        feed_forward_length=inner,
        attention__head_count=heads,
        attention__head_count_kv=heads,
        attention__layer_norm_rms_epsilon=1e-6,
        rope__freq_base=10000.0,
        rope__dimension_sections=[4, 6, 6, 0],
    )
    model.matrix("token_embd", VOCABULARY, width, spread=8.0)
    model.matrix("output", VOCABULARY, width)
    model.norm("output_norm", width)
    for layer in range(2):
        prefix = f"blk.{layer}."
        for name in ("attn_norm", "ffn_norm"):
            model.norm(prefix + name, width)
        for name in ("attn_q", "attn_k", "attn_v"):
            model.matrix(prefix + name, width, width)
            model.vector(f"{prefix}{name}.bias", width)
        model.matrix(f"{prefix}attn_output", width, width)
        model.matrix(f"{prefix}ffn_gate", inner, width)
        model.matrix(f"{prefix}ffn_up", inner, width)
        model.matrix(f"{prefix}ffn_down", width, inner)
    model.close()
    write_merging_projector(path, width)
    return text, path


def write_merging_projector(path: Path, width: int) -> None:
    """One with random weights that merges patches, for a model of this width."""
    random = np.random.default_rng(6)
    writer = GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", "qwen2vl_merger")
    _write_facts(
        writer,
        {
            "image_size": 4 * PATCH,
            "patch_size": PATCH,
            "embedding_length": _TOWER,
            "feed_forward_length": 2 * _TOWER,
            "block_count": _LAYERS,
            "attention__head_count": 2,
            "projection_dim": width,
            "attention__layer_norm_epsilon": 1e-6,
            "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.5, 0.5, 0.5],
        },
    )
    shapes = {f"v.patch_embd.weight{end}": (_TOWER, 3, PATCH, PATCH) for end in ("", ".1")}
    for layer in range(_LAYERS):
        prefix = f"v.blk.{layer}."
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            shapes |= {f"{prefix}{name}.weight": (_TOWER, _TOWER), f"{prefix}{name}.bias": (_TOWER,)}
        for name in ("ln1", "ln2"):
            shapes |= {f"{prefix}{name}.weight": (_TOWER,), f"{prefix}{name}.bias": (_TOWER,)}
        shapes |= {f"{prefix}ffn_up.weight": (2 * _TOWER, _TOWER), f"{prefix}ffn_up.bias": (2 * _TOWER,)}
        shapes |= {f"{prefix}ffn_down.weight": (_TOWER, 2 * _TOWER), f"{prefix}ffn_down.bias": (_TOWER,)}
    shapes |= {"v.post_ln.weight": (_TOWER,), "v.post_ln.bias": (_TOWER,)}
    merged = 4 * _TOWER
    shapes |= {"mm.0.weight": (merged, merged), "mm.0.bias": (merged,)}
    shapes |= {"mm.2.weight": (width, merged), "mm.2.bias": (width,)}
    for name, shape in shapes.items():
        _add(writer, name, random.standard_normal(shape) / 5)
    _close(writer)


def random_projector(path: Path, width: int, kind: str = "mlp", side: int = 8, merge: int = 1) -> Path:
    """A projector of random weights for a model of this width, for pictures of `side` x `side` patches. `kind`
    "gemma3" makes one row of `merge` x `merge` patches, and its rows see each other; so do those of "gemma4v", which
    takes pictures of any size."""
    random = np.random.default_rng(11)
    writer = GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", kind)
    facts = {
        "image_size": side * PATCH,
        "patch_size": PATCH,
        "embedding_length": _TOWER,
        "feed_forward_length": 2 * _TOWER,
        "block_count": 2 if kind == "mlp" else 1,
        "attention__head_count": 1,
        "projection_dim": width,
        "attention__layer_norm_epsilon": 1e-6,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    _write_facts(writer, facts | ({} if kind == "mlp" else {"projector__scale_factor": merge}))
    _add(writer, "v.patch_embd.weight", random.standard_normal((_TOWER, 3, PATCH, PATCH)) / 5)
    places = (2, 600) if kind == "gemma4v" else (side * side,)
    _add(writer, "v.position_embd.weight", random.standard_normal((*places, _TOWER)))
    _write_idle_layer(writer, "v.blk.0.", random)
    if kind == "gemma4v":
        _add(writer, "mm.input_projection.weight", random.standard_normal((width, _TOWER)) / 5)
    elif kind == "gemma3":
        _add(writer, "v.post_ln.weight", np.ones(_TOWER))
        _add(writer, "v.post_ln.bias", np.zeros(_TOWER))
        _add(writer, "mm.input_projection.weight", random.standard_normal((_TOWER, width)) / 5)
        _add(writer, "mm.soft_emb_norm.weight", np.ones(_TOWER))
    else:
        _write_idle_layer(writer, "v.blk.1.", random)  # whose output nobody takes
        for name, shape in (("0", (width, _TOWER)), ("2", (width, width))):
            _add(writer, f"mm.{name}.weight", random.standard_normal(shape) / 5)
            _add(writer, f"mm.{name}.bias", np.zeros(shape[0]))
    _close(writer)
    return path
