"""Project instructions in the prompt: all of them where there is room, the nearest first where there is not."""

from hypothesis import given
from hypothesis import strategies as st

from agents.context.project_text import project_text
from agents.events import Followed

FAR, NEAR = Followed("../AGENTS.md", "far\n" * 400), Followed("AGENTS.md", "near\n" * 100)


def test_nothing_without_files() -> None:
    assert project_text((), 4096) == ""


def test_whole_and_in_order_where_there_is_room() -> None:
    text = project_text((FAR, NEAR), 32768)
    assert text.index("# ../AGENTS.md") < text.index("# AGENTS.md")
    assert (text.count("far"), text.count("near")) == (400, 100)
    assert "left out" not in text


def test_the_nearest_gets_room_first() -> None:
    text = project_text((FAR, NEAR), 2048)
    assert text.count("near") == 100
    assert text.count("far\n") < 400
    assert "[The rest of this file is left out" in text


@given(st.text(min_size=1), st.integers(1, 4096))
def test_never_more_than_its_part(text: str, context: int) -> None:
    shown = project_text((Followed("AGENTS.md", text),), context)
    assert len(shown.encode()) <= context * 3 // 6 + 600
