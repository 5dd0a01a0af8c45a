"""A chat that may search the web: each search is asked about, and the answer cites the pages that it found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.api import ModelResponse
from agents.events import RunStarted, ToolResult
from agents.permissions.values import Decision, Scope
from agents.run.state import RunState
from app.services.chat.exchange.vetting import asking, own_contents
from app.services.runs.events import RunAsks
from app.services.runs.values import RunSpec
from app.store.records import ChatOptions, ChatTools, Message
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import Reply, calls, says
from tests.support.listening import Listening
from tests.support.servers.search_server import SearchServer, search_server

pytestmark = pytest.mark.process


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


@pytest.fixture
def chatting(coterie_home: Path, tmp_path: Path, server: SearchServer) -> Iterator[Chatting]:
    made = Chatting(coterie_home, tmp_path / "work", says("Hello."))
    made.services.web_search.choose("searxng", server.url)
    yield made
    made.close()


@pytest.fixture
def told(chatting: Chatting, tmp_path: Path) -> Listening:
    told = Listening(chatting.services)
    model = tmp_path / "one.gguf"
    model.write_bytes(b"GGUF")
    chatting.services.models.use(str(model))
    told.model("ready")
    return told


def search(query: str) -> ModelResponse:
    return calls(("web_search", {"query": query}))


def ask(
    chatting: Chatting, told: Listening, chat: int, *replies: Reply, scope: Scope | None = "once"
) -> Message:
    """The answer to a question, whose first search is allowed with `scope`, None: denied."""
    chatting.say(*replies)
    sent = chatting.services.asking.send(chat, "What is new?")
    asked = told.next(RunAsks, lambda event: event.request is not None)
    assert asked.request is not None and asked.request.kind == "search"
    decision = Decision(False) if scope is None else Decision(True, scope)
    assert chatting.services.runs.decide(asked.run, asked.request.call, decision)
    return told.finished(sent.id)


def results(chatting: Chatting, run: int) -> list[str]:
    return [
        each.event.text for each in chatting.services.runs.entries(run) if isinstance(each.event, ToolResult)
    ]


def test_an_answer_searches_once_it_may_and_cites_pages_by_their_numbers(
    chatting: Chatting, told: Listening, server: SearchServer
) -> None:
    chat = chatting.services.conversations.create(ChatOptions(web=True)).id
    said = says('The "book of all books" is new [1], and so are crates [2].')
    answer = ask(chatting, told, chat, search(" rust\n book "), search("rust again"), said, scope="server")
    assert [asked.query["q"] for asked in server.asked] == ["rust book", "rust again"], "asked once"
    first, again = results(chatting, answer.run)
    assert (
        first
        == again
        == (
            "[1] Rust book, https://doc.rust-lang.org/book/?page=2: Learn & build things.\n\n"
            "[2] Crates, http://crates.io/: Crates"
        )
    )
    assert [(each.number, each.name, each.url, each.label) for each in answer.sources] == [
        (1, "Rust book", "https://doc.rust-lang.org/book/?page=2", "doc.rust-lang.org"),
        (2, "Crates", "http://crates.io/", "crates.io"),
    ]
    cited = chatting.services.citations.of(answer)
    assert [(each.number, each.quote, each.found) for each in cited] == [(1, "", True), (2, "", True)], (
        "an extract does not say that a quotation of its page is wrong"
    )
    entries = chatting.services.runs.entries(answer.run)
    started = entries[0].event
    assert isinstance(started, RunStarted)
    assert (started.tools, started.workspace, started.mode) == (("web_search", "read_result"), "", "ask")
    assert RunState.of(entries).tainted, "what pages say is strangers' text"
    later = chatting.services.conversations.create(ChatOptions(web=True)).id
    chatting.say(search("once more"), says("Fine [1]."))
    assert told.finished(chatting.services.asking.send(later, "And?").id).state == "done"
    assert len(server.asked) == 3, "allowed for good, in every chat"


def test_a_search_that_is_denied_or_fails_is_said_to_the_model_and_the_answer_comes(
    chatting: Chatting, told: Listening, server: SearchServer
) -> None:
    chat = chatting.services.conversations.create(ChatOptions(web=True)).id
    answer = ask(chatting, told, chat, search("rust"), says("I could not look."), scope=None)
    assert (answer.content, server.asked, answer.sources) == ("I could not look.", [], ())
    chatting.services.web_search.choose("brave")
    answer = ask(chatting, told, chat, search("rust"), says("No key."))
    assert results(chatting, answer.run) == [
        "Brave Search needs an API key. Enter it in Settings, or with coterie web-search key."
    ]


def test_without_a_provider_or_the_switch_an_answer_is_no_run_and_no_run_has_the_tool(
    chatting: Chatting, told: Listening
) -> None:
    without = chatting.services.conversations.create().id
    assert told.finished(chatting.services.asking.send(without, "Hello").id).run == 0
    chatting.services.web_search.choose("")
    chat = chatting.services.conversations.create(ChatOptions(web=True)).id
    assert told.finished(chatting.services.asking.send(chat, "Hello").id).run == 0
    assert "web_search" not in [tool.name for tool in chatting.services.runs.tools()]


def test_a_chat_with_chosen_tools_has_the_search_besides(chatting: Chatting, told: Listening) -> None:
    tools = ChatTools(str(chatting.folder), "ask", ("date_time",))
    chat = chatting.services.conversations.create(ChatOptions(tools=tools, web=True)).id
    chatting.say(says("Nothing."))
    answer = told.finished(chatting.services.asking.send(chat, "Hello").id)
    started = chatting.services.runs.entries(answer.run)[0].event
    assert isinstance(started, RunStarted) and started.tools[:2] == ("web_search", "date_time")


def test_a_run_numbers_its_pages_through_when_it_is_resumed(
    chatting: Chatting, told: Listening, server: SearchServer
) -> None:
    runs = chatting.services.runs
    chatting.say(search("rust"), says("Found [1]."))
    run = runs.start(RunSpec("Look", str(chatting.folder), tools=("web_search",)))
    asked = told.next(RunAsks, lambda event: event.request is not None)
    assert asked.request is not None
    runs.decide(run.id, asked.request.call, Decision(True, "run"))
    assert runs.join(run.id, 60)
    server.pages = (("More", "https://more.example/", "x"),)
    chatting.say(search("more"), says("Found [3]."))
    runs.resume(run.id, "And more?")
    assert runs.join(run.id, 60)
    assert results(chatting, run.id)[-1].startswith("[3] More, https://more.example/")
    assert '"web_search"' in str(runs.seen(run.id).tools).replace("'", '"')


def test_a_chat_that_is_imported_searches_no_web_and_opens_only_pages(
    chatting: Chatting, told: Listening
) -> None:
    chat = chatting.services.conversations.create(ChatOptions(web=True)).id
    ask(chatting, told, chat, search("rust"), says("New [1]."))
    whole = asking(own_contents(chatting.services.store.whole_chats.get(chat)))
    assert not whole.conversation.options.web
    (answer,) = (each for each in whole.messages if each.sources)
    assert [each.url for each in answer.sources][1] == "http://crates.io/"
