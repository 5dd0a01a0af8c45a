"""Discovery of a server: its kind, its models and their context lengths.

`/v1/models` is OpenAI's; vLLM and SGLang add `max_model_len`, llama-server `meta`, OpenRouter and others
`context_length`. llama-server has `/props`, LM Studio `/api/v0/models`, Ollama `/api/version`, `/api/show` and
`/api/ps`. A server that is not known to be Ollama is only ever asked with GET: what takes a POST may be anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from engine.errors import UserError
from engine.remote.http import Http
from engine.remote.kinds import Kind
from engine.remote.names import RemoteName, is_loopback, is_near

# Default context lengths: what servers at home are started with, and what services offer at least.
USUAL_NEAR, USUAL_FAR = 8192, 32768
# What Ollama gives a model when nothing else was asked of it.
_OLLAMA = 4096
_LENGTHS = (
    "loaded_context_length",
    "max_model_len",
    "n_ctx",
    "context_length",
    "context_window",
    "max_context_length",
)
_LONGEST = 2**27
# So many models of a list are asked for one by one what they see.
_MOST_ASKED = 50
# Loading a large model from a slow disk.
_LOAD_S = 600.0
# What says that a server is not there or lets nobody in; anything else may be a server without a list.
_FATAL = (
    "remote.unreachable",
    "remote.insecure",
    "remote.key_refused",
    "remote.bad_key",
    "remote.key_gone",
    "remote.certificate",
    "remote.no_tls",
    "remote.proxy",
)


class Found(msgspec.Struct, frozen=True):
    """A remote model. `names` are all models of its server. `told`: its length is known, not assumed. `sees` is None
    where the server does not say."""

    kind: Kind = ""
    context: int = 0
    told: bool = False
    trained: int = 0
    names: tuple[str, ...] = ()
    sees: bool | None = None


class _Told(msgspec.Struct, frozen=True):
    """What a server says of a model: its length, 0 if it does not, and whether it sees pictures."""

    length: int = 0
    sees: bool | None = None


def listed_models(http: Http, url: str) -> list[dict[str, Any]]:
    """What `/models` lists. Raises UserError `remote.*`."""
    value = http.get(f"{url}/models")
    listed = value.get("data", value.get("models")) if isinstance(value, dict) else value
    if not isinstance(listed, list):
        raise UserError("remote.not_openai", host=http.place)
    return [model for model in listed if isinstance(model, dict)]


def names_of(listed: list[dict[str, Any]]) -> tuple[str, ...]:
    names = (model.get("id") or model.get("name") or model.get("model") for model in listed)
    return tuple(name for name in names if isinstance(name, str) and name)


def seeing_of(http: Http, url: str, listed: list[dict[str, Any]]) -> tuple[str, ...]:
    """Those of the `listed` models of which the server says that they see pictures; no model is loaded for that."""
    seeing: list[str] = []
    asks: tuple[_Ask, ...] = (_llama_server, _lm_studio, _ollama_shown)
    for number, model in enumerate(listed):
        for at in (RemoteName(url, name) for name in names_of([model])):
            sees = _sees(model)
            if sees is None and _at_home(at) and number < _MOST_ASKED:
                # What tells of the first model tells of all.
                told = [(ask, _quietly(partial(ask, http, at, model))) for ask in asks]
                asks = tuple(ask for ask, one in told if one is not None)
                sees = next((one.sees for _, one in told if one is not None), None)
            if sees:
                seeing.append(at.model)
    return tuple(seeing)


def discover(http: Http, name: RemoteName) -> Found:
    """Find the server's model. Raises UserError if the server is unreachable or refuses access."""
    try:
        listed = listed_models(http, name.url)
    except UserError as error:
        if error.code in _FATAL:
            raise
        listed = []
    mine = next((m for m in listed if name.model in names_of([m])), {})
    names = names_of(listed)
    owner = str(mine.get("owned_by", "")).lower()
    context = _length(mine)
    if owner in ("vllm", "sglang") or "max_model_len" in mine:
        return _found("vllm", _Told(context, _sees(mine)), name, names)
    for kind, ask in _MORE:
        told = _quietly(lambda ask=ask: ask(http, name, mine))  # type: ignore[misc]
        if told is not None:
            told = _Told(told.length or context, told.sees)
            return _found(kind, told, name, names, _length(mine.get("meta"), "n_ctx_train"))
    return _found("", _Told(context, _sees(mine)), name, names)


def _found(kind: Kind, told: _Told, name: RemoteName, names: tuple[str, ...], trained: int = 0) -> Found:
    context = told.length or (USUAL_NEAR if _at_home(name) else USUAL_FAR)
    return Found(kind, context, bool(told.length), max(trained, context), names, told.sees)


def _sees(model: dict[str, Any]) -> bool | None:
    """As OpenRouter and Mistral list it."""
    kinds = _dict(model.get("architecture")).get("input_modalities")
    if isinstance(kinds, list):
        return "image" in kinds
    return _told(_dict(model.get("capabilities")).get("vision"))


def _told(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _at_home(name: RemoteName) -> bool:
    host = urlsplit(name.url).hostname or ""
    return is_loopback(host) or is_near(host) or "." not in host or host.endswith(".local")


def _llama_server(http: Http, name: RemoteName, model: dict[str, Any]) -> _Told | None:
    if model and model.get("owned_by") not in ("llamacpp", "llama-server") and "meta" not in model:
        return None
    props = _dict(http.get(f"{name.root}/props"))
    settings = props.get("default_generation_settings")
    if not isinstance(settings, dict):
        return None
    return _Told(_length(settings), _told(_dict(props.get("modalities")).get("vision")))


def _lm_studio(http: Http, name: RemoteName, model: dict[str, Any]) -> _Told | None:
    if not _at_home(name):
        return None
    listed = _dict(http.get(f"{name.root}/api/v0/models")).get("data")
    if not isinstance(listed, list):
        return None
    mine = next((m for m in listed if isinstance(m, dict) and m.get("id") == name.model), {})
    return _Told(_length(mine), mine["type"] == "vlm" if mine.get("type") in ("vlm", "llm") else None)


def _ollama_shown(http: Http, name: RemoteName, model: dict[str, Any]) -> _Told | None:
    """What Ollama says of a model without loading it."""
    if not _at_home(name) or model.get("owned_by") not in (None, "library", "ollama"):
        return None
    if "version" not in _dict(http.get(f"{name.root}/api/version")):
        return None
    shown = _dict(http.post(f"{name.root}/api/show", {"model": name.model}, silence_s=10.0))
    if "model_info" not in shown:
        return None
    able = shown.get("capabilities")
    return _Told(0, "vision" in able if isinstance(able, list) else None)


def _ollama(http: Http, name: RemoteName, model: dict[str, Any]) -> _Told | None:
    """Ollama loads a model with a length of its own and cuts longer prompts without a word: it is asked to load it,
    and then what it has loaded."""
    shown = _ollama_shown(http, name, model)
    if shown is None:
        return None
    try:
        http.post(f"{name.root}/api/generate", {"model": name.model, "stream": False}, silence_s=_LOAD_S)
        loaded = _dict(http.get(f"{name.root}/api/ps")).get("models")
    except UserError:
        return _Told(_OLLAMA, shown.sees)
    names = (name.model, f"{name.model}:latest")
    mine = next((m for m in loaded or () if isinstance(m, dict) and m.get("name") in names), None)
    return _Told(_length(mine) or _OLLAMA, shown.sees)


_Ask = Callable[[Http, RemoteName, dict[str, Any]], _Told | None]
_MORE: tuple[tuple[Kind, _Ask], ...] = (
    ("llama-server", _llama_server),
    ("lm-studio", _lm_studio),
    ("ollama", _ollama),
)


def _quietly(ask: Callable[[], _Told | None]) -> _Told | None:
    """None as well where a server does not know the question."""
    try:
        return ask()
    except UserError:
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _length(model: Any, *names: str) -> int:
    """The first field with a length in tokens, also in `meta` or `top_provider`."""
    if not isinstance(model, dict):
        return 0
    for name in names or _LENGTHS:
        value = model.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LONGEST:
            return value
    inner = (_length(model.get(name), *names) for name in ("meta", "top_provider"))
    return next((length for length in inner if length), 0)
