"""The wheel of the engine for many computers, the same bytes for the same content.

It stands in for llama-cpp-python: beside its own name it says that this is installed. The files are its own alone.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import zipfile
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser
from pathlib import Path
from typing import NamedTuple

# The earliest time that a zip archive can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_NAME, _STANDS_FOR = "coterie_engine", "llama_cpp_python"
_LICENCES = {
    "LICENSE.md": "LICENSE.llama-cpp-python",
    "vendor/llama.cpp/LICENSE": "LICENSE.llama.cpp",
    "vendor/llama.cpp/vendor/hash/rotate-bits/LICENSE.md": "LICENSE.rotate-bits",
}
# Whose terms stand at the head of a source and nowhere else.
_HEADS = {"vendor/llama.cpp/ggml/src/ggml-cpu/llamafile/sgemm.cpp": "LICENSE.llamafile"}
_SUMMARY = "llama.cpp for many kinds of processors, with llama-cpp-python and Coterie's cache of experts"
# Vulkan's headers are under Apache's license. GCC's libraries come with its exception for what is compiled with it.
_LICENCE = "MIT AND Apache-2.0 AND GPL-3.0-or-later WITH GCC-exception-3.1"


class Content(NamedTuple):
    """What is packed."""

    sources: Path
    """llama-cpp-python's, of which its Python files are taken."""
    made: Path
    """The libraries: `lib`, and the plugin in `plugin`."""
    notices: Mapping[str, Path]
    """What of the compiler's and of others is in the libraries, by its name: the file with its terms."""


def pack(content: Content, version: str, platform: str, folder: Path) -> Path:
    """Write the wheel for a platform's tag into `folder`; it comes there in one move. Raises OSError."""
    name = f"{_NAME}-{version}-py3-none-{platform}.whl"
    own, other = f"{_NAME}-{version}.dist-info", f"{_STANDS_FOR}-{version}.dist-info"
    data = f"{_NAME}-{version}.data"
    package = dict(_package(content))
    told = HeaderParser().parsestr((content.sources / "PKG-INFO").read_text(encoding="utf-8"))
    needs = [need for need in told.get_all("Requires-Dist", []) if "extra ==" not in need]
    licences = dict(_licences(content))
    described = described_as(_STANDS_FOR, version, told["Summary"] or "", "MIT", needs)
    replaced = {
        f"{other}/METADATA": described,
        f"{other}/WHEEL": wheel_file(f"py3-none-{platform}"),
        f"{other}/INSTALLER": b"coterie-engine\n",
        **{f"{other}/licenses/{name}": text for name, text in licences.items()},
    }
    # Of itself alone: uv takes a package away that nobody asked for, and the engine's files would go with it.
    replaced[f"{other}/RECORD"] = record(replaced, f"{other}/RECORD")
    members = {
        **package,
        **{
            f"{data}/data/lib/coterie/{file.name}": file.read_bytes()
            for file in _files(content.made / "plugin")
        },
        **{f"{data}/platlib/{name}": text for name, text in replaced.items()},
        f"{own}/METADATA": described_as(_NAME, version, _SUMMARY, _LICENCE, needs),
        f"{own}/WHEEL": wheel_file(f"py3-none-{platform}"),
        **{f"{own}/licenses/{name}": text for name, text in licences.items()},
    }
    return write(folder / name, members)


def write(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a wheel with these files and the list of them; it comes to `path` in one move. Raises OSError."""
    listed = f"{'-'.join(path.name.split('-')[:2])}.dist-info/RECORD"
    whole = {
        **members,
        listed: record({name: text for name, text in members.items() if name != listed}, listed),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    _write(partial, whole)
    return partial.replace(path)


def record(members: Mapping[str, bytes], name: str) -> bytes:
    """The file in which a package lists its files; its own line has no hash."""
    lines = [f"{path},{_digest(text)},{len(text)}" for path, text in sorted(members.items())]
    return "".join(f"{line}\n" for line in [*lines, f"{name},,"]).encode()


def _digest(text: bytes) -> str:
    found = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    return f"sha256={found}"


def _package(content: Content) -> Iterator[tuple[str, bytes]]:
    python = content.sources / "llama_cpp"
    for file in _files(python):
        if file.suffix in (".py", ".typed"):
            yield f"llama_cpp/{file.relative_to(python)}", file.read_bytes()
    libraries = content.made / "lib"
    for file in _files(libraries):
        yield f"llama_cpp/lib/{file.relative_to(libraries)}", file.read_bytes()


def _licences(content: Content) -> Iterator[tuple[str, bytes]]:
    for file, name in _LICENCES.items():
        yield name, (content.sources / file).read_bytes()
    for file, name in _HEADS.items():
        yield name, head_of((content.sources / file).read_text(encoding="utf-8")).encode()
    for name, terms in content.notices.items():
        yield f"LICENSE.{name}", terms.read_bytes()


def head_of(source: str) -> str:
    """The comment that a source in C++ begins with, without its marks."""
    lines = itertools.takewhile(lambda line: line.startswith("//"), source.splitlines())
    return "".join(f"{line.removeprefix('//').strip()}\n" for line in lines)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def described_as(name: str, version: str, summary: str, licence: str, needs: list[str]) -> bytes:
    """The metadata of a package."""
    lines = [
        *(
            "Metadata-Version: 2.4",
            f"Name: {name.replace('_', '-')}",
            f"Version: {version}",
            f"Summary: {summary}",
        ),
        *(
            f"License-Expression: {licence}",
            "Requires-Python: >=3.11",
            *(f"Requires-Dist: {need}" for need in needs),
        ),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def wheel_file(tag: str) -> bytes:
    """What a wheel says of itself; `tag` as in "py3-none-any"."""
    pure = str(tag.endswith("-any")).lower()
    return f"Wheel-Version: 1.0\nGenerator: coterie\nRoot-Is-Purelib: {pure}\nTag: {tag}\n".encode()


def _write(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in sorted(members.items(), key=lambda member: (".dist-info/" in member[0], member[0])):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            # Weights of models are as good as random.
            packed = zipfile.ZIP_STORED if name.endswith(".gguf") else zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if ".so" in Path(name).suffixes else 0o100644) << 16
            archive.writestr(entry, text, packed, compresslevel=9)
