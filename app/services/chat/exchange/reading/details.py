"""Reasoning and calls that Open WebUI's older versions wrote into the text of an answer, as `<details>`."""

from __future__ import annotations

import html
import re
from bisect import bisect_right

from app.services.chat.exchange.reading.foreign import call, thoughts_apart
from app.services.chat.exchange.reading.splitting import decoded_text
from app.services.chat.exchange.reading.tree import Said

_OPENING = re.compile(r'<details type="(reasoning|tool_calls|code_interpreter)"([^>]*+)>')
_END = "</details>"
_SUMMARY = re.compile(r"<summary>[^<]*+</summary>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*+)"')
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)


def parts_of(content: str, id: str) -> list[Said]:
    """The steps of an answer, one after the other; what a fence of code quotes stays text."""
    fences = [found.start() for found in _FENCE.finditer(content)]
    parts: list[Said] = []
    at = start = 0
    while found := _OPENING.search(content, at):
        end = content.find(_END, found.end())
        if end < 0:
            break
        at = found.end()
        if bisect_right(fences, found.start()) % 2:  # within one that is open
            continue
        parts.append(Said("assistant", content[start : found.start()].strip()))
        parts += _details(found[1], found[2], content[found.end() : end], f"{id}-{len(parts)}")
        at = start = end + len(_END)
    reasoning, rest = thoughts_apart(content[start:])
    return [*parts, Said("assistant", rest.strip(), reasoning)]


def _details(kind: str, given: str, body: str, id: str) -> list[Said]:
    attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(given)}
    inside = _SUMMARY.sub("", body, count=1).strip()
    if kind == "reasoning":
        return [Said("assistant", reasoning=html.unescape(_QUOTED.sub("", inside)))]
    if kind == "code_interpreter":
        made = call(id, "code_interpreter", {"code": inside})
        return [Said("assistant", calls=(made,)), Said("tool", attributes.get("output", ""))]
    made = call(attributes.get("id") or id, attributes.get("name"), attributes.get("arguments"))
    result = attributes.get("result") or html.unescape(inside)
    plain = decoded_text(result)  # a text is written as JSON
    return [Said("assistant", calls=(made,)), Said("tool", plain if isinstance(plain, str) else result)]
