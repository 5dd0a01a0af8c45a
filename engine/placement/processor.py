"""The CPU of this machine: name and features, compared with llama.cpp's build."""

from __future__ import annotations

import platform
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
