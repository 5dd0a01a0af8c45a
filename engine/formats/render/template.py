"""Renders the model's own chat template, safely and as transformers does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jinja2
from jinja2 import meta

from engine.errors import UserError
from engine.formats.render.meter import Meter, TooExpensiveError, metered_render
from engine.formats.render.sandbox import BoundedEnvironment

# The longest template of some seventy current models has 17,000 characters.
MAX_SOURCE = 131_072


class _RaisedError(Exception):
    """The template's own `raise_exception`."""


def _raise_exception(message: Any = "") -> None:
    raise _RaisedError(str(message))


def _strftime_now(pattern: str) -> str:
    return datetime.now().strftime(str(pattern)[:100])


class Template:
    """A compiled chat template.

    The conventions are those of Hugging Face transformers (`utils/chat_template_utils.py`): trimmed blocks,
    loop controls, `raise_exception`, `strftime_now`, `tojson` without HTML escapes, `{% generation %}`.
    """

    def __init__(
        self,
        source: str,
        bos_token: str = "",
        eos_token: str = "",
        strftime_now: Callable[[str], str] = _strftime_now,
    ) -> None:
        """Raises UserError `template.missing`, `template.syntax` or `template.too_expensive`."""
        if not source.strip():
            raise UserError("template.missing")
        if len(source) > MAX_SOURCE:
            raise UserError("template.too_expensive")
        self.source = source
        self.eos_token = eos_token
        self._constants = {
            "bos_token": bos_token,
            "eos_token": eos_token,
            "raise_exception": _raise_exception,
            "strftime_now": strftime_now,
        }
        environment = BoundedEnvironment()
        try:
            self.variables = frozenset(meta.find_undeclared_variables(environment.parse(source)))
            self._template = environment.from_string(source)
        except jinja2.TemplateSyntaxError as error:
            raise UserError("template.syntax", detail=error.message or "", line=error.lineno) from error
        except (RecursionError, MemoryError) as error:
            raise UserError("template.too_expensive") from error
        except (SyntaxError, ValueError, TypeError) as error:
            # Jinja lets through what Python's compiler then refuses, such as loops nested too deeply.
            raise UserError("template.syntax", detail=str(error), line=0) from error

    def render(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> str:
        """The prompt text. Only what is set is passed, so `tools is defined` tells the truth.

        Raises UserError `template.raised` (the template refused the conversation, `detail` says why),
        `template.too_expensive` or `template.failed`.
        """
        given = {**self._constants, **variables, "messages": messages}
        given["add_generation_prompt"] = add_generation_prompt
        if tools:
            given["tools"] = tools
        if "functions" in self.variables:
            # The older name (Firefunction), a text that is used without asking whether it is set.
            given["functions"] = json.dumps(tools or [], ensure_ascii=False)
        if "datetime" in self.variables:
            given["datetime"] = self._constants["strftime_now"]("%b %d %Y")  # type: ignore[operator]
        meter = Meter(_size(messages) + _size(tools), len(messages))
        try:
            return metered_render(self._template, meter, given)
        except _RaisedError as error:
            raise UserError("template.raised", detail=str(error)) from error
        except TooExpensiveError as error:
            raise UserError("template.too_expensive") from error
        except Exception as error:
            # The template is a program of someone else: any of Python's errors can come out of it.
            raise UserError("template.failed", detail=f"{type(error).__name__}: {error}"[:300]) from error

    def try_render(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        add_generation_prompt: bool = True,
        **variables: Any,
    ) -> str | None:
        """`render`, or None where the template refuses. Raises UserError `template.too_expensive`."""
        try:
            return self.render(messages, tools, add_generation_prompt, **variables)
        except UserError as error:
            if error.code == "template.too_expensive":
                raise
            return None


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values())) + len(value)
    if isinstance(value, list):
        return sum(map(_size, value)) + len(value)
    return 1
