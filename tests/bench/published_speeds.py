"""Decoding speeds that others measured and published, with the placement they used, for the prediction to meet.

Memory bandwidth is the published one: channels times transfer rate times 8 bytes, of which llama.cpp's kernels
reach 60 to 75 percent; cards by their maker's figure. Where a source does not name its RAM, two channels of the
usual kind of the card's generation are assumed: DDR4-3200 up to GeForce RTX 30, DDR5-5600 from RTX 40 on; of a
server all its channels.
"""

from __future__ import annotations

import msgspec

from engine.gguf.tensor_index import TensorIndex
from engine.placement.choosing import UBATCH
from engine.placement.layout import Layout, lay_out, on_the_cpu
from engine.placement.plan import RAM, Device, Machine, Placement
from engine.placement.predict import predict
from tests.support.models.published_models import published_index

KERNELS_REACH = 0.67
DDR4_3200, DDR5_5600, DDR5_6000 = 2 * 25.6e9, 2 * 44.8e9, 2 * 48.0e9
_PLENTY = 2**40


class PublishedSpeed(msgspec.Struct, frozen=True):
    """`cpu_experts`: the experts of the first so many layers lay in RAM (llama.cpp's --n-cpu-moe). No `cards`:
    the CPU alone. `ram`: bytes per second by its specification, `assumed` where the source does not say."""

    model: str
    cards: tuple[str, ...]
    cpu_experts: int
    ram: float
    decode_tps: float
    source: str
    assumed: bool = False
    scheme: str = ""
    context: int = 4096


_ALL = 999
PUBLISHED_SPEEDS = (
    PublishedSpeed(
        "Qwen3-30B-A3B",
        ("NVIDIA GeForce RTX 2080",),
        36,
        102.4e9,  # four channels of DDR4-3200
        36.7,
        "github.com/AlexsJones/llmfit/pull/755",
    ),
    PublishedSpeed(
        "Llama-3.1-8B",
        ("NVIDIA GeForce RTX 2080",),
        0,
        102.4e9,
        71.9,
        "github.com/AlexsJones/llmfit/pull/773",
    ),
    PublishedSpeed(
        # Two runs, 18.0 and, with a later build, 25.6; the author names a GeForce RTX 3060 Ti as enough.
        "gpt-oss-120b",
        ("NVIDIA GeForce RTX 3060 Ti",),
        _ALL,
        DDR5_5600,  # 14900K
        21.8,
        "gokawiil.com/article/74814",
        assumed=True,
    ),
    PublishedSpeed(
        "gpt-oss-120b",
        ("NVIDIA GeForce RTX 5090", "NVIDIA GeForce RTX 5090"),
        3,
        DDR5_5600,
        108,
        "github.com/ggml-org/llama.cpp/pull/15077",
        assumed=True,
    ),
    PublishedSpeed(
        "gpt-oss-120b",
        ("NVIDIA GeForce RTX 3090",),
        27,
        204.8e9,  # EPYC 7343; 64 GB, hardly more than the file, so most likely it was swapping
        1.6,
        "hardware-corner.net/gpt-oss-offloading-moe-layers",
        assumed=True,
    ),
    PublishedSpeed(
        "gpt-oss-20b",
        ("NVIDIA GeForce RTX 3060",),
        2,
        DDR4_3200,
        64,
        "smeltcore.com, gpt-oss-20b on RTX 3060",
        assumed=True,
        context=16384,
    ),
    PublishedSpeed(
        "gpt-oss-20b",
        ("NVIDIA RTX PRO 6000 Blackwell",),
        0,
        DDR5_5600,
        389,
        "github.com/ggml-org/llama.cpp/pull/16991",
        assumed=True,
        context=512,
    ),
    PublishedSpeed(
        "Qwen3.5-35B-A3B",
        ("NVIDIA GeForce RTX 4070",),
        _ALL,
        DDR5_5600,
        34.6,
        "dev.to/kenimo49, RTX 4070",
        assumed=True,
    ),
    PublishedSpeed(
        # The article's model is Qwen3.6-35B-A3B, of the same shape.
        "Qwen3.5-35B-A3B",
        ("NVIDIA GeForce RTX 5070 Ti",),
        20,
        DDR5_6000,  # 9800X3D
        79,
        "setupai.cc",
        assumed=True,
    ),
    PublishedSpeed(
        "Qwen3.5-35B-A3B",
        ("NVIDIA GeForce RTX 5070 Ti",),
        _ALL,
        DDR5_6000,
        51,
        "setupai.cc",
        assumed=True,
    ),
    PublishedSpeed(
        "Qwen3.5-35B-A3B",
        ("NVIDIA GeForce RTX 5060 Ti",),
        14,
        DDR5_5600,
        52,
        "github.com/ikawrakow/ik_llama.cpp/pull/1593 (stock b8125)",
        assumed=True,
    ),
    PublishedSpeed(
        "Qwen3.5-35B-A3B",
        (),
        0,
        DDR5_6000,  # 7950X
        18.4,
        "bkataru.github.io/igllama/showcase",
    ),
    PublishedSpeed(
        "Gemma-4-26B-A4B",
        ("NVIDIA GeForce RTX 5060 Ti",),
        _ALL,
        DDR5_5600,
        45,
        "github.com/JamePeng/llama-cpp-python/issues/123",
        assumed=True,
        scheme="MXFP4",
    ),
    PublishedSpeed(
        "DeepSeek-V3",
        (),
        0,
        204.8e9,  # EPYC 7773X, eight channels of DDR4-3200
        4.36,
        "reddit.com/r/LocalLLaMA/comments/1iq6ngx",
        assumed=True,
    ),
)


def predicted_decode(case: PublishedSpeed) -> tuple[float, tuple[float, float]]:
    """The prediction for that machine and placement, and its range."""
    index = _index(case)
    ram = Device(RAM, "cpu", "", _PLENTY, _PLENTY, bandwidth=case.ram * KERNELS_REACH)
    cards = tuple(
        Device(f"CUDA{number}", "gpu", name, _PLENTY, _PLENTY, streams=True)
        for number, name in enumerate(case.cards)
    )
    layout = _layout(index, case.cpu_experts, tuple(card.name for card in cards))
    placement = Placement(
        context=case.context,
        ubatch=UBATCH,
        devices=layout.devices,
        op_offload=bool(cards),
        load_mode="pinned",
    )
    found = predict(index, Machine(ram, cards), layout, placement, paged=0)
    return found.decode_tps, found.decode_range


def _index(case: PublishedSpeed) -> TensorIndex:
    return published_index(case.model, case.scheme or None)  # type: ignore[arg-type]


def _layout(index: TensorIndex, cpu_experts: int, cards: tuple[str, ...]) -> Layout:
    """llama.cpp's --n-cpu-moe, layers divided equally."""
    if not cards:
        return on_the_cpu(index.layers)
    layers = len(index.layers)
    ends = [round(layers * (number + 1) / len(cards)) for number in range(len(cards))]
    starts = [0, *ends[:-1]]
    whole = [
        [layer for layer in range(start, end) if layer >= cpu_experts]
        for start, end in zip(starts, ends, strict=True)
    ]
    counts = [end - start for start, end in zip(starts, ends, strict=True)]
    return lay_out(index.layers, cards, counts, whole, None)
