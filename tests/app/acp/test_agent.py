"""The agent's methods in this process: sessions, choices, commands, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from acp.exceptions import RequestError
from acp.helpers import embedded_text_resource, image_block, resource_block, resource_link_block, text_block

from agents.sandbox.find import find_sandbox
from app.acp.agent import CoterieAgent
from app.acp.choices import leaving, models_at_hand
from app.acp.servers import EditorServers
from app.acp.sessions import listed
from app.services.connections.remote_server_file import ModelServer
from app.services.runs.events import RunAsks
from app.services.services import Services, open_services
from engine.errors import UserError
from tests.support.agents.editor import Editor, by_task, connected
from tests.support.servers.openai_script import Reply, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.long

WRITE = call("write_file", {"path": "made.txt", "content": "made"})
PLAN = call("update_plan", {"items": [{"text": "Make *made.txt*"}]})
TICKED = call("update_plan", {"items": [{"text": "Make *made.txt*", "state": "done"}]})
Story = Callable[[Editor], Coroutine[Any, Any, None]]
Play = Callable[..., None]


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    script = by_task(
        Hello=[say("Good day.", reasoning="A greeting.")],
        Write=[WRITE, say("Written.")],
        Other=[call("write_file", {"path": "other.txt", "content": "other"}), say("Written, too.")],
        Slow=[Reply("Too late.", delay=60.0)],
        Broken=[Reply(fault="status", status=401, message="no")],
        Sleep=[call("shell", {"command": "touch begun; sleep 300"}), say("Too late.")],
        Tidy=[say("It is tidy.")],
        Build=[PLAN, say("I have the result."), WRITE, TICKED, say("It is built.")],
    )
    with OpenAiServer(script) as server:
        yield server


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    services = open_services(coterie_home)
    yield services
    services.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "folder").mkdir()
    return folder


@pytest.fixture
def play(services: Services, server: OpenAiServer, coterie_home: Path) -> Iterator[Play]:
    """Play a story with an editor that is connected to a new agent."""
    servers = EditorServers(services, coterie_home / "servers")

    def play(story: Story, model: str = "", **answers: str) -> None:
        async def connect() -> None:
            agent = CoterieAgent(services, servers, model or server.model, "ask")
            async with connected(agent, Editor(**answers)) as editor:
                await story(editor)

        asyncio.run(connect())

    yield play
    services.runs.close()
    servers.close()


async def refused(asked: Awaitable[Any]) -> tuple[int, str]:
    with pytest.raises(RequestError) as error:
        await asked
    return error.value.code, str(error.value)


def test_it_says_what_it_can_do(play: Play) -> None:
    async def story(editor: Editor) -> None:
        told = await editor.agent.initialize(protocol_version=7)
        assert told.protocol_version == 1 and told.auth_methods == []
        capabilities = told.agent_capabilities
        assert capabilities is not None and capabilities.load_session
        sessions, prompts = capabilities.session_capabilities, capabilities.prompt_capabilities
        assert sessions is not None and sessions.list and sessions.resume and sessions.close
        assert sessions.fork is None and sessions.additional_directories is None
        assert prompts is not None and prompts.embedded_context and not prompts.image and not prompts.audio

    play(story)


def test_a_folder_that_is_none_is_refused_in_a_sentence(play: Play, folder: Path, coterie_home: Path) -> None:
    async def story(editor: Editor) -> None:
        (folder / "file").touch()
        for cwd, word in (
            ("some/where", "full path"),
            (str(folder / "none"), "doesn’t exist"),
            (str(folder / "file"), "isn’t a folder"),
            ("/", "too broad"),
            (str(coterie_home), "too broad"),
        ):
            code, told = await refused(editor.agent.new_session(cwd=cwd, mcp_servers=[]))
            assert code == -32602 and word in told
        assert editor.updates == []

    play(story)


def test_what_is_not_there_is_told_in_a_sentence(play: Play, folder: Path) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        agent = editor.agent
        for asked in (
            agent.prompt(session_id="gone", prompt=[text_block("Hi")]),
            agent.set_session_mode(session_id="gone", mode_id="ask"),
            agent.close_session(session_id="gone"),
            agent.load_session(session_id="run-7", cwd=str(folder), mcp_servers=[]),
            agent.load_session(session_id=session, cwd=str(folder), mcp_servers=[]),
        ):
            code, told = await refused(asked)
            assert code == -32002 and told.startswith("There’s no session")
        assert (await refused(agent.set_session_mode(session_id=session, mode_id="all")))[0] == -32602
        assert (await refused(agent.set_config_option("model", session, "/no/model")))[0] == -32602
        assert (await refused(agent.set_config_option("color", session, "red")))[0] == -32602
        assert (await refused(agent.fork_session(session_id=session, cwd=str(folder))))[0] == -32601
        assert (await refused(agent.authenticate(method_id="key")))[0] == -32601
        assert (await refused(editor.say(session, "/undo")))[1].startswith("No file is changed")
        assert (await refused(editor.say(session, "/redo")))[1].startswith("Nothing in this run was undone")
        assert (await refused(editor.say(session, "  ")))[1].startswith("There’s no task")
        picture = [image_block("aGk=", "image/png")]
        assert "text and files only" in (await refused(agent.prompt(session_id=session, prompt=picture)))[1]
        await agent.cancel(session_id="gone")
        await agent.cancel(session_id=session)

    play(story)


@pytest.mark.parametrize(("model", "word"), [("/no/such.gguf", "such"), ("openai:x", "openai:")])
def test_a_model_that_cannot_be_asked_is_an_error_in_a_sentence(
    play: Play, folder: Path, model: str, word: str
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        _, told = await refused(editor.say(session, "Hello"))
        assert word in told and told.endswith(".") and "\n" not in told

    play(story, model)


def test_a_server_that_refuses_the_key_fails_the_message_and_the_session_stays(
    play: Play, folder: Path
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        code, told = await refused(editor.say(session, "Broken"))
        assert code == -32603 and "key" in told
        assert (await editor.say(session, "Hello")).stop_reason == "end_turn"

    play(story)


def test_files_that_are_named_or_sent_reach_the_model(play: Play, folder: Path, server: OpenAiServer) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        sent = embedded_text_resource(f"file://{folder}/b%20c.py", "print(1)")
        blocks = [
            text_block("Hello, see "),
            resource_link_block("a.py", f"file://{folder}/a.py"),
            text_block(" and "),
            resource_block(sent),
        ]
        await editor.agent.prompt(session_id=session, prompt=blocks)
        assert "Hello, see a.py and b c.py\n\nb c.py:\n```\nprint(1)\n```" in server.asked[0].last

    play(story)


def test_choices_count_for_the_next_message_and_both_kinds_of_them_agree(
    play: Play, folder: Path, services: Services
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.agent.set_session_mode(session_id=session, mode_id="workspace")
        told = await editor.agent.set_config_option("mode", session, "read")
        assert told is not None
        chosen = {option.id: option.current_value for option in told.config_options}
        assert chosen["mode"] == "read"
        await editor.agent.set_config_option("mode", session, "workspace")
        await editor.say(session, "Write it")
        assert editor.asked == [] and (folder / "made.txt").read_text() == "made"
        assert [each["currentModeId"] for each in editor.of_kind("current_mode_update")][-1] == "workspace"
        (options,) = editor.of_kind("config_option_update")
        assert options["configOptions"][0]["currentValue"] == "workspace"
        await editor.agent.set_config_option("model", session, "starter")
        assert (await editor.agent.set_config_option("mode", session, "ask")) is not None
        assert services.runs.all()[0].mode == "workspace"

    play(story)


def test_a_plan_first_is_a_mode_and_the_mode_before_holds_once_it_is_approved(
    play: Play, folder: Path, services: Services
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.agent.set_session_mode(session_id=session, mode_id="workspace")
        told = await editor.agent.set_config_option("mode", session, "plan")
        assert told is not None
        chosen = {option.id: option.current_value for option in told.config_options}
        assert chosen["mode"] == "plan"
        assert [each["currentModeId"] for each in editor.of_kind("current_mode_update")] == ["plan"]
        await editor.say(session, "Build it")
        assert editor.of_kind("plan") and len(editor.asked) == 1

    play(story, think="once")
    (run,) = services.runs.all()
    assert run.mode == "workspace" and (folder / "made.txt").exists()


def test_an_answer_that_was_not_offered_allows_nothing(play: Play, folder: Path) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.say(session, "Write it")
        assert not (folder / "made.txt").exists()

    play(story, edit="server")


def test_a_yes_for_the_folder_is_kept_and_not_asked_for_again(
    play: Play, folder: Path, services: Services
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.say(session, "Write it")
        other = (await editor.agent.new_session(cwd=str(folder), mcp_servers=[])).session_id
        await editor.say(other, "Write it")
        assert len(editor.asked) == 1

    play(story, edit="workspace")
    assert [(grant.scope, grant.tool) for grant in services.runs.grants.all()] == [
        ("workspace", "write_file")
    ]


def test_while_one_message_is_worked_on_another_waits_its_turn_and_cancelling_ends_it(
    play: Play, folder: Path, server: OpenAiServer
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        slow = asyncio.ensure_future(editor.say(session, "Slow"))
        while not server.asked:
            await asyncio.sleep(0.01)
        assert "still working" in (await refused(editor.say(session, "Hello")))[1]
        loading = editor.agent.load_session(session_id=session, cwd=str(folder), mcp_servers=[])
        assert "still working" in (await refused(loading))[1]
        await editor.agent.cancel(session_id=session)
        assert (await slow).stop_reason == "cancelled"
        assert (await refused(editor.say(session, " ")))[1].startswith("There’s no task")
        assert (await editor.say(session, "Hello")).stop_reason == "end_turn"

    play(story)


@pytest.mark.process
@pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
def test_cancelling_ends_a_command_at_once(play: Play, folder: Path) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.agent.set_session_mode(session_id=session, mode_id="workspace")
        sleeping = asyncio.ensure_future(editor.say(session, "Sleep"))
        while not (folder / "begun").exists():
            await asyncio.sleep(0.01)
        await editor.agent.cancel(session_id=session)
        assert (await sleeping).stop_reason == "cancelled"
        assert [each["status"] for each in editor.calls().values()] == ["failed"]

    play(story)


def test_cancelling_withdraws_what_is_asked(play: Play, folder: Path, services: Services) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        writing = asyncio.ensure_future(editor.say(session, "Write it"))
        await editor.is_asked.wait()
        await editor.agent.close_session(session_id=session)
        assert (await writing).stop_reason == "cancelled"
        assert [each["status"] for each in editor.calls().values()] == ["failed"]

    over: list[RunAsks] = []
    services.events.subscribe(RunAsks, over.append)
    play(story)
    assert over[-1].request is None and not (folder / "made.txt").exists()


def test_undo_goes_back_message_by_message(play: Play, folder: Path) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)

        async def after(text: str) -> set[str]:
            await editor.say(session, text)
            return {path.name for path in folder.iterdir()}

        assert await after("Write it") == {"made.txt"}
        assert await after("Hello") == {"made.txt"}
        assert await after("Other file") == {"made.txt", "other.txt"}
        assert await after("/undo") == {"made.txt"}
        assert await after("/undo") == set(), "the message between them changed nothing"
        assert (await refused(editor.say(session, "/undo")))[1].startswith("No file is changed")
        assert await after("/redo") == {"made.txt"}
        (folder / "made.txt").write_text("mine")
        assert await after("/undo all") == {"made.txt"}
        assert editor.text().endswith("Left alone, because somebody has changed it since: `made.txt`.")

    play(story, edit="once")


def test_a_plan_is_asked_for_in_the_editor_and_shown_as_it_is_done(
    play: Play, folder: Path, services: Services
) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.say(session, "/plan Build it")
        plans = [each["entries"] for each in editor.of_kind("plan")]
        assert plans[0] == [{"content": "Make *made.txt*", "priority": "medium", "status": "pending"}]
        assert plans[-1][0]["status"] == "completed"
        assert editor.text().endswith("It is built.")

    play(story, think="once", edit="once")
    (run,) = services.runs.all()
    assert run.task == "Build it" and (folder / "made.txt").exists()


def test_a_recipe_is_a_command_with_its_parameters(play: Play, folder: Path, services: Services) -> None:
    async def story(editor: Editor) -> None:
        session = await editor.open(folder)
        await editor.say(session, '/tidy-folder by="by year" Keep the pictures')
        names = [each["name"] for each in editor.of_kind("available_commands_update")[0]["availableCommands"]]
        assert names[:3] == ["undo", "redo", "plan"] and "tidy-folder" in names

    play(story)
    (run,) = services.runs.all()
    assert (run.recipe, run.mode) == ("tidy-folder", "ask")
    assert "sort by year" in run.task and run.task.endswith("Keep the pictures")


def test_a_run_of_the_window_can_be_shown_and_gone_on_with(
    play: Play, folder: Path, services: Services, server: OpenAiServer
) -> None:
    from app.services.runs.values import RunSpec

    record = services.runs.start(RunSpec("Hello", str(folder), server.model))
    services.runs.join(record.id)

    async def story(editor: Editor) -> None:
        (listed,) = (await editor.agent.list_sessions(cwd=str(folder))).sessions
        assert listed.session_id == f"run-{record.id}"
        (elsewhere := folder.parent / "elsewhere").mkdir()
        other = editor.agent.load_session(cwd=str(elsewhere), session_id=listed.session_id, mcp_servers=[])
        assert str(folder) in (await refused(other))[1]
        await editor.agent.load_session(cwd=str(folder), session_id=listed.session_id, mcp_servers=[])
        assert (editor.text("user_message_chunk"), editor.text()) == ("Hello", "Good day.")
        assert editor.text("agent_thought_chunk") == "A greeting."
        editor.updates.clear()
        await editor.agent.resume_session(session_id=listed.session_id, cwd=str(folder), mcp_servers=[])
        assert editor.of_kind("agent_message_chunk") == [], "the editor shows it already"
        await editor.say(listed.session_id, "Hello again")
        assert editor.text() == "Good day."

    play(story)
    assert [run.id for run in services.runs.all()] == [record.id]


def test_models_to_choose_from_are_those_here_and_those_elsewhere_that_were_agreed_to(
    services: Services,
) -> None:
    near, far = "openai:http://127.0.0.1:9/v1#near", "openai:https://far.example/v1#far"
    services.settings.change(recent_models=("/some/file.gguf", near, far))
    assert list(models_at_hand(services, "starter")) == ["starter", near]
    services.remote_servers.save(ModelServer("https://far.example/v1"))
    services.remote_servers.agree("https://far.example/v1")
    found = models_at_hand(services, "/other.gguf")
    assert list(found) == ["/other.gguf", "starter", near, far]
    assert (found["/other.gguf"], found[far]) == ("other", "far · far.example")
    assert leaving(near, "en") == "" == leaving("starter", "en")
    assert "far.example" in leaving(far, "ko")


def test_a_long_list_comes_in_pages(
    services: Services, folder: Path, server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.runs.values import RunSpec

    monkeypatch.setattr("app.acp.sessions._PAGE", 2)
    for title in ("a", "b", "c"):
        spec = RunSpec("Hello", str(folder), server.model, title=title)
        services.runs.join(services.runs.start(spec).id)
    first = listed(services.runs, None, None)
    rest = listed(services.runs, str(folder), first.next_cursor)
    assert [each.title for each in (*first.sessions, *rest.sessions)] == ["c", "b", "a"]
    assert rest.next_cursor is None
    with pytest.raises(UserError, match="no_choice"):
        listed(services.runs, None, "-1")
