"""Imports in a text of instructions."""

import pytest

from agents.guidance.imports import beside, imports_in


def test_paths_are_found_once_and_not_in_code() -> None:
    text = (
        "See @README.md and @docs/style.md, again @README.md.\n"
        "Mail me@example.org. `@not/this.md`\n"
        "```\n@nor/this.md\n```\n"
        "- (@with\\ space.md)\n"
    )
    assert imports_in(text) == ("README.md", "docs/style.md", "with space.md")


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert imports_in("````\n```\n@in.md\n```\n````\n@out.md") == ("out.md",)


@pytest.mark.parametrize(
    ("path", "imported", "place"),
    [
        ("CLAUDE.md", "docs/a.md", "docs/a.md"),
        ("sub/CLAUDE.md", "../a.md", "a.md"),
        ("sub/CLAUDE.md", "./b/../c.md", "sub/c.md"),
        ("CLAUDE.md", "../a.md", ""),
        ("CLAUDE.md", "/etc/passwd", ""),
        ("CLAUDE.md", "~/notes.md", ""),
        ("CLAUDE.md", "C:/notes.md", ""),
        ("CLAUDE.md", "..", ""),
    ],
)
def test_only_places_below_the_root(path: str, imported: str, place: str) -> None:
    assert beside(path, imported) == place
