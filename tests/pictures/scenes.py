"""The views that pictures are taken of, in the order of the window's pages. Each sets up a stage of its own."""

from __future__ import annotations

from collections.abc import Callable

from app.desktop.run_view.reasoning_card import ReasoningCard
from tests.pictures.stage import Stage
from tests.support.chats.invoices import invoices_model
from tests.support.library.shelves import QWEN

TALL = 900


def welcome(stage: Stage) -> None:
    """The first start."""
    stage.change(welcomed=False, model="starter")
    window = stage.ready()
    stage.until(lambda: window.chat.views.welcoming.page is not None)


def chat_empty(stage: Stage) -> None:
    """A new chat beside older ones."""
    stage.write_chats()
    stage.ready().go.new_chat()


def chat_answer(stage: Stage) -> None:
    """A long answer: reasoning, a table, a formula and code."""
    shown, _ = stage.write_chats()
    window = stage.ready(TALL)
    window.go.open_chat(shown)
    stage.until(lambda: bool(window.chat.transcript.findChildren(ReasoningCard)))
    for card in window.chat.transcript.findChildren(ReasoningCard):
        card.unfold()


def chat_tools(stage: Stage) -> None:
    """An answer that calls tools: one call as it should be, one mended, one that cannot be read."""
    _, calls = stage.write_chats()
    stage.ready().go.open_chat(calls)


def chat_find(stage: Stage) -> None:
    """A word looked for in a chat."""
    shown, _ = stage.write_chats()
    window = stage.ready()
    window.go.open_chat(shown)
    stage.until(lambda: bool(window.chat.transcript.ids))
    window.go.find_in_chat()
    stage.type({"en": "experts", "ko": "전문가"}[stage.language])


def model_picker(stage: Stage) -> None:
    """The models to choose from, over the chat."""
    stage.write_chats()
    stage.ready().go.choose_model()


def run_finished(stage: Stage) -> None:
    """A run that has done its task."""
    window = stage.ready(TALL)
    run = stage.start_run(invoices_model(stage.language))
    stage.decide(run, last="")
    window.go.show_run(run)


def run_question(stage: Stage) -> None:
    """A run that has read two invoices and asks before it renames them."""
    window = stage.ready(TALL)
    run = stage.start_run(invoices_model(stage.language))
    stage.decide(run, last="shell")
    window.go.show_run(run)


def models_discover(stage: Stage) -> None:
    """What the hub has, the first page of a search."""
    window = stage.ready()
    window.go.find_models("qwen")
    stage.until(lambda: window.later.models.discover.results.model().rowCount() > 1)


def models_details(stage: Stage) -> None:
    """A model of the hub with its quantizations, each judged for the machine."""
    window = stage.ready()
    window.go.show_models("discover")
    window.later.models.discover.open_repo(QWEN)
    stage.until(lambda: window.later.models.discover.details.facts() is not None)


def models_downloads(stage: Stage) -> None:
    """Downloads that run, wait and are paused."""
    stage.ready().go.show_models("downloads")


def models_library(stage: Stage) -> None:
    """What is on the disk, and what other programs have."""
    stage.ready().go.show_models("library")


def placement(stage: Stage) -> None:
    """Where a model's parts are, with a cache of experts."""
    window = stage.ready(TALL)
    window.go.show_page("placement")
    stage.until(window.later.placement.view.shows_model)
    window.later.placement.view.details.open()


def settings(stage: Stage) -> None:
    """The top of the settings."""
    stage.ready(TALL).go.show_page("settings")


def start_error(stage: Stage) -> None:
    """The page for data that cannot be opened."""
    (stage.home / "coterie.db").write_bytes(b"not a database" * 100)
    window = stage.open()
    stage.until(lambda: window.whole.currentWidget() is getattr(window, "failure", None))


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        welcome,
        chat_empty,
        chat_answer,
        chat_tools,
        chat_find,
        model_picker,
        run_finished,
        run_question,
        models_discover,
        models_details,
        models_downloads,
        models_library,
        placement,
        settings,
        start_error,
    )
}
