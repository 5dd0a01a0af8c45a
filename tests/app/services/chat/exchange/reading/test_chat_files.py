"""Files of other apps: what each conversation becomes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.services.chat.exchange.reading.chat_files import chat_files
from app.services.chat.exchange.values import UnreadChat
from app.services.chat.prompting import branch_to
from app.store.records import Message, WholeChat
from tests.support.chats import foreign_chats
from tests.support.chats.foreign_chats import START

NOW = START + 1e6


def read(path: Path) -> list[WholeChat | UnreadChat]:
    return [chat for file in chat_files(path, NOW) for chat in file.chats]


def chats(path: Path) -> list[WholeChat]:
    found = read(path)
    assert not [chat for chat in found if isinstance(chat, UnreadChat)]
    return [chat for chat in found if isinstance(chat, WholeChat)]


def only(path: Path) -> WholeChat:
    (chat,) = chats(path)
    return chat


def saved(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def saved_thread(folder: Path, thread: dict[str, Any], messages: list[dict[str, Any]]) -> Path:
    saved(folder / "thread.json", thread)
    saved(folder / "messages.jsonl", "".join(json.dumps(message) + "\n" for message in messages))
    return folder


def shown(chat: WholeChat) -> tuple[Message, ...]:
    leaf = chat.conversation.leaf
    assert leaf is not None
    return branch_to(leaf, chat.messages)


def said(chat: WholeChat) -> list[tuple[str, str, str, str]]:
    """Role, text, reasoning and calls of the shown branch."""
    return [
        (m.role, m.content, m.reasoning, ", ".join(f"{c.name} {c.arguments}" for c in m.tool_calls))
        for m in shown(chat)
    ]


def variants(chat: WholeChat) -> list[str]:
    """How the answers to the question begin, in their order."""
    question = next(m.id for m in chat.messages if m.role == "user")
    return [m.content or m.tool_calls[0].name for m in chat.messages if m.parent == question]


def test_chatgpt_keeps_branches_calls_and_instructions(tmp_path: Path) -> None:
    chat = only(saved(tmp_path / "conversations.json", [foreign_chats.chatgpt()]))
    assert said(chat) == [
        ("user", "`list.pdf`\n\n`leaves.png`\n\nWhich tea?", "", ""),
        ("assistant", "", "", "python {'code': 'brew(2)'}"),
        ("tool", "2 cups", "", ""),
        ("assistant", "Green (https://tea.example).", "", ""),
    ]
    assert variants(chat) == ["Black.", "python"]
    given = chat.conversation
    assert (given.title, given.title_source, given.source) == ("Tea", "user", "chatgpt:c1")
    assert (given.created, given.updated, given.archived) == (START + 0.25, START + 9.5, True)
    assert given.options.system_prompt == "Be brief."
    assert [m.model for m in shown(chat)] == ["", "gpt-x", "", "gpt-x"]
    assert [m.created for m in shown(chat)] == [START + 1, START + 1, START + 1, START + 3]


def test_chatgpt_of_2026_has_no_children_and_thinks_apart(tmp_path: Path) -> None:
    chat = only(saved(tmp_path / "conversations-000.json", [foreign_chats.chatgpt_2026()]))
    assert said(chat) == [("user", "Which tea?", "", ""), ("assistant", "Green.", "Green is light.", "")]
    assert variants(chat) == ["Black.", "Green."]
    assert (chat.conversation.source, shown(chat)[1].model) == ("chatgpt:c2", "gpt-x")


def test_claude_keeps_branches_and_the_steps_of_an_answer(tmp_path: Path) -> None:
    chat = only(saved(tmp_path / "conversations.json", [foreign_chats.claude()]))
    assert said(chat) == [
        ("user", "a list of teas\n\nWhich tea?", "", ""),
        ("assistant", "", "Look it up.", "web_search {'query': 'tea'}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]
    assert variants(chat) == ["Black.", "web_search"]
    assert chat.conversation.source == "claude:k1"
    assert chat.conversation.created == 1767323040.000001


def test_an_old_chat_of_claude_is_a_chain(tmp_path: Path) -> None:
    value = foreign_chats.claude()
    for message in value["chat_messages"]:
        del message["parent_message_uuid"], message["content"]
    chat = only(saved(tmp_path / "conversations.json", [value]))
    assert [m.content for m in shown(chat)] == [
        "a list of teas\n\nWhich tea?",
        "Black.\n\nThis block is not supported",
    ]


def test_open_webui_keeps_branches_and_what_stood_in_details(tmp_path: Path) -> None:
    chat = only(saved(tmp_path / "chat-export.json", [foreign_chats.open_webui()]))
    assert said(chat) == [
        ("user", "`list.txt`\n\n```\noolong\n```\n\n`image/png`\n\nWhich tea?", "", ""),
        ("assistant", "", "> not quoted\nGreen is light.", "look {'q': 1}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]
    assert variants(chat) == ["Black.", "look"]
    given = chat.conversation
    assert (given.title, given.pinned, given.source) == ("Tea", True, "open_webui:w1")
    assert given.options.system_prompt == "Be brief."


def test_open_webui_of_2026_has_the_steps_of_an_answer_apart(tmp_path: Path) -> None:
    value = foreign_chats.open_webui()
    value["chat"]["history"]["messages"]["a2"]["output"] = [
        {"type": "reasoning", "summary": [{"type": "output_text", "text": "Light."}]},
        {"type": "function_call", "call_id": "t1", "name": "look", "arguments": '{"q": 1}'},
        {
            "type": "function_call_output",
            "call_id": "t1",
            "output": [{"type": "input_text", "text": "found"}],
        },
        {"type": "message", "content": [{"type": "output_text", "text": "Green."}]},
    ]
    chat = only(saved(tmp_path / "chat-export.json", value))
    assert said(chat)[1:] == [
        ("assistant", "", "Light.", "look {'q': 1}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]


def test_open_webui_without_a_history_has_the_shown_branch(tmp_path: Path) -> None:
    value = foreign_chats.open_webui()["chat"]
    messages = value.pop("history")["messages"]
    value["messages"] = [messages["q"], messages["a1"]]
    chat = only(saved(tmp_path / "chat.json", [value]))
    assert [m.content for m in shown(chat)][1:] == ["Black."]
    assert chat.conversation.source.startswith("open_webui:")


def test_details_within_code_stay_text(tmp_path: Path) -> None:
    value = foreign_chats.open_webui()
    quoted = '```\n<details type="reasoning">\n> x\n</details>\n```\nThat is how.'
    value["chat"]["history"]["messages"]["a2"]["content"] = quoted
    assert shown(only(saved(tmp_path / "chat.json", [value])))[-1].content == quoted


@pytest.mark.parametrize("zipped", [False, True])
def test_jan_keeps_branches_of_a_folder_of_threads(tmp_path: Path, zipped: bool) -> None:
    folder = tmp_path / "threads"
    saved_thread(folder / "j1", *foreign_chats.jan())
    saved_thread(folder / "j2", *foreign_chats.jan("j2", "<b>Mint</b> tea"))
    path = folder
    if zipped:
        path = tmp_path / "jan.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.rglob("*.json*"):
                archive.write(file, file.relative_to(tmp_path).as_posix())
    first, second = sorted(chats(path), key=lambda chat: chat.conversation.source)
    assert said(first) == [
        ("user", "`list.txt`\n\n```\noolong\n```\n\nWhich tea?", "", ""),
        ("assistant", "", "Light.", "look {'q': 1}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]
    assert variants(first) == ["Black.", "look"]
    assert (first.conversation.source, second.conversation.source) == ("jan:j1", "jan:j2")
    assert second.conversation.title == "Mint tea"
    assert first.conversation.options.system_prompt == "Be brief."


@pytest.mark.parametrize("name", ["thread.json", "messages.jsonl"])
def test_a_thread_of_jan_may_be_chosen_by_either_of_its_files(tmp_path: Path, name: str) -> None:
    saved_thread(tmp_path, *foreign_chats.jan())
    chat = only(tmp_path / name)
    assert (chat.conversation.title, shown(chat)[-1].content) == ("Tea", "Green.")


def test_jan_without_parents_is_a_chain(tmp_path: Path) -> None:
    thread, messages = foreign_chats.jan()
    for message in messages:
        message["metadata"] = {}
    del messages[2]
    chat = only(saved_thread(tmp_path, thread, messages))
    assert [(m.content, m.reasoning) for m in shown(chat)][1:] == [("Black.", "no milk")]


def test_lm_studio_keeps_versions(tmp_path: Path) -> None:
    path = saved(tmp_path / "Travel" / "1760000000123.conversation.json", foreign_chats.lm_studio())
    for chosen in (path, tmp_path):
        chat = only(chosen)
        assert said(chat) == [
            ("user", "`leaves.png`\n\nWhich tea?", "", ""),
            ("assistant", "", "Light.", "look {'q': 1}"),
            ("tool", "found", "", ""),
            ("assistant", "Green.", "", ""),
        ]
        assert variants(chat) == ["Black.", "look"]
        assert chat.conversation.source == "lm_studio:1760000000123"
        assert [m.model for m in shown(chat)] == ["", "qwen", "", "qwen"]
        assert shown(chat)[-1].created == START + 5


@pytest.mark.parametrize("form", ["one", "many", "lines"])
def test_llama_ui_keeps_branches_and_calls(tmp_path: Path, form: str) -> None:
    value = foreign_chats.llama_ui()
    written = {"one": value, "many": [value], "lines": foreign_chats.llama_ui_lines(value)}[form]
    chat = only(saved(tmp_path / "chat.json", written))
    assert said(chat) == [
        ("user", "`list.txt`\n\n```\noolong\n```\n\n`leaves.png`\n\nWhich tea?", "", ""),
        ("assistant", "", "Light.", "look {'q': 1}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]
    assert variants(chat) == ["Black.", "look"]
    assert (chat.conversation.title, chat.conversation.source) == ("Tea", "llama_ui:s1")
    assert chat.conversation.options.system_prompt == "Be brief."
    assert chat.conversation.created == START


def test_lines_of_several_sessions_are_several_chats(tmp_path: Path) -> None:
    lines = foreign_chats.llama_ui_lines(foreign_chats.llama_ui(), foreign_chats.llama_ui("s2", "More"))
    with zipfile.ZipFile(tmp_path / "chats.zip", "w") as archive:
        archive.writestr("a/one.jsonl", lines)
        archive.writestr("two.jsonl", foreign_chats.llama_ui_lines(foreign_chats.llama_ui("s3")))
        archive.writestr("__MACOSX/._two.jsonl", b"\0\1")
    assert [chat.conversation.source for chat in chats(tmp_path / "chats.zip")] == [
        "llama_ui:s1",
        "llama_ui:s2",
        "llama_ui:s3",
    ]


def test_old_marks_of_llama_ui_are_reasoning_and_calls(tmp_path: Path) -> None:
    value = foreign_chats.llama_ui()
    value["messages"][3:] = value["messages"][3:4]
    value["messages"][3]["content"] = (
        "<<<reasoning_content_start>>>Light.<<<reasoning_content_end>>><<<AGENTIC_TOOL_CALL_START>>>\n"
        '<<<TOOL_NAME:look>>>\n<<<TOOL_ARGS_START>>>{"q": 1}<<<TOOL_ARGS_END>>>found'
        "<<<AGENTIC_TOOL_CALL_END>>>Green."
    )
    value["conv"]["currNode"] = "gone"
    assert said(only(saved(tmp_path / "chat.json", value)))[1:] == [
        ("assistant", "", "Light.", "look {'q': 1}"),
        ("tool", "found", "", ""),
        ("assistant", "Green.", "", ""),
    ]


def test_a_zip_of_chatgpt_is_read_without_what_is_no_chat(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/user.json", '{"id": "u", "email": "a@b.example"}')
        archive.writestr("export/shared_conversations.json", '[{"id": "x", "title": "t"}]')
        archive.writestr("export/conversations-000.json", json.dumps([foreign_chats.chatgpt()]))
        archive.writestr("export/conversations-001.json", json.dumps([foreign_chats.chatgpt_2026()]))
        archive.writestr("chat.html", "<html>")
    assert [chat.conversation.source for chat in chats(tmp_path / "export.zip")] == [
        "chatgpt:c1",
        "chatgpt:c2",
    ]
