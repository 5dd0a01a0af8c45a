"""Rules of the house that no linter knows: the engine's pin, a start without Qt, a sentence for each error."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from pathlib import Path

import pytest

from app.sentences import SENTENCES
from installer.project import read_project

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "agents", "app")


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def codes_raised(source: str) -> set[str]:
    """The literal codes in `UserError("...")`, of both branches where a condition chooses between two."""
    codes: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] == "UserError"
            and node.args
        ):
            first = node.args[0]
            choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            codes |= {
                choice.value
                for choice in choices
                if isinstance(choice, ast.Constant) and isinstance(choice.value, str)
            }
    return codes


def all_codes_raised() -> dict[str, str]:
    """Each code with a file that raises it."""
    return {
        code: str(path.relative_to(ROOT))
        for path in sources()
        for code in codes_raised(path.read_text(encoding="utf-8"))
    }


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_the_engine_is_pinned_to_one_exact_version() -> None:
    assert read_project(ROOT).engine_version.count(".") == 2


def test_starting_the_program_imports_no_qt() -> None:
    # A spawned child imports the main module again, and an engine host has no use for Qt.
    entries = [path for path in sources() if path == ROOT / "app" / "__main__.py"]
    for _ in entries:
        script = (
            "import sys, app.__main__; print(*(name for name in sys.modules if name.startswith('PySide6')))"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert ran.stdout.split() == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise UserError('a.b', name=1)", {"a.b"}),
        ("raise errors.UserError('a.b') from None", {"a.b"}),
        ("e = UserError('a.b' if x else 'c.d')", {"a.b", "c.d"}),
        ("UserError(code)", set()),
        ("OtherError('a.b')", set()),
    ],
)
def test_codes_are_read_from_the_source(source: str, found: set[str]) -> None:
    assert codes_raised(source) == found


def test_every_error_has_its_sentence() -> None:
    missing = {code: path for code, path in all_codes_raised().items() if code not in SENTENCES}
    assert missing == {}


def test_every_sentence_belongs_to_an_error() -> None:
    assert SENTENCES.keys() - all_codes_raised().keys() - {"unknown"} == set()


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_name_the_same_parameters(code: str) -> None:
    assert fields(SENTENCES[code].en) == fields(SENTENCES[code].ko)
