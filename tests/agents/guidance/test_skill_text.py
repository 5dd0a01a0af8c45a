"""SKILL.md, strict and as people write it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.guidance.skill_text import parsed, skill_name


def test_a_skill_of_the_specification() -> None:
    skill = parsed(
        "---\nname: pdf-forms\ndescription: Fills PDF forms.\nlicense: MIT\nallowed-tools: Bash(git:*) Read\n---\n"
        "# PDF\nDo it.\n",
        "folder",
    )
    assert (skill.name, skill.description, skill.license) == ("pdf-forms", "Fills PDF forms.", "MIT")
    assert skill.allowed_tools == "Bash(git:*) Read"
    assert skill.body == "# PDF\nDo it."


@pytest.mark.parametrize(
    "head",
    [
        "description: Use when: the user asks for it",
        "description: >\n  Use when\n  the user asks for it",
        'description: "Use when the user asks for it"\nmetadata: {a: [1, {b: 2}]}',
        "description: Use when the user asks for it\nbroken: [",
    ],
)
def test_heads_as_people_write_them(head: str) -> None:
    skill = parsed(f"\ufeff---\r\n{head}\r\n---\r\nBody", "My Skill")
    assert skill.name == "my-skill"
    assert "the user asks for it" in skill.description


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no head",
        "---\nname: a\n",
        "---\nname: a\n---\nbody",
        "---\ndescription: d\n---\n  \n",
        "---\n- a\n- list\n---\nbody",
        "---\ndescription: " + "x" * 20_000 + "\n---\nbody",
        "---\ndescription: {a: 1}\n---\nbody",
        "---\n" + "[" * 5000 + "\n---\nbody",
        "---\na: &a [x]\nb: &b [*a, *a]\ndescription: *b\n---\nbody",
    ],
)
def test_what_is_no_skill_is_told(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text, "folder")


def test_what_is_invisible_is_written_out() -> None:
    skill = parsed("---\ndescription: a\u202eb\n---\nbo\u200bdy", "s")
    assert (skill.description, skill.body) == ("a\\u{202e}b", "bo\\u{200b}dy")


@given(st.text())
def test_any_text_is_a_skill_or_a_value_error(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\nbody", f"---\ndescription: d\n---\n{text}"):
        with contextlib.suppress(ValueError):
            assert parsed(whole, "s").description


@given(st.text())
def test_names_can_be_typed_behind_a_slash(name: str) -> None:
    made = skill_name(name)
    assert len(made) <= 64 and not any(letter.isspace() or letter in "/\\." for letter in made)
