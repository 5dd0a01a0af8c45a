"""Which variant of the engine's part for the processor is taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from engine.local.isolated_call import Report, ask
from tests.support.computing.made_backend import VARIANT, compiled

ROOT = Path(__file__).parents[4]


class Best(msgspec.Struct, frozen=True, tag="best"):
    name: str


def look(_: Report, folder: Path) -> Best:
    from engine.local.native.backends import best_variant

    found = best_variant(folder)
    return Best(found.name if found else "")


def best(folder: Path) -> str:
    return ask(look, (folder,), Best).name


def test_the_one_that_fits_best_is_taken_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    for name, score in {"x64": 1, "haswell": 7, "zen4": 0}.items():
        compiled(VARIANT % score, tmp_path / f"libggml-cpu-{name}.so")
    (tmp_path / "libggml-cpu-torn.so").write_bytes(b"\x7fELF")
    for other in ("libggml-cpux-best.so", "libggml-cpu-best.so.0", "ggml-base.so"):
        compiled(VARIANT % 99, tmp_path / other)
    assert best(tmp_path) == "libggml-cpu-haswell.so"


def test_where_none_fits_there_is_none(tmp_path: Path) -> None:
    compiled(VARIANT % 0, tmp_path / "libggml-cpu-zen4.so")
    assert best(tmp_path) == best(tmp_path / "missing") == ""


# ggml's own search would look into the current folder.
LOAD = """
from engine.errors import UserError
from engine.local.native import backends, library
real = library.ggml
library.folder = lambda: library.Path({folder!r})
backends.ggml = lambda name, *types: (lambda: 0) if name == "ggml_backend_reg_count" else real(name, *types)
try:
    backends.load_variant()
except UserError as error:
    print(error.code)
"""


def test_an_engine_without_a_fitting_variant_says_so_and_searches_nowhere_else(tmp_path: Path) -> None:
    here, engine = tmp_path / "here", tmp_path / "engine"
    here.mkdir()
    engine.mkdir()
    compiled(VARIANT % 5, here / "libggml-cpu-planted.so")
    command = [sys.executable, "-c", LOAD.format(folder=str(engine))]
    done = subprocess.run(
        command, cwd=here, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.strip() == "engine.no_variant"
