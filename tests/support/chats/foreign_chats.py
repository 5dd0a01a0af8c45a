"""Small conversations as other apps write them, each the same question with two answers, the second one shown."""

from __future__ import annotations

import json
from typing import Any

START = 1_760_000_000  # seconds since 1970


def chatgpt(id: str = "c1", title: Any = "Tea") -> dict[str, Any]:
    """A conversation as ChatGPT wrote it until 2025, with lists of children, and a call of a tool."""

    def node(id: str, parent: str | None, children: list[str], message: Any) -> dict[str, Any]:
        return {"id": id, "parent": parent, "children": children, "message": message}

    def message(id: str, role: str, content: Any, **more: Any) -> dict[str, Any]:
        author = {"role": role, "name": None, "metadata": {}}
        return {"id": id, "author": author, "content": content, "recipient": "all", "weight": 1.0} | more

    def words(*parts: Any) -> dict[str, Any]:
        return {"content_type": "text", "parts": list(parts)}

    hidden = {"is_visually_hidden_from_conversation": True}
    about = {"content_type": "user_editable_context", "user_instructions": "Be brief."}
    code = {"content_type": "code", "language": "unknown", "text": "brew(2)"}
    picture = {
        "content_type": "multimodal_text",
        "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1"},
            "Which tea?",
        ],
    }
    files = {"attachments": [{"id": "file-1", "name": "leaves.png"}, {"id": "file-2", "name": "list.pdf"}]}
    link = {"matched_text": "\ue200cite\ue202turn0\ue201", "items": [{"url": "https://tea.example"}]}
    slug = {"model_slug": "gpt-x"}
    return {
        "id": id,
        "conversation_id": id,
        "title": title,
        "create_time": START + 0.25,
        "update_time": START + 9.5,
        "is_archived": True,
        "current_node": "a2",
        "mapping": {
            "root": node("root", None, ["sys"], None),
            "sys": node("sys", "root", ["me"], message("sys", "system", words(""), metadata=hidden)),
            "me": node("me", "sys", ["q"], message("me", "user", about, metadata=hidden)),
            "q": node(
                "q", "me", ["a1", "t"], message("q", "user", picture, create_time=START + 1, metadata=files)
            ),
            "a1": node("a1", "q", [], message("a1", "assistant", words("Black."), metadata=slug)),
            "t": node("t", "q", ["r"], message("t", "assistant", code, recipient="python", metadata=slug)),
            "r": node(
                "r", "t", ["a2"], message("r", "tool", {"content_type": "execution_output", "text": "2 cups"})
            ),
            "a2": node(
                "a2",
                "r",
                [],
                message(
                    "a2",
                    "assistant",
                    words("Green\ue200cite\ue202turn0\ue201."),
                    create_time=START + 3,
                    metadata=slug | {"content_references": [link]},
                ),
            ),
        },
    }


def chatgpt_2026(id: str = "c2", title: Any = "Tea") -> dict[str, Any]:
    """A conversation as ChatGPT writes it since 2026: no children, few fields, thoughts in a node of their own."""

    def node(id: str, parent: str | None, role: str, content: Any, time: int) -> dict[str, Any]:
        message = {"id": id, "author": {"role": role}, "create_time": START + time, "content": content}
        return {"id": id, "parent": parent, "message": message}

    def words(text: str) -> dict[str, Any]:
        return {"content_type": "text", "parts": [text]}

    thoughts = {
        "content_type": "thoughts",
        "thoughts": [{"summary": "Choosing", "content": "Green is light."}],
    }
    return {
        "id": id,
        "title": title,
        "create_time": START,
        "current_node": "a2",
        "default_model_slug": "gpt-x",
        "mapping": {
            "root": {"id": "root", "message": None, "parent": None},
            "q": node("q", "root", "user", words("Which tea?"), 1),
            "a1": node("a1", "q", "assistant", words("Black."), 2),
            "h": node("h", "q", "assistant", thoughts, 3),
            "a2": node("a2", "h", "assistant", words("Green."), 4),
        },
    }


def claude(id: str = "k1", title: Any = "Tea") -> dict[str, Any]:
    """A conversation of Claude with parents; its answer thinks, and uses a tool."""
    root = "00000000-0000-4000-8000-000000000000"

    def message(id: str, parent: str, sender: str, second: int, **more: Any) -> dict[str, Any]:
        time = f"2026-01-02T03:04:{second:02}.000001Z"
        return {"uuid": id, "sender": sender, "parent_message_uuid": parent, "created_at": time} | more

    steps = [
        {"type": "thinking", "thinking": "Look it up."},
        {"type": "tool_use", "id": "t1", "name": "web_search", "input": {"query": "tea"}},
        {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "found"}]},
        {"type": "text", "text": "Green.", "citations": []},
    ]
    pasted = {"file_name": "", "file_type": "txt", "extracted_content": "a list of teas"}
    return {
        "uuid": id,
        "name": title,
        "created_at": "2026-01-02T03:04:00.000001Z",
        "updated_at": "2026-01-02T03:05:00+00:00",
        "chat_messages": [
            message("q", root, "human", 1, text="Which tea?", content=[], attachments=[pasted]),
            message("a1", "q", "assistant", 2, text="Black.", content=[{"type": "text", "text": "Black."}]),
            message("a2", "q", "assistant", 3, text="This block is not supported", content=steps),
        ],
    }


def open_webui(id: str = "w1", title: Any = "Tea") -> dict[str, Any]:
    """A row of Open WebUI, with reasoning and a call in the text of an answer."""
    answer = (
        '<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds</summary>\n'
        "&gt; not quoted\n> Green is light.\n</details>\n"
        '<details type="tool_calls" done="true" id="t1" name="look" arguments="&quot;{\\&quot;q\\&quot;: 1}&quot;" '
        'result="&quot;found&quot;">\n<summary>Tool Executed</summary>\n</details>\nGreen.'
    )
    file = {"type": "file", "name": "list.txt", "file": {"data": {"content": "oolong"}}}
    picture = {"type": "image", "url": "data:image/png;base64,AAAA"}
    return {
        "id": id,
        "title": title,
        "archived": False,
        "pinned": True,
        "created_at": START,
        "updated_at": START + 9,
        "chat": {
            "title": "Old",
            "system": "Be brief.",
            "timestamp": START * 1000,
            "history": {
                "currentId": "a2",
                "messages": {
                    "q": {
                        "id": "q",
                        "parentId": None,
                        "childrenIds": ["a1", "a2"],
                        "role": "user",
                        "content": "Which tea?",
                        "timestamp": START + 1,
                        "files": [file, picture],
                    },
                    "a1": {
                        "id": "a1",
                        "parentId": "q",
                        "childrenIds": [],
                        "role": "assistant",
                        "content": "Black.",
                    },
                    "a2": {
                        "id": "a2",
                        "parentId": "q",
                        "childrenIds": [],
                        "role": "assistant",
                        "content": answer,
                        "model": "qwen",
                        "timestamp": START + 3,
                    },
                },
            },
        },
    }


def jan(id: str = "j1", title: Any = "Tea") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A thread of Jan and its messages."""

    def message(id: str, role: str, content: Any, second: int, **metadata: Any) -> dict[str, Any]:
        return {
            "id": id,
            "object": "thread.message",
            "thread_id": "j1",
            "role": role,
            "content": content,
            "created_at": (START + second) * 1000,
            "metadata": metadata,
        }

    def words(text: str, kind: str = "text") -> dict[str, Any]:
        return {"type": kind, "text": {"value": text, "annotations": []}}

    call = {
        "type": "tool_call",
        "tool_call_id": "t1",
        "tool_name": "look",
        "input": {"q": 1},
        "output": "found",
    }
    thread = {
        "id": id,
        "object": "thread",
        "title": title,
        "updated": START + 9.5,
        "model": {"id": "qwen", "provider": "llamacpp"},
        "assistants": [{"id": "jan", "instructions": "Be brief."}],
    }
    asked = "Which tea?\n\n[ATTACHED_FILES]\n- file_id: 1, name: list.txt, type: txt\n[/ATTACHED_FILES]"
    inline = [{"name": "list.txt", "content": "oolong"}]
    return thread, [
        message(
            "q", "user", [words(asked)], 1, parentId=None, activeChildId="a2", inline_file_contents=inline
        ),
        message("a1", "assistant", [words("<think>no milk</think>Black.")], 2, parentId="q"),
        message("a2", "assistant", [words("Light.", "reasoning"), call, words("Green.")], 3, parentId="q"),
    ]


def lm_studio(title: Any = "Tea") -> dict[str, Any]:
    """A conversation of LM Studio, which is named by its file."""

    def step(parts: list[Any], second: int, **more: Any) -> dict[str, Any]:
        return {
            "type": "contentBlock",
            "stepIdentifier": f"{(START + second) * 1000}-0.5",
            "content": parts,
        } | more

    def words(text: str) -> dict[str, Any]:
        return {"type": "text", "text": text, "tokensCount": None}

    asked = [{"type": "file", "fileType": "image", "fileIdentifier": "leaves.png"}, words("Which tea?")]
    called = {"type": "toolCallRequest", "callId": 1, "name": "look", "arguments": {"q": 1}}
    answers = [
        {"type": "multiStep", "role": "assistant", "steps": [step([words("Black.")], 2)]},
        {
            "type": "multiStep",
            "role": "assistant",
            "senderInfo": {"senderName": "qwen"},
            "steps": [
                step([words("Light.")], 3, style={"type": "thinking"}, prefix="<think>", suffix="</think>"),
                {"type": "status"},
                step([called, {"type": "toolCallResult", "callId": 1, "content": "found"}], 4),
                step([words("Green.")], 5),
            ],
        },
    ]
    return {
        "name": title,
        "createdAt": START * 1000,
        "systemPrompt": "Be brief.",
        "lastUsedModel": {"identifier": "other"},
        "messages": [
            {"versions": [{"type": "singleStep", "role": "user", "content": asked}], "currentlySelected": 0},
            {"versions": answers, "currentlySelected": 1},
        ],
    }


def llama_ui(id: str = "s1", title: Any = "Tea") -> dict[str, Any]:
    """A conversation of llama.cpp's page as it wrote it in 2025."""

    def message(
        id: str, parent: str | None, role: str, content: str, second: int, **more: Any
    ) -> dict[str, Any]:
        return {
            "id": id,
            "convId": "s1",
            "type": "text",
            "parent": parent,
            "role": role,
            "content": content,
            "timestamp": (START + second) * 1000,
        } | more

    function = {"name": "look", "arguments": '{"q": 1}'}
    calls = json.dumps([{"id": "t1", "type": "function", "function": function}])
    extra = [
        {"type": "TEXT", "name": "list.txt", "content": "oolong"},
        {"type": "IMAGE", "name": "leaves.png"},
    ]
    return {
        "conv": {"id": id, "name": title, "lastModified": (START + 9) * 1000, "currNode": "a2"},
        "messages": [
            message("root", None, "system", "", 0, type="root"),
            message("sys", "root", "system", "Be brief.", 0, type="system"),
            message("q", "sys", "user", "Which tea?", 1, extra=extra),
            message("a1", "q", "assistant", "Black.", 2),
            message("t", "q", "assistant", "", 3, reasoningContent="Light.", toolCalls=calls, model="qwen"),
            message("r", "t", "tool", "found", 4, toolCallId="t1"),
            message("a2", "r", "assistant", "Green.", 5, model="qwen"),
        ],
    }


def llama_ui_lines(*conversations: dict[str, Any]) -> str:
    """The same as JSON lines, as it writes them since 2026."""
    lines: list[dict[str, Any]] = []
    for each in conversations:
        lines.append({"type": "session", "harness": "llama.app"} | each["conv"])
        lines += [{"type": "message", "message": message} for message in each["messages"]]
    return "".join(json.dumps(line) + "\n" for line in lines)
