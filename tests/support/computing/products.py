"""The products of quantised matrices, compiled by themselves, and what they must come to."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

import gguf
import numpy as np
from gguf import quants
from numpy.typing import NDArray

from engine.expert_cache.library import plugin_folder
from installer import engine
from installer.builds import NOTE
from installer.sources import HEADERS
from tests.support.caches import cache_folder, made_once

NATIVE = Path(__file__).parents[3] / "engine" / "products" / "native"
COMPILER = shutil.which("c++")
# Of the environment: where ggml's headers lie, and what products are compiled with besides.
HEADERS_NAME, FLAGS_NAME = "COTERIE_TEST_HEADERS", "COTERIE_TEST_FLAGS"
# What stands between ggml and the products needs ggml's own library.
SOURCES = ("activations", "kernel_*", "processor", "products", "unpack_*", "ways")
TYPES = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4",
         "NVFP4", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S")  # fmt: skip
# Where a block's scales lie that are halves of floats: bytes from its beginning.
HALVES = {
    **dict.fromkeys(("Q4_0", "Q5_0", "Q8_0", "IQ4_NL", "IQ4_XS"), (0,)),
    **dict.fromkeys(("IQ1_S", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S"), (0,)),
    **dict.fromkeys(("Q4_1", "Q5_1", "Q4_K", "Q5_K"), (0, 2)),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q6_K": (208,), "MXFP4": (), "NVFP4": (), "IQ1_M": (),
}  # fmt: skip
GROUP = 32

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def headers() -> Path | None:
    """ggml's, which set-up keeps where it compiled the plugin, or those that the environment names."""
    if named := os.environ.get(HEADERS_NAME):
        return Path(named)
    try:
        key = json.loads((plugin_folder() / NOTE).read_bytes())["key"]
    except (OSError, KeyError):
        return None
    found = engine.cache_folder(os.environ) / key / HEADERS
    return found if found.is_dir() else None


@cache
def library(level: str = "-O2") -> ctypes.CDLL:
    """Compiled once for these very sources, optimised as set-up does it or otherwise."""
    files = sorted(NATIVE.glob("*.h")) + _sources()
    contents = [path.name.encode() + path.read_bytes() for path in files]
    made = hashlib.sha256(b"".join([*contents, *(flag.encode() for flag in _flags())])).hexdigest()[:16]
    found = ctypes.CDLL(
        str(made_once(cache_folder("products") / f"{made}{level}.so", partial(_compile, level)))
    )
    found.coterie_products_way.restype = ctypes.c_char_p
    found.coterie_products_known.argtypes = (ctypes.c_int, ctypes.c_int64)
    found.coterie_products_known.restype = ctypes.c_bool
    numbers = (ctypes.c_int64,) * 3
    found.coterie_products_multiply.argtypes = (
        *(ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t, *numbers),
        *(ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p),
    )
    found.coterie_products_multiply.restype = None
    return found


def _flags() -> list[str]:
    return os.environ.get(FLAGS_NAME, "").split()


def _sources() -> list[Path]:
    return sorted(path for name in SOURCES for path in NATIVE.glob(f"{name}.cpp"))


def _compile(level: str, target: Path) -> None:
    found = headers()
    assert found is not None
    assert COMPILER is not None
    command = [COMPILER, level, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread"]
    places = [f"-I{found / 'include'}", f"-I{found / 'src'}"]
    subprocess.run([*command, *_flags(), *places, *_sources(), "-o", target], check=True)


def ways() -> list[str]:
    """Of this processor, best first."""
    names: list[str] = []
    while name := library().coterie_products_way(len(names)):
        names.append(name.decode())
    return names


def number(name: str) -> int:
    return int(gguf.GGMLQuantizationType[name])


def is_known(name: str, k: int) -> bool:
    return bool(library().coterie_products_known(number(name), k))


def block_of(name: str) -> tuple[int, int]:
    """Values and bytes of a block."""
    values, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    return int(values), int(size)


def tame(name: str, blocks: Bytes) -> None:
    """Scales that are no halves of floats, neither endless nor all but nothing: blocks by row."""
    if name == "MXFP4":
        blocks[:, :, 0] = blocks[:, :, 0] % 10 + 115
    if name == "IQ1_M":  # four bits each of a half, the uppermost of four words
        blocks[:, :, 49:57:2] &= 15
        blocks[:, :, 53] |= 0x80
        blocks[:, :, 55] |= 0x20


def made(name: str, rows: int, k: int, random: np.random.Generator, scale: float = 0.01) -> Bytes:
    """A matrix of any bits, whose scales are some numbers of the size of `scale`."""
    values, size = block_of(name)
    blocks = random.integers(0, 256, (rows, k // values, size), np.uint8)
    for place in HALVES[name]:
        numbers = (random.standard_normal((rows, k // values, 1)) * scale).astype(np.float16)
        blocks[:, :, place : place + 2] = numbers.view(np.uint8)
    tame(name, blocks)
    return blocks.reshape(rows, -1)


def multiplied(
    way: int,
    name: str,
    weights: Bytes,
    tokens: Floats,
    first: int = 0,
    end: int | None = None,
    level: str = "-O2",
) -> Floats:
    """A token's results in each row. What is not asked for is not a number."""
    rows, count = len(weights), len(tokens)
    results = np.full((count, rows), np.nan, np.float32)
    end = rows if end is None else end
    library(level).coterie_products_multiply(
        *(way, number(name), tokens.shape[1], weights.ctypes.data, weights.strides[0], rows, first, end),
        *(tokens.ctypes.data, count, results.ctypes.data),
    )
    return results


def quantised(tokens: Floats) -> NDArray[np.float64]:
    """Tokens as they are multiplied: of every 32 values the greatest is 127."""
    groups = tokens.reshape(len(tokens), -1, GROUP)
    peaks = np.abs(groups).max(axis=2, keepdims=True)
    inverse = np.divide(np.float32(127), peaks, out=np.zeros_like(peaks), where=peaks > 0)
    found = np.rint(groups * inverse).astype(np.float64) * (peaks / np.float32(127))
    return found.reshape(tokens.shape)


def expected(name: str, weights: Bytes, tokens: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The results, and of what size the numbers are that are added up in them."""
    exact = quants.dequantize(weights, gguf.GGMLQuantizationType[name]).astype(np.float64)
    inputs = quantised(tokens)
    return inputs @ exact.T, np.abs(inputs).sum(axis=1)[:, None] * np.abs(exact).max(axis=1)
