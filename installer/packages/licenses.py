"""The licenses of everything inside a tree: their texts, and a list in the form of SPDX."""

from __future__ import annotations

import email.parser
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from installer.commands import SetupError
from installer.packages import libraries
from installer.packages.places import PYTHON, inputs

if TYPE_CHECKING:
    from installer.packages.tree import Parts

# What packages of Python's say of themselves in words, as SPDX has it.
SAID = {
    "MIT License": "MIT", "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "PSFL": "PSF-2.0",
    "BSD License": "BSD-3-Clause", "BSD": "BSD-2-Clause", "ISC License": "ISC", "ISC License (ISCL)": "ISC",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}  # fmt: skip
# Packages that say nothing that could be read.
UNSAID = {"agent-client-protocol": "Apache-2.0"}
# What the wheels of packages bring besides, as their texts tell: a part of GCC's Fortran.
BESIDES = {"numpy": "GPL-3.0-or-later WITH GCC-exception-3.1"}
# Debian's packages of the libraries that come along, by the part of each that is taken.
DEBIAN = {
    "libssl3": "Apache-2.0", "libsqlite3-0": "blessing", "libffi8": "MIT", "libbz2-1.0": "bzip2-1.0.6",
    "liblzma5": "0BSD", "libuuid1": "BSD-3-Clause", "zlib1g": "Zlib",
    "libgssapi-krb5-2": "MIT", "libkrb5-3": "MIT", "libk5crypto3": "MIT", "libkrb5support0": "MIT",
    "libcom-err2": "MIT", "libkeyutils1": "LGPL-2.1-or-later", "libbrotli1": "MIT", "libzstd1": "BSD-3-Clause",
    "libwayland-client0": "MIT", "libwayland-cursor0": "MIT", "libwayland-egl1": "MIT",
    "libxkbcommon0": "MIT", "libxkbcommon-x11-0": "MIT",
}  # fmt: skip
# In the head of an AppImage.
RUNTIME = {
    "libsquashfuse-dev": "BSD-2-Clause", "libfuse3-dev": "LGPL-2.1-only", "libzstd-dev": "BSD-3-Clause",
    "zlib1g-dev": "Zlib", "liblzma-dev": "0BSD",
}  # fmt: skip
MODELS = {"multilingual-e5-small": "MIT"}
# Words that a license of a part may not be alone.
_ONLY_GPL = re.compile(r"(?<!L)GPL-\d")


class Part(NamedTuple):
    """One thing inside: its license as an expression of SPDX, and the files with the text."""

    name: str
    version: str
    license: str
    texts: tuple[Path, ...] = ()


def write(tree: Path, parts: Parts, root: Path) -> None:
    """Write `licenses`. Raises SetupError for a part whose license is not known, or that is GPL alone."""
    put(tree, sorted(found(tree, parts, root)), root)
    for text in sorted((parts.base / "copyright").glob("text-*")):
        shutil.copyfile(text, tree / "licenses" / text.name.removeprefix("text-"))


def put(tree: Path, every: list[Part], root: Path, **where: str) -> None:
    """Write the texts and the lists of these parts; `where` as `copyright_file` has it. Raises as `write`."""
    folder = tree / "licenses"
    folder.mkdir()
    for part in every:
        if not may_be_inside(part.license):
            raise SetupError(f"{part.name} is under “{part.license}”, which may not be inside a package.")
        for text in part.texts:
            place = folder / part.name / _inside(text)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, place)
    (folder / "licenses.spdx.json").write_text(json.dumps(spdx(every), indent=1) + "\n", encoding="utf-8")
    (folder / "copyright").write_text(copyright_file(every, root, **where), encoding="utf-8")


def _inside(text: Path) -> Path:
    """Where a text lies among those of its part: one that a package brings as in its folder of metadata, since a
    package may have several of one name."""
    for parent in text.parents:
        if parent.suffix == ".dist-info":
            return text.relative_to(parent)
    return Path(text.name)


def may_be_inside(expression: str) -> bool:
    """Whether one of the choices of an expression is no GPL without an exception."""
    return any(
        all(not _ONLY_GPL.search(part) or " WITH " in part for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def found(tree: Path, parts: Parts, root: Path) -> Iterator[Part]:
    python = tree / "python"
    copyright = parts.base / "copyright"
    yield Part("cpython", inputs()["cpython"]["version"], "PSF-2.0", (copyright / "cpython",))
    for info in sorted((python / "lib" / f"python{PYTHON}" / "site-packages").glob("*.dist-info")):
        yield part_of(info)
    packages = sorted(set(libraries.packages_of(tree, parts.base).values()))
    for package in packages:
        license = DEBIAN.get(package, "MIT" if package.startswith("libxcb") else "")
        yield Part(package, "", license, (copyright / package,))
    for package, license in RUNTIME.items():
        yield Part(package, "", license, (copyright / package,))
    for name, license in MODELS.items():
        if parts.embedding is not None:
            yield Part(name, "", license)


def part_of(info: Path) -> Part:
    """A package of Python's by its folder of metadata. Raises SetupError."""
    told = email.parser.HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    name = str(told["Name"]).lower()
    said = [told.get("License-Expression", ""), *told.get("License", "").splitlines()[:1]]
    classified = [
        line.rpartition("::") for line in told.get_all("Classifier", []) if line.startswith("License ::")
    ]
    said += [word.strip() for _, _, word in classified]
    words = next((word for word in said if word and word != "OSI Approved"), "")
    license = UNSAID.get(name) or SAID.get(words, words)
    if not license or (" " in license and not re.search(r" (?:AND|OR|WITH) ", license)):
        raise SetupError(f"What license {name} has cannot be read of its metadata: “{words}”.")
    if name in BESIDES:
        license = f"{license} AND {BESIDES[name]}"
    texts = sorted(path for path in info.rglob("*") if path.is_file() and _is_text(path.relative_to(info)))
    return Part(name, str(told["Version"]), license, tuple(texts))


def _is_text(path: Path) -> bool:
    return "licenses" in path.parts or bool(
        re.match(r"(licen[cs]e|copying|notice|authors)", path.name, re.IGNORECASE)
    )


def spdx(every: list[Part]) -> dict[str, object]:
    """A document of SPDX 2.3, less what says who made it when: the same parts, the same bytes."""
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "Coterie",
        "packages": [
            {
                "SPDXID": f"SPDXRef-{re.sub('[^A-Za-z0-9.-]', '-', part.name)}",
                "name": part.name,
                **({"versionInfo": part.version} if part.version else {}),
                "downloadLocation": "NOASSERTION",
                "licenseConcluded": part.license,
            }
            for part in every
        ],
    }


def copyright_file(
    every: list[Part], root: Path, packages: str = f"python/lib/python{PYTHON}/site-packages"
) -> str:
    """What Debian's policy wants beside a package: our own license, and where those of the parts are."""
    own = (root / "LICENSE").read_text(encoding="utf-8")
    names = "".join(f"  {part.name} {part.version}: {part.license}\n" for part in every)
    return (
        f"{own}\nCoterie comes with these, whose licenses lie in its folder licenses:\n\n{names}\n"
        "Qt and PySide are used under the LGPL 3: their libraries lie as files of their own in\n"
        f"{packages}/PySide6 and may be replaced.\n"
    )
