"""How full a model's context is in a chat, and what is known of its ends. Blocks on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from app.services.chat.compaction_values import Draft
from app.store.records import CompactionPoint, Conversation, Message
from engine.errors import UserError
from engine.values import Role

if TYPE_CHECKING:
    from app.services.services import Services

# An answer that goes on right behind a cut has the prompt that was counted for it, but for a few tokens.
_SAME = 8


class ContextUse(NamedTuple):
    """`used` are the tokens of the branch, 0 where that is not known; `last` its last message, `cut` from where on
    the model sees it, `draft` a summary that is written or waits to be looked at, `origin` the chat it was begun
    from."""

    used: int
    last: Message | None
    cut: CompactionPoint | None = None
    draft: Draft | None = None
    origin: Conversation | None = None


PartKind = Literal["instructions", "tools", "questions", "answers"]
_KINDS: dict[Role, PartKind] = {
    "system": "instructions",
    "user": "questions",
    "assistant": "answers",
    "tool": "tools",
}


class Part(NamedTuple):
    """What takes about so many tokens of the context."""

    kind: PartKind
    tokens: int


def filling(services: Services, conversation: int, path: Sequence[int], used: int) -> tuple[Part, ...]:
    """What the `used` tokens of a branch are, by the letters that the model is shown of each kind."""
    options = services.conversations.get(conversation).options
    messages = services.conversations.messages(path)
    cut = services.compactor.cut(conversation, path)
    request = services.requests.make(conversation, messages, options, cut)
    letters: Counter[PartKind] = Counter()
    for message in request.messages:
        letters[_KINDS[message.role]] += len(message.content) + len(message.reasoning_content)
        letters["tools"] += sum(len(call.arguments) for call in message.tool_calls)
    letters["tools"] += sum(len(str(tool)) for tool in request.tools)
    total = letters.total()
    return tuple(
        Part(kind, round(used * letters[kind] / total))
        for kind in get_args(PartKind)
        if total and round(used * letters[kind] / total)
    )


def context_use(services: Services, conversation: int, path: Sequence[int]) -> ContextUse:
    """Of the shown branch `path`."""
    messages = services.conversations.messages(path[-2:])
    cut = services.compactor.cut(conversation, path)
    return ContextUse(
        _tokens_used(services, messages, cut),
        messages[-1] if messages else None,
        cut,
        services.summaries.draft(conversation),
        _origin(services, conversation),
    )


def _tokens_used(services: Services, messages: Sequence[Message], cut: CompactionPoint | None) -> int:
    """What the last answer took; what is left of that after a cut that was made since."""
    for message in reversed(messages):
        if message.run:  # its usage is that of all turns together
            return services.runs.get(message.run).tokens
        usage = message.usage
        if usage is None or not usage.prompt_tokens:
            continue
        # One that went on in its place began before the cut as well.
        older = cut is not None and cut.tokens > 0 and message.created < cut.created
        if (
            cut is not None
            and older
            and (message.state == "streaming" or abs(usage.prompt_tokens - cut.tokens) > _SAME)
        ):
            return cut.tokens
        return usage.prompt_tokens + usage.completion_tokens
    return 0


def _origin(services: Services, conversation: int) -> Conversation | None:
    origin = services.conversations.get(conversation).origin
    if origin is None:
        return None
    try:
        found = services.conversations.get(origin)
    except UserError:  # it has gone for good meanwhile
        return None
    return found if found.deleted is None else None
