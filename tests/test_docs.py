"""What the documents name exists: paths, files, functions, targets of make, and names in code."""

from __future__ import annotations

import ast
import fnmatch
import functools
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("app", "agents", "engine", "installer", "resources", "docs", "tests", ".ci", ".github")
# Names with these endings are files of the repository; others may be files that the program makes.
SOURCES = {".cpp", ".h", ".lock", ".md", ".py", ".sh", ".yml"}
DOCUMENTS = [
    ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md")
] + sorted((ROOT / "docs").rglob("*.md"))
# The user's pages name what a person types, and decisions name what was not chosen.
NAMES_CODE = [path for path in DOCUMENTS if path.parent == ROOT or path.parent.name == "design"]

PATH = re.compile(r"(?P<path>[\w.{},*-]*[\w}*](?:/[\w.{},*-]+)*/?)(?::(?P<member>[A-Za-z_][\w.]*))?")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@functools.cache
def files() -> dict[str, Path]:
    """Files and folders of the repository by their path from its root."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [ROOT / folder, *(ROOT / folder).rglob("*")]
    return {path.relative_to(ROOT).as_posix(): path for path in found if "__pycache__" not in path.parts}


@functools.cache
def sources() -> dict[Path, str]:
    """The product's code and tables."""
    suffixes = {".py", ".cpp", ".h", ".toml", ".sh"}
    kept = [
        path for known, path in files().items() if path.suffix in suffixes and not known.startswith("tests/")
    ]
    return {path: path.read_text(encoding="utf-8") for path in kept}


@functools.cache
def source() -> str:
    return "\n".join(sources().values())


@functools.cache
def words() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", source()))


@functools.cache
def targets() -> frozenset[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@functools.cache
def members(path: Path) -> frozenset[str]:
    """What a module defines: functions, classes and values; those of classes as `name` and `Class.name`."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return frozenset(re.findall(r"\w+", text))
    found: set[str] = set()
    tree = ast.parse(text)
    owners: list[ast.Module | ast.ClassDef] = [
        node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    for owner in (tree, *owners):
        names = {name for node in owner.body for name in _defined(node)}
        found |= names
        if isinstance(owner, ast.ClassDef):
            names |= {
                node.attr
                for node in ast.walk(owner)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            }
            found |= {f"{owner.name}.{name}" for name in names}
    return frozenset(found)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    assigned = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in assigned if isinstance(target, ast.Name)}


@functools.cache
def outermost() -> list[tuple[str, Path]]:
    """Classes (`class Name`) and values (`name`) of the product's modules, each with its module."""
    starts = re.compile(r"^(class \w+|\w+)(?=[(:]| =|: )", re.MULTILINE)
    return [(name, path) for path, text in sources().items() for name in starts.findall(text)]


def expanded(name: str) -> list[str]:
    """`a.{b,c}` as `a.b` and `a.c`."""
    if (braces := re.search(r"\{([^}]*)\}", name)) is None:
        return [name]
    return [name[: braces.start()] + part + name[braces.end() :] for part in braces[1].split(",")]


def matches(name: str) -> list[Path]:
    """The files or folders that a path or its end names: the product's, or the tests' where it has none."""
    name = name.rstrip("/")
    if name in files():
        return [files()[name]]
    found = fnmatch.filter(files(), f"*/{name}")
    product = [known for known in found if not known.startswith("tests/")]
    return [files()[known] for known in product or found]


def is_made(name: str) -> bool:
    """Whether the code names a file or folder that is there only when the program runs."""
    return any(f"{before}{name}{after}" in source() for before in '"/' for after in '"/')


def wrong_path(path: str, member: str | None) -> str | None:
    for name in expanded(path):
        found = matches(name)
        if not found and (Path(name).suffix in SOURCES or not is_made(name.rstrip("/"))):
            return f"{name} does not exist"
        if len(found) > 1 and "*" not in name:
            return f"{name} may be any of {[str(one.relative_to(ROOT)) for one in found]}"
        if member and found and member not in members(found[0]):
            return f"{name} has no {member}"
    return None


def wrong_name(name: str) -> str | None:
    """What is wrong with what looks like a name in code: `module.name`, `Class.member`, `a_name`, `AName`."""
    looks_so = "." in name or "_" in name or re.match(r"[A-Z][a-z]", name)
    if not looks_so or f'"{name}"' in source():  # a code of a message
        return None
    owner, *rest = name.split(".")
    if rest:
        modules = {path for known, path in files().items() if known.endswith(f"/{owner}.py")}
        classes = {path for name, path in outermost() if name == f"class {owner}"}
        found = {rest[0] for path in modules if rest[0] in members(path)}
        found |= {rest[0] for path in classes if f"{owner}.{rest[0]}" in members(path)}
        if (modules or classes) and not found:
            return f"{owner} has no {rest[0]}"
        value = any(name == owner for name, _ in outermost())
        if not (modules or classes or value or find_spec(owner)):
            return f"no module, class or value is called {owner}"
    unknown = [part for part in (owner, *rest) if part not in words()]
    return f"the code has no {unknown[0]}" if unknown else None


def wrong_targets(command: str) -> str | None:
    unknown = [
        word for word in command.split()[1:] if re.fullmatch(r"[a-z-]+", word) and word not in targets()
    ]
    return f"make has no target {unknown[0]}" if unknown else None


def wrong(text: str, *, names_code: bool) -> str | None:
    """What is wrong with a piece of code in a document, or None."""
    if text.split()[:1] == ["make"]:
        return wrong_targets(text)
    for word in text.split():
        found = PATH.fullmatch(word)
        inside = word.partition("/")[0] in FOLDERS and "/" in word
        alone = word == text and (
            "/" in word or Path(word.partition(":")[0]).suffix in SOURCES | {".toml", ".db"}
        )
        if found and (inside or (alone and not word.startswith((".venv/", "/", "~")))):
            if reason := wrong_path(found["path"], found["member"]):
                return reason
        elif names_code and word == text and NAME.fullmatch(word) and (reason := wrong_name(word)):
            return reason
    return None


def pieces(document: str) -> Iterator[tuple[int, str]]:
    """Each piece of code in a document with its line: what stands in backticks, and the lines of blocks."""
    kept, fenced = [], False
    for number, line in enumerate(document.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and (command := line.partition(" #")[0].strip()):
            yield number, command
        kept.append("" if fenced or line.startswith("```") else line)
    text = "\n".join(kept)
    for found in re.finditer(r"`([^`]+)`", text):
        yield text.count("\n", 0, found.start()) + 1, " ".join(found[1].split())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tests/test_docs.py:wrong", None),
        ("desktop/chat/footer.py:Footer", None),
        ("resources/messages/{en,ko}.toml", None),
        ("make test-fast lint", None),
        ("Usage.no_such_member", "Usage has no no_such_member"),
        ("nosuchmodule.next_fallback", "no module, class or value is called nosuchmodule"),
        ("NoSuchClass", "the code has no NoSuchClass"),
        ("fallbacks.next_fallback", None),
        ("errors.no_such_error_code", "errors has no no_such_error_code"),
        ("make tea", "make has no target tea"),
        ("tests/test_docs.py:not_there", "tests/test_docs.py has no not_there"),
        ("nowhere.py", "nowhere.py does not exist"),
        ("python tests/nowhere", "tests/nowhere does not exist"),
    ],
)
def test_what_a_document_names_is_looked_up(text: str, reason: str | None) -> None:
    assert wrong(text, names_code=True) == reason


def test_a_name_that_several_files_have_is_told() -> None:
    assert "may be any of" in (wrong("__init__.py", names_code=False) or "")


def test_code_is_found_in_backticks_and_in_blocks() -> None:
    assert list(pieces("a `b\nc` d\n```\nmake run  # once\n```\n`e`")) == [
        (4, "make run"),
        (1, "b c"),
        (6, "e"),
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_documents_name_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [(line, wrong(piece, names_code=path in NAMES_CODE)) for line, piece in pieces(text)]
    assert [f"{path.relative_to(ROOT)}:{line}: {reason}" for line, reason in found if reason] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
