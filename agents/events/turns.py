"""Events of the model's turns and of its calls."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from agents.events.values import ContextPart, ResultStatus, Schemas
from engine.errors import ErrorInfo
from engine.values import FinishReason, Timings, ToolCall, Usage


class ModelTurn(msgspec.Struct, frozen=True, tag_field="kind", tag="model_turn"):
    """A turn that the model has generated.

    Its calls follow as `ToolCalled`, one by one. `step` counts from 1.

    `parts` tell what it saw. `final`: it was asked for an answer without tools. `notices` as in
    `api.Finished`. One that broke off (`error`) or was given up ("cancelled") counts for nothing: its calls
    are not made, the model does not see it again, and the next turn has the same `step`.
    """

    step: int
    content: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    timings: Timings
    parts: tuple[ContextPart, ...] = ()
    tools: tuple[str, ...] = ()
    final: bool = False
    error: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.error is None and self.finish_reason not in ("cancelled", "error")


class ToolCalled(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_call"):
    """A call that the model wants. `call` names it within the run, whatever id the model gave it.

    `arguments` are as they will be used (types put right), or the raw text of a call that cannot be read.
    """

    step: int
    call: str
    name: str
    arguments: dict[str, Any] | str
    server: str = ""


class Approval(msgspec.Struct, frozen=True, tag_field="kind", tag="approval"):
    """Whether a call may be carried out. Written for each call, asked or not, before anything is done.

    "asked" waits for a person; "allowed" or "denied" follows. `by`: the mode allowed it, a grant did, the
    user decided, a hard rail refused, or nobody was there to ask. `reasons` are codes that say why it was
    asked. `grant` is the id of the grant that matched or was made. `request` is what was shown, of an "asked"
    one.
    """

    call: str
    decision: Literal["asked", "allowed", "denied"]
    by: Literal["", "mode", "grant", "user", "rail", "nobody"] = ""
    scope: Literal["", "once", "run", "workspace", "server", "registries", "network"] = ""
    reasons: tuple[str, ...] = ()
    message: str = ""
    grant: str = ""
    request: dict[str, Any] | None = None


class ToolResult(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_result"):
    """The result of a call.

    `text` is what the model is given; when that is not all, `handle` names the whole in the journal's kept
    texts, which has `bytes` bytes. Of its `seconds` it `waited` for a person. `untrusted`: text that the
    user did not write, which may say anything; `own`: it is the workspace's own all the same. `summary` is a word
    or two for a person ("14 files"), `diff` a unified diff.
    """

    call: str
    status: ResultStatus
    text: str
    handle: str = ""
    bytes: int = 0
    seconds: float = 0.0
    untrusted: bool = False
    summary: str = ""
    diff: str = ""
    waited: float = 0.0
    own: bool = False


class ContextTrimmed(msgspec.Struct, frozen=True, tag_field="kind", tag="context_trimmed"):
    """A change of what the model sees. What it sees is at any time a function of the events so far.

    `reason`: "results" (those of `calls` are shown as head and tail, `texts` in the same order), "turns" (the
    first `turns` turns with their results are left out and `text` stands for them), "loop" (the repeated
    `calls` are taken out), "nudge" (`text` was said to the model), "tools" (only the tools `names` are
    offered), "final" (`text` asks for an answer without tools), "reasoning" (that of the first `turns` turns
    is not shown). `about` says what a nudge is about: a loop (of `calls`, or of a text), an answer that was
    empty, a call that was cut off, a plan that is missing, steps of the approved plan that are left.

    `turns` counts from the first turn of the run, or from what was said before its task if something was; a
    later one takes the place of an earlier one. `handles` are those of the whole results, in the order of
    `calls`. `schemas` is how much of the tools' descriptions is told. `by_model`: the model wrote the text
    that stands for the turns, for `usage`.
    """

    reason: Literal["results", "turns", "loop", "nudge", "tools", "final", "reasoning"]
    before_tokens: int = 0
    after_tokens: int = 0
    calls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    turns: int = 0
    text: str = ""
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    schemas: Schemas = "whole"
    by_model: bool = False
    usage: Usage = Usage()
    about: Literal["", "loop", "empty", "cut", "plan", "left", "nested"] = ""
