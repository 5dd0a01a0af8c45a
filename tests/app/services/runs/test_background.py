"""Commands in the background, folded from a journal."""

from __future__ import annotations

from agents.events import Background, Entry
from app.services.runs.background import background_of
from app.services.runs.export import markdown
from app.services.runs.values import InBackground
from app.store.records import RunRecord

EVENTS = (
    Background("b1", "started", call="c1", command="serve"),
    Background("b2", "started", call="c2", command="build"),
    Background("b1", "output", text="up\n", bytes=3, ports=(8123,)),
    Background("b2", "output", text="".join(f"{number}\n" for number in range(9)), bytes=18),
    Background("b2", "output", text="and more", bytes=26),
    Background("b2", "ended", code=2, reason="exit", bytes=26),
)
ENTRIES = tuple(Entry(1, place, float(place), event) for place, event in enumerate(EVENTS, 1))


def test_each_has_its_port_and_its_last_lines() -> None:
    serving = InBackground("b1", "serve", (8123,), "up\n")
    built = InBackground("b2", "build", (), "6\n7\n8\nand more", False, 2, "exit")
    assert background_of(ENTRIES, under_way=True) == (serving, built)


def test_of_a_run_that_was_killed_none_runs() -> None:
    first, second = background_of(ENTRIES, under_way=False)
    assert (first.runs, first.ports, first.reason) == (False, (), "interrupted")
    assert second.reason == "exit"


def test_an_export_tells_of_them() -> None:
    record = RunRecord(1, "t", "Do it.", "/w", "m", "ask", "completed", 1.0, 1.0)
    text = markdown(record, ENTRIES)
    assert "*b1 runs in the background:* `serve`" in text
    assert "*b1 listens at 8123*" in text and "```\nup\n```" in text
    assert "*b2 ended with 2 (exit)*" in text
