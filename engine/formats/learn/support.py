"""Learns a template's support of tools, calls and results, and their dialect."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.formats.known_dialects import AFTER_LEARNING, BEFORE_LEARNING, known_dialect
from engine.formats.learn.learning import learn_dialect
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.learn.probing import NAMES, QUESTION, STRINGS, VALUES, tools_for
from engine.formats.render.fallback import FALLBACK
from engine.formats.render.history import HistoryForm, prepared
from engine.formats.render.messages import Conversation
from engine.formats.render.template import Template

_RESULT = "Qx7result"


def find_form(template: Template, markers: ReasoningMarkers) -> HistoryForm:
    """How tools, calls and results are rendered for this model. Raises UserError `template.too_expensive`."""
    takes_tools = _takes_tools(template)
    dialect = known_dialect(template.source, BEFORE_LEARNING)
    if dialect is None:
        dialect = learn_dialect(template, markers)
    if dialect is None and takes_tools:
        dialect = known_dialect(template.source, AFTER_LEARNING)
    if dialect is None:
        dialect = FALLBACK
    if markers.closing.startswith("[BEGIN"):
        # Apriel's reasoning has no mark of its own; a call ends it as its answer's heading does.
        dialect = msgspec.structs.replace(dialect, ends_reasoning=True)
    form = HistoryForm(dialect, takes_tools)
    if not _shows(template, form, VALUES[0]):
        form = msgspec.structs.replace(form, writes_calls=False)
    if not _shows(template, form, _RESULT):
        form = msgspec.structs.replace(form, writes_results=False)
    return form


def _takes_tools(template: Template) -> bool:
    """Whether the template writes the definitions of tools into the prompt."""
    if template.variables.isdisjoint({"tools", "functions"}):
        return False
    question: Conversation = [{"role": "user", "content": QUESTION}]
    return NAMES[0] in (template.try_render(question, tools_for()) or "")


def _shows(template: Template, form: HistoryForm, text: str) -> bool:
    """Whether `text` comes out when a conversation with a call and its result is rendered."""
    call = {
        "id": "qx7iduno1",
        "type": "function",
        "function": {"name": NAMES[0], "arguments": json.dumps(STRINGS)},
    }
    conversation: list[dict[str, Any]] = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": _RESULT, "tool_call_id": call["id"]},
    ]
    tools = tools_for() if form.takes_tools else None
    history = prepared(conversation, form)
    return text in (template.try_render(history.conversation, tools) or "")
