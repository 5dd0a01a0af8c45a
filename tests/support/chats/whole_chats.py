"""Chats with all that belongs to them, and how two of them are compared."""

from __future__ import annotations

import msgspec

from agents.events import ModelTurn, RunFinished
from app.store.records import Attachment, ChatOptions, CompactionPoint, RunRecord, Source, WholeChat
from app.store.store import Store
from engine.errors import ErrorInfo
from engine.values import Sampling, Timings, ToolCall, Usage


def talk(store: Store) -> int:
    """A conversation with branches, reasoning, calls, a run and a compaction point."""
    options = ChatOptions(system_prompt="Be kind", sampling=Sampling(temperature=0.5), model="starter")
    id = store.conversations.create(options).id
    names = [store.contents.put(id, content) for content in (b"%PDF-1.4 \x00", "지도의 글".encode())]
    attached = Attachment("지도.pdf", "pdf", 10, *names, tokens=7, parts=2)
    refused = Attachment(
        "배.png", "picture", 3, state="refused", reason=ErrorInfo("attachment.cannot_see", {"name": "배.png"})
    )
    passage = Source(1, "지도.pdf", "부산", names[0], "", 2, "page 2", 3, 5)
    attachments = (attached, refused)
    question = store.messages.add(
        id, None, "user", "어디로 갈까요?", attachments=attachments, sources=[passage]
    ).id
    first = store.messages.add(id, question, "assistant", "", state="streaming").id
    store.messages.finish(
        first,
        "To Busan 🌊",
        "Somewhere by the sea.",
        "done",
        usage=Usage(12, 4, 5, 3),
        timings=Timings(ttft_s=0.5),
        tool_calls=(ToolCall("c1", "look", {"city": "부산"}),),
    )
    run = store.runs.add(
        RunRecord(0, "t", "task", "/w", "starter", "ask", "completed", 1.0, 2.0, conversation=id), first
    )
    calls = (ToolCall("c1", "look", {"city": "부산"}),)
    store.runs.append(run.id, ModelTurn(1, "looking", "", calls, "stop", Usage(), Timings()))
    store.runs.append(run.id, RunFinished("completed", "answered", "To Busan"))
    store.runs.keep(run.id, "a long text")
    second = store.messages.add(id, question, "assistant", "To Seoul").id
    more = store.messages.add(id, second, "user", "more").id
    store.messages.add(id, second, "user", "less")
    store.messages.show(first)
    store.compaction_points.add(CompactionPoint(0, id, more, summary="short"))
    store.conversations.rename(id, "여행", "user")
    return id


def told(whole: WholeChat) -> object:
    """A chat with its ids counted from 1, so that two can be compared."""
    ids = {message.id: number for number, message in enumerate(whole.messages, 1)}
    runs = {run.record.id: number for number, run in enumerate(whole.runs, 1)}
    replace = msgspec.structs.replace
    leaf = whole.conversation.leaf
    return (
        replace(whole.conversation, id=0, leaf=leaf and ids[leaf], source=""),
        [
            replace(
                m, id=ids[m.id], conversation=0, parent=m.parent and ids[m.parent], run=runs.get(m.run, 0)
            )
            for m in whole.messages
        ],
        [ids[shown] for shown in whole.shown],
        [replace(cut, id=0, conversation=0, first=ids[cut.first]) for cut in whole.cuts],
        [
            (
                replace(run.record, id=0, conversation=0),
                [(entry.seq, entry.time, entry.event) for entry in run.entries],
                run.texts,
            )
            for run in whole.runs
        ],
        whole.contents,
    )
