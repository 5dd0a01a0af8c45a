"""A source archive as llama-cpp-python's is laid out, with hardly anything in it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

ROOT = "llama_cpp_python-1/vendor/llama.cpp/ggml"


def small_archive(path: Path) -> Path:
    files = {
        f"{ROOT}/CMakeLists.txt": "not kept",
        f"{ROOT}/include/ggml.h": "int ggml(void);\n",
        f"{ROOT}/src/ggml-backend-impl.h": '#include "ggml.h"\n',
        f"{ROOT}/src/ggml.c": "not kept",
        f"{ROOT}/src/ggml-cpu/ggml-cpu-impl.h": "not kept",
        "llama_cpp_python-1/README.md": "not kept",
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
