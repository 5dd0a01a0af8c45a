"""Rules of the house that no linter knows: the pin, a start without Qt, a message for each error."""

from __future__ import annotations

import ast
import functools
import re
import string
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.messages import PACKAGED, messages
from installer.sources import engine_version

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "agents", "app")
ERRORS = {key.removeprefix("errors.") for key in messages("en") if key.startswith("errors.")}
# Tests of the window that look into private attributes break when the window is built in another way. They go
# through `tests.support.window` instead, and this number only falls.
PRIVATE_ACCESSES_AT_MOST = 2


@functools.cache
def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


class Raised(NamedTuple):
    """An error in the sources; `params` is None where they are not written out (`**params`, a name)."""

    code: str
    params: frozenset[str] | None


def errors_raised(source: str) -> set[Raised]:
    """Each `UserError("code", name=...)`, `ErrorInfo("code", {"name": ...})` and `error_info("code", error)` whose
    code is written out.

    Where a condition chooses between two codes, both count.
    """
    found: set[Raised] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        kind = _called(node)
        if kind in ("UserError", "ErrorInfo", "error_info"):
            first = node.args[0]
            choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            params = _keywords(node) if kind == "UserError" else _keys(node.args[1:])
            params = frozenset({"detail"}) if kind == "error_info" else params
            found |= {
                Raised(choice.value, params)
                for choice in choices
                if isinstance(choice, ast.Constant) and isinstance(choice.value, str)
            }
    return found


def _called(call: ast.Call) -> str:
    """The last part of what is called: `UserError` of `errors.UserError(...)`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _keywords(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(str(name) for name in names)


def _keys(arguments: list[ast.expr]) -> frozenset[str] | None:
    if not arguments:
        return frozenset()
    params = arguments[0]
    if not isinstance(params, ast.Dict) or not all(isinstance(key, ast.Constant) for key in params.keys):
        return None
    return frozenset(str(key.value) for key in params.keys if isinstance(key, ast.Constant))


@functools.cache
def all_errors_raised() -> dict[Raised, str]:
    """Each error with a file that raises it."""
    return {
        error: str(path.relative_to(ROOT))
        for path in sources()
        for error in errors_raised(path.read_text(encoding="utf-8"))
    }


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def private_accesses(source: str) -> int:
    """How often a source reaches for a private attribute of something else than its own object."""
    return sum(
        isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("page._column", 1),
        ("page._live._body", 2),
        ("self._page", 0),
        ("self.page._live", 1),
        ("a.__init__", 0),
    ],
)
def test_private_accesses_are_counted(source: str, count: int) -> None:
    assert private_accesses(source) == count


def test_tests_of_the_window_look_into_private_attributes_ever_less() -> None:
    tests = (ROOT / "tests" / "app" / "desktop").rglob("*.py")
    assert (
        sum(private_accesses(path.read_text(encoding="utf-8")) for path in tests) <= PRIVATE_ACCESSES_AT_MOST
    )


def test_the_engine_is_pinned_to_one_exact_version() -> None:
    version = engine_version(ROOT)
    assert version.count(".") == 2
    assert f"llama-cpp-python=={version}" in pyproject()["project"]["dependencies"]


def locked(name: str) -> dict[str, list[Requirement]]:
    """What a lock file names, by package: several versions of one have markers that exclude each other."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip(" \\"))
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["dependencies", "starter"]),
        ("requirements-dev.lock", ["dev"]),
        ("requirements-build.lock", ["build"]),
        ("requirements-release.lock", ["release"]),
        ("requirements-embedding.lock", ["embedding"]),
    ],
)
def test_the_locks_hold_what_the_project_asks_for(lock: str, groups: list[str]) -> None:
    table, held = pyproject(), locked(lock)
    tables = {"dependencies": table["project"]["dependencies"], **table["dependency-groups"]}
    for wanted in (Requirement(text) for group in groups for text in tables[group]):
        pins = [str(pin.specifier) for pin in held.get(canonicalize_name(wanted.name), [])]
        assert any(wanted.specifier.contains(pin.removeprefix("==")) for pin in pins), f"make lock: {wanted}"


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_the_locks_pin_by_hash_and_name_no_server(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text and "-index" not in text
    for block in re.findall(r"^[a-z0-9].*(?:\n .*)*", text, re.MULTILINE):
        assert re.match(r"[a-z0-9.-]+==\S+", block) and "--hash=sha256:" in block, block


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
        ("raise UserError('a.b', name=1)", {("a.b", frozenset({"name"}))}),
        ("raise errors.UserError('a.b') from None", {("a.b", frozenset())}),
        ("e = UserError('a.b' if x else 'c.d')", {("a.b", frozenset()), ("c.d", frozenset())}),
        ("UserError('a.b', **params)", {("a.b", None)}),
        ("return ErrorInfo('a.b', {'path': p})", {("a.b", frozenset({"path"}))}),
        ("return ErrorInfo('a.b')", {("a.b", frozenset())}),
        ("return ErrorInfo('a.b', params)", {("a.b", None)}),
        ("return error_info('a.b', error)", {("a.b", frozenset({"detail"}))}),
        ("UserError(code)", set()),
        ("OtherError('a.b')", set()),
    ],
)
def test_errors_are_read_from_the_source(source: str, found: set[tuple[str, frozenset[str] | None]]) -> None:
    assert errors_raised(source) == found


def test_every_error_has_its_message() -> None:
    missing = {error.code: path for error, path in all_errors_raised().items() if error.code not in ERRORS}
    assert missing == {}


def test_every_message_of_an_error_belongs_to_one() -> None:
    assert ERRORS - {error.code for error in all_errors_raised()} - {"unknown"} == set()


def test_every_error_brings_what_its_message_names() -> None:
    lacking = {
        (error.code, path): fields(messages("en")[f"errors.{error.code}"]) - error.params
        for error, path in all_errors_raised().items()
        if error.code in ERRORS and error.params is not None
    }
    assert {error: names for error, names in lacking.items() if names} == {}


def test_both_languages_have_the_same_messages() -> None:
    assert messages("en").keys() == messages("ko").keys()


def test_both_languages_name_the_same_parameters() -> None:
    named = {key: (fields(text), fields(messages("ko")[key])) for key, text in messages("en").items()}
    assert {key: both for key, both in named.items() if both[0] != both[1]} == {}


def keys_asked(source: str) -> set[str]:
    """The first argument of each `localized(...)` as a regular expression: what is worked out matches any word."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    return {_pattern(call.args[0]) for call in calls if _called(call) == "localized"}


def _pattern(key: ast.expr) -> str:
    if isinstance(key, ast.Constant):
        return re.escape(str(key.value))
    if isinstance(key, ast.IfExp):
        return f"(?:{_pattern(key.body)}|{_pattern(key.orelse)})"
    if isinstance(key, ast.JoinedStr):
        return "".join(map(_pattern, key.values))
    if isinstance(key, ast.FormattedValue) and isinstance(key.value, ast.IfExp):
        return _pattern(key.value)
    return r"([^.]+)"


def test_keys_are_read_from_the_source() -> None:
    assert keys_asked("localized('a.b', x)") == {r"a\.b"}
    assert keys_asked("localized(f'a.{name}_x', x)") == {r"a\.([^.]+)_x"}
    assert keys_asked("localized(f'a.{1 if y else 2}')") == {r"a\.(?:1|2)"}


def test_every_message_is_asked_for_and_there() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sources()]
    words = {
        node.value
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    patterns = set().union(*map(keys_asked, texts)) - {r"([^.]+)"}
    # Another wording of a message is asked for by that message's name.
    assert {key.removeprefix(f"{PACKAGED}.") for key in messages("en")} <= messages("en").keys()
    keys = {key for key in messages("en") if not key.startswith(("errors.", "devices.", f"{PACKAGED}."))}
    met = {
        (key, pattern)
        for pattern, compiled in [(pattern, re.compile(pattern)) for pattern in patterns]
        for key in keys
        if (match := compiled.fullmatch(key)) and words.issuperset(match.groups())
    }
    assert keys - {key for key, _ in met} == set()
    # Of a key that is written out the message must be there, of one that is worked out at least one.
    exact = {re.sub(r"\\(.)", r"\1", pattern) for pattern in patterns if "(" not in pattern}
    assert exact - messages("en").keys() - {"errors.unknown"} == set()
    assert patterns - {pattern for _, pattern in met} - {re.escape("errors.unknown")} == set()


def test_no_folder_of_code_is_longer_than_a_glance() -> None:
    folders = Counter(
        path.parent
        for top in ("app", "engine", "agents", "installer", "tests")
        for pattern in ("*.py", "*.cpp", "*.h")
        for path in (ROOT / top).rglob(pattern)
    )
    assert {str(folder.relative_to(ROOT)): count for folder, count in folders.items() if count > 30} == {}
