"""The wheel of the engine for many computers: the same bytes for the same content, and what packages see of it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installer.portable.wheel import Content, pack

pytestmark = pytest.mark.process

PKG_INFO = """Metadata-Version: 2.1
Name: llama_cpp_python
Summary: Bindings
Requires-Dist: numpy>=1.20.0
Requires-Dist: fastapi>=0.100.0; extra == "server"
"""
SOURCE = "// Copyright 2024 Somebody\n//\n// Provided as is.\n\n// What it does.\nint a;\n"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    files = {
        "sources/PKG-INFO": PKG_INFO,
        "sources/LICENSE.md": "MIT",
        "sources/vendor/llama.cpp/LICENSE": "MIT",
        "sources/vendor/llama.cpp/vendor/hash/rotate-bits/LICENSE.md": "MIT",
        "sources/vendor/llama.cpp/ggml/src/ggml-cpu/llamafile/sgemm.cpp": SOURCE,
        "sources/llama_cpp/__init__.py": "__version__ = '1.2.3'\n",
        "sources/llama_cpp/lib/left.so": "of another build",
        "made/lib/libllama.so": "llama",
        "made/lib/gpu/build.json": "{}",
        "made/plugin/libggml-coterie-experts.so": "plugin",
        "copyright": "libgomp",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Content(tmp_path / "sources", tmp_path / "made", {"libgomp": tmp_path / "copyright"})


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, content: Content) -> None:
    first, second = (pack(content, "1.2.3", "any", tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["coterie_engine-1.2.3-py3-none-any.whl"]


def test_it_is_installed_as_itself_and_as_what_it_stands_in_for(tmp_path: Path, content: Content) -> None:
    wheel, place = pack(content, "1.2.3", "any", tmp_path), tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    into = ["--no-index", "--no-deps", "--no-compile", "--ignore-installed", f"--prefix={place}"]
    subprocess.run([*pip, "install", *into, wheel], check=True)
    (site,) = place.glob("lib*/python3*/site-packages")
    seen = {found.metadata["Name"]: found for found in importlib.metadata.distributions(path=[str(site)])}
    assert set(seen) == {"coterie-engine", "llama-cpp-python"}
    for found in seen.values():
        assert found.version == "1.2.3" and found.requires == ["numpy>=1.20.0"]
        assert all((site / path).is_file() for path in found.files or ())
    listed = {name: {str(path) for path in found.files or ()} for name, found in seen.items()}
    package = {"llama_cpp/__init__.py", "llama_cpp/lib/libllama.so", "llama_cpp/lib/gpu/build.json"}
    assert package <= listed["coterie-engine"]
    # Who takes away what stands in, as `uv tool upgrade` does with what nothing asks for, leaves the engine.
    assert all(".dist-info/" in path for path in listed["llama-cpp-python"])
    assert not (site / "llama_cpp" / "lib" / "left.so").exists()
    assert (place / "lib" / "coterie" / "libggml-coterie-experts.so").read_text() == "plugin"


def test_the_terms_of_what_is_inside_come_along(tmp_path: Path, content: Content) -> None:
    with zipfile.ZipFile(pack(content, "1.2.3", "any", tmp_path)) as archive:
        folder = "coterie_engine-1.2.3.dist-info/licenses/"
        terms = {
            name.removeprefix(folder): archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith(folder)
        }
    names = ("libgomp", "llama-cpp-python", "llama.cpp", "llamafile", "rotate-bits")
    assert sorted(terms) == [f"LICENSE.{name}" for name in names]
    assert terms["LICENSE.llamafile"] == "Copyright 2024 Somebody\n\nProvided as is.\n"


def test_libraries_can_be_run_and_others_cannot(tmp_path: Path, content: Content) -> None:
    with zipfile.ZipFile(pack(content, "1.2.3", "any", tmp_path)) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert {name for name, mode in modes.items() if mode & 0o111} == {
        "llama_cpp/lib/libllama.so",
        "coterie_engine-1.2.3.data/data/lib/coterie/libggml-coterie-experts.so",
    }
