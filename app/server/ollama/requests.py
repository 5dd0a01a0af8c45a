"""From requests of Ollama's protocol to the inner request. Pure."""

from __future__ import annotations

import json
from typing import Any

from app.server.asks import Ask, call_of, with_system_in_front, with_tool_names
from app.server.ollama.schema import Asked, ChatMessage, ChatRequest, GenerateRequest, Options, Tool
from app.server.pictures import SentPictures
from app.server.refusal import bad_request, refuse_fields
from engine.values import FillIn, Message, Picture, RawPrompt, Reasoning, Sampling

_MOST_STOPS = 64
_ANY_OBJECT = {"type": "object"}
_LEVELS = ("low", "medium", "high")


def chat_ask(request: ChatRequest) -> Ask:
    """Raises Refusal 400 for what isn't possible, with the field."""
    pictures = SentPictures()
    messages = [_message(message, f"messages[{at}]", pictures) for at, message in enumerate(request.messages)]
    tools = tuple(map(_definition, request.tools or ()))
    last = messages[-1]
    continues = last.role == "assistant" and not last.tool_calls
    return _ask(request, with_system_in_front(with_tool_names(messages)), tools, pictures, continues)


def generate_ask(request: GenerateRequest) -> Ask:
    """Raises as `chat_ask`."""
    prompt = request.prompt or ""
    if request.template:
        raise bad_request("Models are asked by their own template.", "template", "unsupported_parameter")
    refuse_fields(request, {"context": "Nothing is kept here: send the conversation as messages."})
    if request.suffix:
        return _ask(request, (), prompt=FillIn(prompt, request.suffix))
    if request.raw:
        return _ask(request, (), prompt=RawPrompt(prompt))
    pictures = SentPictures()
    media = _media(request.images, len(prompt), "images", pictures)
    system = (Message("system", request.system),) if request.system else ()
    return _ask(request, (*system, Message("user", prompt, media=media)), (), pictures)


def stops_loading(keep_alive: str | float | None) -> bool:
    """Whether a request without a prompt asks for the model's end rather than for its load."""
    return keep_alive is not None and str(keep_alive).rstrip("hms") in ("0", "0.0")


def _ask(
    request: Asked,
    messages: tuple[Message, ...],
    tools: tuple[dict[str, Any], ...] = (),
    pictures: SentPictures | None = None,
    continues: bool = False,
    prompt: RawPrompt | FillIn | None = None,
) -> Ask:
    options = request.options or Options()
    limit = options.num_predict if options.num_predict is not None else -1
    return Ask(
        messages,
        request.model,
        _sampling(options),
        _reasoning(request.think),
        max(0, limit),
        _stops(options.stop),
        continues,
        tools,
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
        prompt=prompt,
        reply=_reply(request.format),
        pictures=pictures or {},
    )


def _sampling(options: Options) -> Sampling:
    return Sampling(
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        min_p=options.min_p,
        repeat_penalty=options.repeat_penalty,
        presence_penalty=options.presence_penalty,
        frequency_penalty=options.frequency_penalty,
        seed=None if options.seed is None or options.seed < 0 else options.seed % 2**32,
    )


def _reasoning(think: bool | str | None) -> Reasoning:
    if isinstance(think, str):
        if think not in _LEVELS:
            raise bad_request(f"It has to be true, false or one of {', '.join(_LEVELS)}.", "think")
        return think
    return "auto" if think is None else "on" if think else "off"


def _stops(stop: str | list[str] | None) -> tuple[str, ...]:
    given = [stop] if isinstance(stop, str) else stop or []
    if len(given) > _MOST_STOPS:
        raise bad_request(f"There may be {_MOST_STOPS} at most.", "options.stop")
    return tuple(text for text in given if text)


def _reply(format: str | dict[str, Any] | None) -> dict[str, Any] | None:
    if format in (None, ""):
        return None
    if isinstance(format, str):
        if format != "json":
            raise bad_request('It has to be "json" or a schema.', "format")
        return _ANY_OBJECT
    return format


def _message(message: ChatMessage, where: str, pictures: SentPictures) -> Message:
    content = message.content or ""
    calls = tuple(
        call_of(call.id or f"call_{number}", call.function.name, _arguments(call.function.arguments))
        for number, call in enumerate(message.tool_calls or ())
    )
    return Message(
        message.role,
        content,
        message.thinking or "",
        calls,
        message.tool_call_id or "",
        message.tool_name or "" if message.role == "tool" else "",
        _media(message.images, len(content), f"{where}.images", pictures),
    )


def _arguments(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given or {}, ensure_ascii=False)


def _media(images: list[str] | None, at: int, where: str, pictures: SentPictures) -> tuple[Picture, ...]:
    """The pictures of a message; they stand behind its text."""
    return tuple(
        pictures.from_base64(text, at, f"{where}[{number}]") for number, text in enumerate(images or ())
    )


def _definition(tool: Tool) -> dict[str, Any]:
    function = tool.function
    parameters = function.parameters or {"type": "object", "properties": {}}
    told = {"name": function.name, "description": function.description or "", "parameters": parameters}
    return {"type": "function", "function": told}
