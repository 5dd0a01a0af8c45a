"""`coterie chat`: one answer, or a conversation in the terminal. Everything said is kept in the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from agents.events import Mode
from app.cli.attaching import NotAttached, attached, objects, refused
from app.cli.chat.first_load import keep
from app.cli.chat.piped import with_piped
from app.cli.chat.talk import Interrupted, Talk, Unsaved
from app.cli.chat.tools import chat_tools
from app.cli.ending import INTERRUPTED
from app.cli.named import reasoning_choice
from app.cli.opened import opened
from app.cli.output import Output, error_object
from app.cli.placement_options import PlacementFlags
from app.cli.remote_servers import leaves_note
from app.cli.run.instructions import settled
from app.cli.speed import speed_line
from app.cli.tool_calls import call_objects
from app.services.chat.tool_files import read_tools
from app.services.services import Services
from app.store.records import ChatOptions, Message
from engine.api import LoadRequest
from engine.errors import UserError
from engine.gguf.projector import read_projector
from engine.gguf.reading import read_index
from engine.local.protocol import Load, encode
from engine.placement.plan import PlacementOptions
from engine.remote.names import is_remote, read_name
from engine.values import Sampling, Usage

# Switches speculative decoding off, whatever is kept for the model.
NO_DRAFT = "none"
_FINISH = {"done": "stop", "length": "length", "stopped": "cancelled", "failed": "error"}


class ChatArguments(msgspec.Struct, frozen=True):
    """The options of the command; None and "" are left to the settings and the model."""

    prompt: str | None = None
    model: str = ""
    reasoning: str = ""
    system: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    placement: PlacementFlags = PlacementFlags()
    draft: str | None = None
    mmproj: str = ""
    tools: str = ""
    tool_choice: str = "auto"
    workspace: str = ""
    approve: Mode | None = None
    attach: tuple[str, ...] = ()
    collection: str = ""
    web: bool = False
    # All that decides what is loaded, as it was given.
    asked: str = ""

    def options(self) -> ChatOptions:
        """The options of this conversation. Raises UserError `chat.bad_reasoning`."""
        return ChatOptions(
            system_prompt=self.system,
            sampling=Sampling(temperature=self.temperature, seed=self.seed),
            reasoning=reasoning_choice(self.reasoning),
            max_tokens=self.max_tokens,
            without_pictures=True,
        )


def chat(arguments: ChatArguments, output: Output) -> int:
    """Run the command; returns its exit code."""
    options = arguments.options()
    offered = read_tools(arguments.tools, arguments.tool_choice) if arguments.tools else None
    prompt = with_piped(arguments.prompt, output)
    with opened(states=prompt is None) as services:
        if arguments.collection:
            name = services.collections.named(arguments.collection).name
            options = msgspec.structs.replace(options, collection=name)
        if arguments.web:
            if not services.web_search.is_on:
                raise UserError("web_search.off")
            options = msgspec.structs.replace(options, web=True)
        if arguments.workspace:
            tools = chat_tools(services, arguments.workspace, arguments.approve)
            settled(services.runs, tools.workspace, None, output)
            options = msgspec.structs.replace(options, tools=tools)
        model = arguments.model or services.settings.current.model
        placement = _with_mmproj(services, _with_draft(services, arguments), model, arguments.mmproj)
        _use(services, model, placement)
        load = services.models.request
        note = leaves_note(model, output.language)
        if note and not output.json:
            output.note(note)
        talk = Talk(services, output, options, offered)
        try:
            talk.attachments = (
                attached(services, talk.id, arguments.attach, output) if arguments.attach else ()
            )
        except NotAttached as told:
            return refused(told, output)
        if prompt is None:
            from app.cli.chat.terminal import converse

            return converse(talk, output)
        code = _once(talk, prompt, output)
        if code == 0:
            _remember(arguments.asked, load)
        return code


def _remember(asked: str, load: LoadRequest | None) -> None:
    """Let the next chat for which the same is `asked` begin with this load; a model elsewhere is not loaded."""
    if load is not None and not is_remote(load.path):
        keep(asked, encode(Load(load)))


def _with_draft(services: Services, arguments: ChatArguments) -> PlacementFlags:
    """Add the draft model.

    Raises UserError as `Models.resolved` does, and `remote.elsewhere` for a remote one.
    """
    draft = arguments.draft
    if draft is None:
        return arguments.placement
    if (remote := read_name(draft)) is not None:
        raise UserError("remote.elsewhere", name=remote.model, host=remote.host)
    path = "" if draft in ("", NO_DRAFT) else services.models.resolved(draft)
    return msgspec.structs.replace(arguments.placement, draft_model=path)


def _with_mmproj(services: Services, placement: PlacementFlags, model: str, mmproj: str) -> PlacementFlags:
    """Add the projector. Raises UserError `projector.*` for a file that does not let this model see."""
    if not mmproj or read_name(model) is not None:
        return msgspec.structs.replace(placement, mmproj=mmproj or None)
    path = Path(mmproj).expanduser().absolute()
    read_projector(path, read_index(Path(services.models.resolved(model))))
    return msgspec.structs.replace(placement, mmproj=str(path))


def _use(services: Services, model: str, placement: PlacementFlags) -> None:
    """Load the model. Raises UserError `remote.elsewhere` for a remote model that is to be placed here."""
    if (placement.budgets or placement.workers or placement.mmproj) and (
        remote := read_name(model)
    ) is not None:
        raise UserError("remote.elsewhere", name=remote.model, host=remote.host)
    try:
        kept = services.placements.options_for(services.models.resolved(model))
    except UserError:
        kept = PlacementOptions()  # the reason is reported with the others
    services.models.use(model, options=placement.over(kept), remember=False)


def _once(talk: Talk, prompt: str, output: Output) -> int:
    try:
        message = talk.say(prompt)
    except Interrupted as stop:
        _print(talk, stop.message, output)
        return INTERRUPTED
    except Unsaved as unsaved:  # reported when it was noticed
        _print(talk, unsaved.message, output)
        return 1
    _print(talk, message, output)
    if message.error is not None:
        output.tell(message.error)
        return 1
    return 0


def _print(talk: Talk, message: Message, output: Output) -> None:
    if output.json:
        answer = answer_object(message, output, talk.calls(message))
        cites = talk.sent or talk.searches
        told = objects(talk.sent, talk.services.citations.of(message), output) if cites else {}
        output.object(answer | told)
    elif message.timings and message.usage and sys.stderr.isatty():
        output.note(speed_line(message, output.language))


def answer_object(
    message: Message, output: Output, calls: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The contract's JSON for one answer; `error` and `notices` only where there are some.

    `calls`: those of an answer with tools.
    """
    usage, timings = message.usage, message.timings
    shown: dict[str, Any] = {
        "model": message.model,
        "content": message.content,
        "reasoning": message.reasoning,
        "tool_calls": call_objects(message) if calls is None else calls,
        "finish_reason": "error" if message.error else _FINISH.get(message.state, "cancelled"),
        "usage": _usage_object(usage) if usage else {},
        # The command runs one answer at a time: batch figures mean nothing here.
        "timings": {
            "load_s": timings.load_s,
            "ttft_s": timings.ttft_s,
            "prefill_tps": timings.prefill_tps,
            "decode_tps": timings.decode_tps,
        }
        if timings
        else {},
    }
    if usage and usage.recomputed:
        shown["usage"]["reread"] = error_object(usage.recomputed, output.language)
    if message.error:
        shown["error"] = error_object(message.error, output.language)
    if message.notices:
        shown["notices"] = [error_object(notice, output.language) for notice in message.notices]
    return shown


def _usage_object(usage: Usage) -> dict[str, Any]:
    """The contract's four counts, and those of accepted drafts and energy where there are some."""
    counts = ["prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"]
    if usage.accepted_tokens:
        counts += ["drafted_tokens", "accepted_tokens"]
    if usage.joules is not None:
        counts += ["joules", "prompt_joules"]
    return {name: getattr(usage, name) for name in counts}
