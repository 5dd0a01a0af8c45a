"""The tools that find files and text."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import ToolContext
from agents.tools.child import Child, ChildEnded
from agents.tools.files import search_text as searching
from agents.tools.files.find_files import find_files
from agents.tools.files.glob import Glob
from agents.tools.files.search_text import search_text
from tests.support.agents.places import here_in

pytestmark = pytest.mark.process


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    here = here_in(tmp_path)
    for path, text in {
        "a.py": "import os\nprint('가나다')\n",
        "src/b.py": "def f():\n    return os.getcwd()\n",
        "src/deep/c.txt": "Os is not os\n",
        "node_modules/d.py": "import os\n",
        "문서/메모.md": "오늘 회의: 예산 100%\n",
    }.items():
        place = here.workspace.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (here.workspace.root / "x.bin").write_bytes(b"import os\0\0\0")
    return here


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a.py", True),
        ("*.py", "src/deep/a.py", True),
        ("*.py", "a.pyc", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/x/a.py", False),
        ("src/**/*.py", "src/a.py", True),
        ("src/**/*.py", "src/x/y/a.py", True),
        ("**", "a/b", True),
        ("src/**", "src/a/b", True),
        ("src/**", "other/a", False),
        ("*.{md,txt}", "a/x.txt", True),
        ("*.{md,txt}", "x.py", False),
        ("test_?.py", "test_1.py", True),
        ("[ab].py", "b.py", True),
        ("a.py", "b/a.py", True),
        ("./a.py", "a.py", True),
        ("**/a/**/b", "x/a/y/z/b", True),
        ("{a,b}/{c,d}.py", "b/c.py", True),
        ("*", ".env", True),
    ],
)
def test_globs_mean_what_they_mean_elsewhere(pattern: str, path: str, fits: bool) -> None:
    assert Glob(pattern).matches(path) is fits


@given(st.text("ab*?/[]{},.", max_size=20), st.text("ab/.", max_size=20))
def test_any_pattern_can_be_asked(pattern: str, path: str) -> None:
    try:
        Glob(pattern).matches(path)
    except ValueError as error:
        assert "alternatives" in str(error) or "others" in str(error)


def test_a_pattern_made_to_never_end_does_end() -> None:
    assert not Glob("/".join(["**", "*a*a*a*a*b"] * 10)).matches("/".join(["a" * 100] * 40))
    with pytest.raises(ValueError, match="others"):
        Glob("{a,b}" * 20)


def test_files_are_found_and_what_programs_made_is_left_out(here: ToolContext) -> None:
    assert find_files.run({"pattern": "*.py"}, here).text == "a.py\nsrc/b.py"
    assert find_files.run({"pattern": "node_modules/*.py"}, here).text == "node_modules/d.py"
    assert find_files.run({"pattern": "메모*"}, here).text == "문서/메모.md"
    assert find_files.run({"pattern": "*.rs"}, here).summary == "0"
    assert find_files.run({"pattern": "../*"}, here).status == "error"
    assert find_files.run({"pattern": "/etc/*"}, here).status == "error"


def found(here: ToolContext, **arguments: Any) -> str:
    return search_text.run(arguments, here).text


def test_text_is_found_with_its_line(here: ToolContext) -> None:
    assert found(here, pattern="import os") == "a.py:1: import os"
    assert found(here, pattern=r"os\.\w+\(") == "src/b.py:2:     return os.getcwd()"
    assert found(here, pattern="OS IS", ignore_case=True) == "src/deep/c.txt:1: Os is not os"
    assert found(here, pattern="^OS .*os$", ignore_case=True) == "src/deep/c.txt:1: Os is not os"
    assert found(here, pattern="os", files="*.txt") == "src/deep/c.txt:1: Os is not os"
    assert found(here, pattern="os", path="src/b.py") == "src/b.py:2:     return os.getcwd()"
    assert found(here, pattern="예산 [0-9]+%") == "문서/메모.md:1: 오늘 회의: 예산 100%"
    assert found(here, pattern="nowhere at all") == "Nothing found."


def test_what_is_no_expression_is_searched_as_it_stands(here: ToolContext) -> None:
    text = found(here, pattern="f(")
    assert text.startswith("src/b.py:1: def f():\n[searched as plain text")


def test_an_expression_that_never_ends_is_ended(here: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SECONDS", 0.6)
    (here.workspace.root / "bad.txt").write_text("a" * 60 + "b")
    outcome = search_text.run({"pattern": "(a|a)*$", "path": "bad.txt"}, here)
    assert outcome.status == "error" and "simpler" in outcome.text


def test_a_search_that_is_stopped_ends(here: ToolContext, tmp_path: Path) -> None:
    (here.workspace.root / "bad.txt").write_text("a" * 60 + "b")
    asked = itertools.count()
    stopped = here_in(tmp_path, cancelled=lambda: next(asked) > 3)
    assert "stopped" in search_text.run({"pattern": "(a|a)*$", "path": "bad.txt"}, stopped).text


def test_long_lines_and_many_lines_are_cut(here: ToolContext) -> None:
    (here.workspace.root / "long.txt").write_text("x" * 5000 + "needle" + "y" * 5000)
    text = found(here, pattern="needle")
    assert "needle" in text and len(text) < 400
    (here.workspace.root / "many.txt").write_text("hay\n" * 500)
    assert search_text.run({"pattern": "hay"}, here).summary == "200+"
    assert search_text.run({"pattern": "h.y"}, here).summary == "200+"


def test_a_child_that_takes_too_much_memory_breaks_alone() -> None:
    with (
        Child("tests.support.agents.greedy:greedy", seconds=10, memory_bytes=200 * 1024**2) as child,
        pytest.raises(ChildEnded) as ended,
    ):
        child.ask({})
    assert ended.value.why == "broke"
