"""The product's messages in English and Korean.

Translators write them in `resources/messages/{en,ko}.toml`; this module reads the file of a language when its first
message is needed. A message names its parameters in braces. `{count:file|files}` takes the first form for one and the
second for any other number. Integers are grouped, and a parameter whose name ends in `bytes` is shown as a size.

A message that tells the way of a clone (`make setup`) has another wording for packages, under `packaged`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from app.format import format_count, format_size
from app.installation.facts import installation
from app.language import Language
from engine.errors import ErrorInfo, UserError
from resources import FOLDER

PACKAGED = "packaged"


@functools.cache
def messages(language: Language) -> Mapping[str, str]:
    """All messages of a language by key, such as `errors.engine.no_model`, with their parameters unfilled."""
    import tomllib  # 10 ms that a process without a message saves

    with (FOLDER / "messages" / f"{language}.toml").open("rb") as file:
        return dict(_flattened(tomllib.load(file)))


def localized(key: str, language: Language, /, **params: object) -> str:
    """The message `key` with its parameters filled in. Raises KeyError for an unknown key or a missing parameter."""
    table = messages(language)
    if "device" in params:  # "the GPU" where there is one; else a device's own name
        params["device"] = table.get(f"devices.{params['device']}", params["device"])
    if installation().kind != "source":
        key = packaged if (packaged := f"{PACKAGED}.{key}") in table else key
    return filled(table[key], params)


def filled(text: str, params: Mapping[str, object]) -> str:
    """A text with its parameters filled in, as those of messages are. Raises KeyError for a missing one."""
    return text.format_map({name: _Shown(name, value) for name, value in params.items()})


def localized_error(error: UserError | ErrorInfo, language: Language = "en") -> str:
    """The message of an error: what happened and what to do.

    An unknown code becomes `unknown`, with the code in it.
    """
    key = f"errors.{error.code}"
    if key not in messages(language):
        return localized("errors.unknown", language, detail=error.code)
    return localized(key, language, **error.params)


class _Shown(str):
    """A formatted parameter that also knows its number, which selects the plural form."""

    _value: object

    def __new__(cls, name: str, value: object) -> _Shown:
        shown = super().__new__(cls, _text(name, value))
        shown._value = value
        return shown

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self)
        one, _, other = forms.partition("|")
        return one if self._value == 1 else other


def _text(name: str, value: object) -> str:
    if name.endswith("bytes") and isinstance(value, int | float):
        return format_size(value)
    if isinstance(value, float):
        return f"{value:g}"
    return format_count(value) if isinstance(value, int) else str(value)


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from _flattened(value, f"{prefix}{name}.")
