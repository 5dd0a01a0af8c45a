"""Small libraries as ggml loads them, compiled here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from installer import system
from installer.sources import keep_headers
from tests.support.models.source_archive import source_archive

# A backend that has no device.
BACKEND = """
#include "ggml-backend-impl.h"
static const char * name(ggml_backend_reg_t) { return "none"; }
static size_t count(ggml_backend_reg_t) { return 0; }
static ggml_backend_dev_t device(ggml_backend_reg_t, size_t) { return nullptr; }
static ggml_backend_reg registry = {GGML_BACKEND_API_VERSION, {name, count, device, nullptr}, nullptr};
extern "C" __attribute__((visibility("default"))) ggml_backend_reg_t ggml_backend_init(void) { return &registry; }
"""
# One whose driver sends the process that loads it a signal.
ENDING = """
#include <csignal>
extern "C" __attribute__((visibility("default"))) void * ggml_backend_init(void) { std::raise(%d); return nullptr; }
"""
# A variant for a kind of processor, and how well it fits this one.
VARIANT = """
extern "C" __attribute__((visibility("default"))) int ggml_backend_score(void) { return %d; }
"""


def compiled(source: str, target: Path) -> Path:
    """Compile a library; skips the test where there is no compiler."""
    _, compiler = system.compilers(os.environ)
    if compiler is None or not system.compiles(compiler, "c++"):
        pytest.skip("no C++ compiler")
    text, headers = target.with_suffix(".cpp"), target.parent / "headers"
    text.write_text(source)
    if '#include "ggml' in source and not headers.is_dir():
        keep_headers(source_archive(), headers)
    includes = [f"-I{headers / name}" for name in ("include", "src")]
    subprocess.run(
        [*compiler.split(), *includes, "-shared", "-fPIC", "-o", str(target), str(text)], check=True
    )
    text.unlink()
    return target
