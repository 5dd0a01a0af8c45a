"""`coterie chat` and other commands with a model elsewhere."""

import json
from pathlib import Path

import pytest

from app.cli.attaching import attached
from app.cli.chat.chatting import ChatArguments
from app.cli.chat.talk import Talk
from app.cli.chat.terminal import converse
from app.cli.output import Output
from app.services.services import open_services
from tests.support.command import ANSWER_KEYS, Command
from tests.support.documents.made import pdf
from tests.support.documents.pictures import picture, scan
from tests.support.servers.openai_script import Reply, call, in_order, see_colors
from tests.support.servers.openai_server import OpenAiServer


@pytest.fixture
def command(coterie_home: Path) -> Command:
    return Command(coterie_home, "http://127.0.0.1:9")


def test_chat_prints_the_contracts_object(command: Command, tmp_path: Path) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text('[{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]')
    reply = Reply("The sea is wide.", reasoning="Hm.", tool_calls=call("look", {"at": "sea"}).tool_calls)
    with OpenAiServer(in_order(reply)) as server:
        arguments = ("--tools", str(tools), "--temperature", "0", "--max-tokens", "99", "--reasoning", "high")
        ran = command.here("chat", "The sea?", "--model", server.model, "--json", *arguments)
        body = server.asked[0].body
    assert (ran.code, ran.err, len(ran.objects)) == (0, "", 1)
    assert list(ran.last) == ANSWER_KEYS
    assert (ran.last["content"], ran.last["reasoning"]) == ("The sea is wide.", "Hm.")
    assert (ran.last["model"], ran.last["finish_reason"]) == (server.model, "stop")
    assert ran.last["tool_calls"][0]["name"] == "look" and ran.last["usage"]["prompt_tokens"] > 0
    assert (body["temperature"], body["max_tokens"], body["reasoning_effort"]) == (0, 99, "high")
    assert [tool["function"]["name"] for tool in body["tools"]] == ["look"]


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("openai:x", "remote.bad_name"),
        ("openai:http://127.0.0.1:9/v1#m", "remote.unreachable"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_sentence(command: Command, model: str, code: str) -> None:
    ran = command.here("chat", "Hi", "--model", model, "--json")
    assert (ran.code, ran.last["error"]["code"]) == (1, code)
    assert ran.sentence == ran.last["error"]["message"]


@pytest.mark.parametrize(
    "words", [("inspect",), ("plan",), ("bench",), ("chat", "Hi", "--memory", "RAM=1GiB", "--model")]
)
def test_what_is_only_known_of_a_file_is_told_of_none_elsewhere(
    command: Command, words: tuple[str, ...]
) -> None:
    ran = command.here(*words, "openai:http://gpu.example:8000/v1#qwen3", "--json")
    assert (ran.code, ran.last["error"]["code"]) == (1, "remote.elsewhere")
    assert "qwen3" in ran.sentence and "gpu.example:8000" in ran.sentence


def test_a_model_elsewhere_sees_a_picture_or_says_that_it_cannot(command: Command, tmp_path: Path) -> None:
    (file := tmp_path / "red.jpg").write_bytes(picture("red", kind="JPEG"))
    words = ("chat", "Which color?", "--json", "--attach", str(file), "--model")
    with OpenAiServer(see_colors) as server:
        ran = command.here(*words, server.model)
        assert (ran.code, ran.last["content"]) == (0, "This is red.")
        (told,) = ran.last["attachments"]
        assert (told["kind"], told["state"], told["tokens"]) == ("picture", "whole", 4)
        assert server.asked[0].last == "Which color?"
    with OpenAiServer(see_colors, blind=True) as server:
        ran = command.here(*words, server.model)
        assert (ran.code, ran.last["error"]["code"]) == (1, "picture.not_seen")
    with OpenAiServer(see_colors, kind="llama-server", sees=False) as server:
        ran = command.here(*words, server.model)
        assert ran.code == 1 and ran.last["attachments"][0]["state"] == "refused"
        assert server.asked == []


def test_a_model_elsewhere_is_told_what_files_say(command: Command, tmp_path: Path) -> None:
    (tmp_path / "lease.md").write_text("Cats are allowed.")
    with OpenAiServer(
        in_order(Reply("Yes, “cats are allowed” [1], but “dogs are not allowed” [1] [7]."))
    ) as server:
        ran = command.here(
            "chat", "Cats?", "--model", server.model, "--json", "--attach", str(tmp_path / "lease.md")
        )
        (asked,) = [ask.body for ask in server.asked if "messages" in ask.body]
    assert ran.code == 0
    assert [(each["name"], each["state"]) for each in ran.last["attachments"]] == [("lease.md", "whole")]
    cited = {"file": "lease.md", "page": None}
    assert ran.last["citations"] == [
        {"number": 1, **cited, "quote": "cats are allowed", "found": True},
        {"number": 1, **cited, "quote": "dogs are not allowed", "found": False},
        {"number": 7, "file": "", "page": None, "quote": "", "found": False},
    ]
    said = asked["messages"][-1]
    assert said["role"] == "user" and said["content"].endswith("\n\nCats?")
    assert said["content"].startswith('[1] File "lease.md":\nCats are allowed.\nEnd of file "lease.md".\n\n')


def test_what_an_answer_cites_stands_below_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / "lease.pdf").write_bytes(pdf("Dogs are not allowed.", "Cats are allowed."))
    answer = "“Cats are allowed” [1], “birds are\x1b[31m not allowed” [1] [7]."
    with OpenAiServer(in_order(Reply(answer))) as server:
        ran = command.here("chat", "Cats?", "--model", server.model, "--attach", str(tmp_path / "lease.pdf"))
    assert ran.code == 0
    below = ran.err.splitlines()[-3:]
    assert below[0] == "[1] lease.pdf, page 2"
    assert below[1].startswith("Not found in “lease.pdf”: “birds are") and "\x1b" not in below[1]
    assert below[2] == "There is no source [7]."


def test_a_scan_is_read_by_a_model_that_sees(command: Command, tmp_path: Path) -> None:
    (file := tmp_path / "scan.pdf").write_bytes(scan("red", "white"))
    words = ("chat", "Which color?", "--json", "--attach", str(file), "--model")
    with OpenAiServer(see_colors, kind="llama-server", sees=True) as server:
        ran = command.here(*words, server.model)
        asked = [json.dumps(ask.body) for ask in server.asked if "messages" in ask.body]
    (told,) = ran.last["attachments"]
    assert (ran.code, told["kind"], told["state"]) == (0, "pdf", "whole"), ran.err
    assert "read 1 page of “scan.pdf”" in told["reason"]
    assert "data:image" in asked[0] and "data:image" not in asked[-1] and "This is red." in asked[-1]
    with OpenAiServer(see_colors, kind="llama-server", sees=False) as server:
        ran = command.here(*words, server.model)
    assert ran.code == 1 and ran.last["attachments"][0]["state"] == "refused"
    assert "only pictures of pages" in ran.err


def test_a_conversation_goes_on_without_its_pictures_and_says_so(
    coterie_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (file := tmp_path / "red.png").write_bytes(picture("red"))
    output, lines = Output(json=False), ["Which color?", "Then say hello."]

    def read(_prompt: str = "") -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    with OpenAiServer(lambda asked: Reply("Hello."), blind=True) as server:
        services = open_services(coterie_home)
        try:
            services.models.use(server.model, remember=False)
            talk = Talk(services, output, ChatArguments().options())
            talk.attachments = attached(services, talk.id, (str(file),), output)
            assert converse(talk, output) == 0
        finally:
            services.close()
        bodies = [json.dumps(ask.body) for ask in server.asked if "messages" in ask.body]
    out, err = capsys.readouterr()
    assert "can’t see pictures. Choose" in err and err.count("1 picture was left out") == 1
    assert "Hello." in out and "not shown to this model" in bodies[-1] and "data:image" not in bodies[-1]
