"""The person's hooks: kept, for folders, and nothing of the file lost."""

from pathlib import Path

import pytest

from app.services.guidance.hooks import Hooks, PersonHook
from engine.errors import UserError


@pytest.fixture
def hooks(tmp_path: Path) -> Hooks:
    return Hooks(tmp_path / "home")


def test_hooks_are_kept_in_order_and_removed(hooks: Hooks, tmp_path: Path) -> None:
    first, second = PersonHook("change", "ruff format ."), PersonHook("end", "pytest -q", str(tmp_path), 300)
    hooks.add(first)
    hooks.add(second)
    assert Hooks(tmp_path / "home").all() == (first, second)
    hooks.remove(first)
    assert hooks.all() == (second,)
    with pytest.raises(UserError, match=r"hook\.missing"):
        hooks.remove(first)


def test_a_hook_of_a_folder_is_for_it_and_what_lies_below(hooks: Hooks, tmp_path: Path) -> None:
    inner = tmp_path / "project" / "inner"
    inner.mkdir(parents=True)
    hooks.add(PersonHook("change", "all"))
    hooks.add(PersonHook("change", "project", str(tmp_path / "project")))
    assert [hook.command for hook in hooks.of_folder(str(inner))] == ["all", "project"]
    assert [hook.command for hook in hooks.of_folder(str(tmp_path))] == ["all"]
    assert [hook.command for hook in hooks.of_folder("")] == ["all"]


@pytest.mark.parametrize(
    ("hook", "code"),
    [
        (PersonHook("change", " "), "hook.bad_command"),
        (PersonHook("change", "a\0b"), "hook.bad_command"),
        (PersonHook("change", "x" * 5000), "hook.bad_command"),
        (PersonHook("change", "x", "relative"), "hook.bad_folder"),
        (PersonHook("change", "x", "/none/there"), "hook.bad_folder"),
    ],
)
def test_what_is_no_hook(hooks: Hooks, hook: PersonHook, code: str) -> None:
    with pytest.raises(UserError) as told:
        hooks.add(hook)
    assert told.value.code == code


def test_a_hook_stands_there_once(hooks: Hooks) -> None:
    hooks.add(PersonHook("change", "x"))
    with pytest.raises(UserError, match=r"hook\.twice"):
        hooks.add(PersonHook("change", " x "))


def test_what_the_file_holds_besides_is_kept(hooks: Hooks, tmp_path: Path) -> None:
    file = tmp_path / "home" / "hooks.toml"
    file.parent.mkdir()
    file.write_text('later = 1\n[[hook]]\nwhen = "someday"\ncommand = "x"\n')
    assert hooks.all() == ()
    hooks.add(PersonHook("start", "y"))
    assert [hook.command for hook in hooks.all()] == ["y"]
    assert 'when = "someday"' in file.read_text() and "later = 1" in file.read_text()


def test_a_broken_file_is_set_aside(hooks: Hooks, tmp_path: Path) -> None:
    file = tmp_path / "home" / "hooks.toml"
    file.parent.mkdir()
    file.write_text("[[hook")
    assert hooks.all() == ()
    assert file.with_name("hooks.toml.broken").exists()
