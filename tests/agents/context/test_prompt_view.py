"""What a model saw can be looked at, for every turn."""

from agents.context.fitting import fit
from agents.context.history import History
from agents.context.prompt_view import seen
from agents.context.reading import ReadResult
from agents.context.rendering import rendered
from agents.context.schemas import told
from agents.context.token_counter import Meter
from agents.events import ModelTurn
from engine.values import Message, Timings, Usage
from tests.support.agents.counting import ByteBrain
from tests.support.agents.journals import ListJournal
from tests.support.agents.made_runs import NamedTool, called, result, started

TOOLS = tuple(
    NamedTool(f"tool_{number}", "Does something with a thing. " * 9, it="The thing. " * 9)
    for number in range(30)
)


def test_each_turn_shows_again_the_very_prompt_it_was_asked_with() -> None:
    journal, meter = ListJournal(), Meter(ByteBrain(2048))
    history, asked = History(), []
    history.add(journal.append(started(context=2048)))
    for number in range(1, 30):
        made = fit(history, meter, TOOLS, journal, 2048)
        for trim in made.trims:
            history.add(journal.append(trim))
        asked.append(made)
        name = f"c{number}"
        for event in (
            ModelTurn(number, "I look.", "", (), "stop", Usage(), Timings(), made.parts, ("tool_1",)),
            called(number, name, "tool_1", it="x"),
            result(name, "word " * 90),
        ):
            history.add(journal.append(event))
    assert any(made.trims for made in asked[1:])
    for number, made in enumerate(asked, 1):
        sight = seen(journal.entries(), TOOLS, number)
        assert (sight.messages, sight.tools, sight.parts, sight.context) == (
            made.messages,
            made.tools,
            made.parts,
            2048,
        )
    now = seen(journal.entries(), TOOLS)
    assert now.messages == rendered(history) and now.parts == asked[-1].parts


def test_a_run_that_has_not_begun_to_think_shows_its_task() -> None:
    journal = ListJournal()
    journal.append(started("Tidy."))
    assert seen(journal.entries(), TOOLS).messages[-1] == Message("user", "Tidy.")
    assert seen([], TOOLS).messages == ()


def test_of_a_tool_that_is_gone_the_name_is_told() -> None:
    journal = ListJournal()
    journal.append(started())
    journal.append(ModelTurn(1, "Hm.", "", (), "stop", Usage(), Timings(), (), ("gone", "read_result")))
    assert seen(journal.entries(), (), 1).tools == (
        {"type": "function", "function": {"name": "gone", "description": "", "parameters": {}}},
        told(ReadResult(), "whole"),
    )
