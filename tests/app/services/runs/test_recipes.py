"""Recipes: ours are whole in both languages, a user's are kept as files, and bad ones are told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from agents.budget import Budget
from agents.tools.builtin import builtin_tools
from app.services.runs.recipes import ORDER, OURS, PROMPTS, Recipes, filled, prompt_library, with_blanks
from app.services.runs.values import Recipe
from engine.errors import UserError

PLACE = re.compile(r"\{(\w+)\}")


def english(folder: Path) -> Recipes:
    return Recipes(folder, lambda: "en")


def korean(folder: Path) -> Recipes:
    return Recipes(folder, lambda: "ko")


def code(recipes: Recipes, id: str) -> str:
    with pytest.raises(UserError) as caught:
        recipes.get(id)
    return caught.value.code


def test_each_file_of_ours_is_in_the_list_and_whole_in_both_languages() -> None:
    assert sorted(path.stem for path in OURS.glob("*.toml")) == sorted(ORDER)
    for name in ORDER:
        document = tomllib.loads((OURS / f"{name}.toml").read_text(encoding="utf-8"))
        parameters = {each["name"] for each in document.get("parameters", ())}
        for language in ("en", "ko"):
            words = document[language]
            assert words["title"] and words["description"] and words["task"]
            assert set(PLACE.findall(words["task"])) == parameters, (name, language)
            assert all(each[language] for each in document.get("parameters", ()))
        assert re.search("[가-힣]", document["ko"]["task"])


def test_ours_name_only_tools_that_there_are(tmp_path: Path) -> None:
    names = {tool.name for tool in builtin_tools()}
    for recipe in english(tmp_path).all():
        assert set(recipe.tools or ()) <= names, recipe.id


def test_a_task_is_filled_with_values_and_defaults(tmp_path: Path) -> None:
    recipe = korean(tmp_path).get("summarise-documents")
    task = filled(recipe, {"file": "정리.md"})
    assert "정리.md" in task
    assert "세 문장으로" in task
    assert "{" not in task


def test_a_value_with_braces_is_not_filled_again(tmp_path: Path) -> None:
    recipe = Recipe("x", "t", "", "{a} {b} {c}", (("a", "A", ""), ("b", "B", "two")))
    assert filled(recipe, {"a": "{b}"}) == "{b} two {c}"


def test_what_is_missing_or_unknown_is_told(tmp_path: Path) -> None:
    recipe = english(tmp_path).get("ask-documents")
    with pytest.raises(UserError) as caught:
        filled(recipe, {})
    assert (caught.value.code, caught.value.params["name"]) == ("recipe.empty_parameter", "Question")
    with pytest.raises(UserError) as caught:
        filled(recipe, {"questoin": "?"})
    assert caught.value.code == "recipe.unknown_parameter"
    assert code(english(tmp_path), "no-such") == "recipe.missing"


def test_a_users_recipe_is_kept_found_changed_and_deleted(tmp_path: Path) -> None:
    recipes = korean(tmp_path / "recipes")
    wished = Recipe(
        "",
        "주간 보고",
        "매주",
        "{누구}에게 {who}",
        (("who", "누구", "팀"),),
        ("read_file",),
        "workspace",
        Budget(steps=9),
        plan=True,
    )
    kept = recipes.save(wished)
    assert kept.own and kept.plan
    assert (kept.title, kept.parameters, kept.tools, kept.mode, kept.budget.steps) == (
        "주간 보고",
        (("who", "누구", "팀"),),
        ("read_file",),
        "workspace",
        9,
    )
    assert recipes.save(wished).id != kept.id  # another one, not in its place
    assert english(tmp_path / "recipes").all()[0].own  # in the words that it has
    assert recipes.get(str(tmp_path / "recipes" / f"{kept.id}.toml")).task == kept.task
    recipes.delete(kept.id)
    assert code(recipes, kept.id) == "recipe.missing"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "mode = 'root'\n[en]\ntask = 'x'",
        "= =",
        "[en]\ntask = 5",
        "\udc00",
        "[budget]\nsteps = 'x'",
        "x" * 300_000,
    ],
    ids=["empty", "mode", "no-toml", "type", "not-utf8", "budget", "large"],
)
def test_a_bad_file_is_left_out_of_the_list_and_told_when_asked_for(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.toml").write_bytes(content.encode("utf-8", "surrogatepass"))
    recipes = english(tmp_path)
    assert [recipe.id for recipe in recipes.all()] == list(ORDER)
    assert code(recipes, "bad") == "recipe.bad"


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text("[en]\ntask = 'x'")
    assert code(english(tmp_path / "recipes"), "../outside") == "recipe.missing"


def test_every_prompt_of_ours_reads_in_both_languages_and_its_blanks_are_where_they_are_said(
    tmp_path: Path,
) -> None:
    for language in ("en", "ko"):
        found = prompt_library(tmp_path, lambda language=language: language).all()  # type: ignore[misc]
        assert [prompt.id for prompt in found] == list(PROMPTS)
        for prompt in found:
            assert prompt.title and prompt.description and prompt.parameters
            text, blanks = with_blanks(prompt)
            assert "{" not in text and len(blanks) == len(prompt.parameters)
            stated = {default or f"[{label}]" for _, label, default in prompt.parameters}
            assert {text[start:end] for start, end in blanks} == stated
    titles = {p.title for p in prompt_library(tmp_path, lambda: "ko").all()}
    assert "번역" in titles
