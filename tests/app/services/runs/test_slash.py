"""The one list of what "/" offers."""

from pathlib import Path

import pytest

from app.messages import messages
from app.services.guidance.skills import Skills
from app.services.runs.recipes import Recipes, prompt_library
from app.services.runs.slash import command_in, commands_in, plan_wish, slash_entries
from tests.agents.guidance.test_skill_folders import made


@pytest.fixture
def recipes(tmp_path: Path) -> Recipes:
    return Recipes(tmp_path / "recipes", lambda: "en", skills=Skills(tmp_path))


def test_commands_hold_where_they_make_sense() -> None:
    names = {
        place: [each.name for each in commands_in(place, "en")] for place in ("chat", "task", "run", "editor")
    }
    assert names == {
        "chat": ["plan", "new", "compact", "regenerate", "model"],
        "task": ["plan"],
        "run": ["undo", "redo", "plan"],
        "editor": ["undo", "redo", "plan"],
    }
    assert {key for key in messages("en") if key.startswith("slash.")} == {
        key for key in messages("ko") if key.startswith("slash.")
    }


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("/plan Sort the files", ("Sort the files", True)),
        ("/plan\nSort", ("Sort", True)),
        ("/plan", ("/plan", False)),
        ("/planned", ("/planned", False)),
        ("plan it", ("plan it", False)),
    ],
)
def test_a_message_may_wish_for_a_plan(text: str, wish: tuple[str, bool]) -> None:
    assert plan_wish(text) == wish


def test_skills_stand_in_it_by_name_and_prompts_only_in_chats(recipes: Recipes, tmp_path: Path) -> None:
    made(tmp_path / "skills", "mail")
    made(tmp_path / "skills", "undo")
    prompts = prompt_library(tmp_path, lambda: "en")
    chat = {each.name: each for each in slash_entries("chat", recipes, "en", prompts)}
    assert chat["mail"].recipe is not None and chat["mail"].recipe.skill == "mail"
    assert {"translate", "tidy-folder", "compact"} <= chat.keys()
    run = {each.name: each for each in slash_entries("run", recipes, "ko")}
    assert run["undo"].recipe is None, "a command keeps its name"
    assert run["undo-2"].recipe is not None and run["undo-2"].recipe.skill == "undo"
    assert "translate" not in run


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/undo all", ("undo", "all")),
        ("/redo", ("redo", "")),
        ("/undone", None),
        ("undo", None),
        ("/ undo", None),
    ],
)
def test_what_a_message_names(text: str, found: tuple[str, str] | None) -> None:
    command = command_in(text, commands_in("run", "en"))
    assert (command and (command[0].name, command[1])) == found
