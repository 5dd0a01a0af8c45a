"""The CPU of this machine: name and features, compared with llama.cpp's build, and what it computes."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from pathlib import Path

# llama.cpp's names (ggml-cpu) and those of Linux's /proc/cpuinfo, for features that matter to its speed.
_FLAGS = """
    SSE3 pni, SSSE3 ssse3, AVX avx, AVX2 avx2, FMA fma, F16C f16c, BMI2 bmi2, AVX_VNNI avx_vnni,
    AVX512 avx512f, AVX512_VNNI avx512_vnni, AVX512_BF16 avx512_bf16, AMX_INT8 amx_int8, NEON asimd,
    DOTPROD asimddp, SVE sve
"""
_LINUX_FLAGS = dict(row.split() for row in _FLAGS.split(","))


def features_present(cpuinfo: str) -> tuple[str, ...]:
    """The features, in llama.cpp's names, that the text of /proc/cpuinfo lists."""
    flags: set[str] = set()
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            flags.update(value.split())
    return tuple(name for name, flag in _LINUX_FLAGS.items() if flag in flags)


def unused_features(present: Iterable[str], used: Iterable[str]) -> tuple[str, ...]:
    """CPU features that the build leaves idle: a prebuilt library without AVX2 costs a factor of four."""
    in_use = set(used)
    return tuple(name for name in present if name not in in_use)


def read_cpuinfo() -> str:
    """/proc/cpuinfo, "" where there is none."""
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8", "replace") if path.exists() else ""


def processor_name(cpuinfo: str) -> str:
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


# GFLOPS a core with quantised weights. 54: a Ryzen 9 7950X with AVX-512 VNNI, 141 tokens per second of Qwen3-30B's
# prompts on 16 cores at 6 GFLOP a token (github.com/ikawrakow/ik_llama.cpp/discussions/357). The others by the width
# of their products of eight-bit numbers against that, and AMX by half of its 16 times, which memory leaves.
_CORE_GFLOPS = (
    ("AMX_INT8", 90),
    ("AVX512_VNNI", 54),
    ("AVX_VNNI", 40),
    ("AVX512", 40),
    ("MATMUL_INT8", 45),
    ("AVX2", 27),
    ("SVE", 27),
    ("DOTPROD", 27),
    ("NEON", 10),
    ("AVX", 10),
)
_USUAL_GFLOPS = 27
_MATRIX_UNITS = ("AMX_INT8",)
_AVX512 = re.compile(
    r"ryzen.* [789]\d{3}|ryzen ai|epyc 9|threadripper.* [79]\d{3}"
    r"|xeon (6|w|gold|platinum|silver)|xeon.*69\d\d|i9-(7|9|10)9"
)


def cpu_flops(cores: int, features: Iterable[str]) -> float:
    """Operations per second that prompts reach on so many cores with these features, in llama.cpp's names; those of
    matrix units where a layout of the weights is made for them."""
    present = set(features)
    each = next((gflops for name, gflops in _CORE_GFLOPS if name in present), _USUAL_GFLOPS)
    return max(cores, 0) * each * 1e9


def plain_cpu_flops(cores: int, features: Iterable[str]) -> float:
    """The same without matrix units: ggml's AMX has no product by ids, so routed experts go without, and so does
    attention."""
    return cpu_flops(cores, (name for name in features if name not in _MATRIX_UNITS))


# Of products of our own beside ggml's. On an EPYC with AVX-512 VNNI (two cores, a busy machine) prompts of a dense
# model took 97 GFLOPS a core, where ggml's reached 34 with the same weights (Q4_1).
_OWN_PRODUCTS = 1.8


def product_flops(cores: int, features: Iterable[str]) -> float:
    """Operations per second that prompts reach by our own products."""
    return plain_cpu_flops(cores, features) * _OWN_PRODUCTS


def processor_flops(cores: int, name: str) -> float:
    """The same by the name of a processor; 0.0 where `cores` is not known."""
    return cpu_flops(cores, ("AVX512_VNNI",) if _AVX512.search(name.lower()) else ("AVX2",))
