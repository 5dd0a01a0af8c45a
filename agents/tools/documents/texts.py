"""Formats that are text themselves, each a function from a file's bytes to its parts."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from agents.tools.documents.kinds import Parts, Unreadable
from agents.tools.files.text_file import read_text
from agents.tools.web.page_text import page_text

# Bytes that the encoding is told by, and those in use where it is not Unicode.
_LOOKED_AT = 200_000
_ENCODINGS = ["cp949", "cp932", "cp1252"]
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MOST_OUTPUT = 4000  # letters of what a cell printed
_CUE = re.compile(r"^\s*((?:\d+:)?\d+:\d+)[.,]\d+\s*-->")


def decoded(body: bytes) -> str:
    """The text of bytes in Unicode, or in the encoding that its letters speak for. Raises Unreadable."""
    found = read_text(body)
    if found is None:
        raise Unreadable("no_kind")
    if found.encoding in ("cp949", "latin-1"):  # what is left where it is not Unicode, and may be another
        from charset_normalizer import from_bytes

        best = from_bytes(body[:_LOOKED_AT], cp_isolation=_ENCODINGS).best()
        if best is not None:
            return body.decode(best.encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    return found.text


def plain(body: bytes) -> Parts:
    yield "", decoded(body)


def email(body: bytes) -> Parts:
    """E-mail: who wrote to whom and when, the text, and what is attached by its name."""
    mail = message_from_bytes(body, _class=EmailMessage, policy=policy.default)
    lines = [f"{name}: {' '.join(str(mail[name]).split())}" for name in _HEADERS if mail[name]]
    content = mail.get_body(("plain", "html"))
    if not lines and content is None:
        raise Unreadable("no_text")
    text = "" if content is None else _content(content)
    names = [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
    yield "", "\n".join([*lines, "", text.strip(), *(f"[attached: {name}]" for name in names)])


def _content(part: Any) -> str:
    content = part.get_payload(decode=True) or b""
    if part.get_content_type() == "text/html":
        return page_text({"url": "", "charset": part.get_content_charset() or ""}, content)["text"]
    try:
        return str(content.decode(part.get_content_charset() or "utf-8"))
    except (LookupError, UnicodeError):
        return decoded(content)


def notebook(body: bytes) -> Parts:
    """A Jupyter notebook: texts, code, and what the code printed."""
    try:
        cells = json.loads(body)["cells"]
        lines = [line for cell in cells for line in _cell(cell)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("damaged", type(error).__name__) from error
    yield "", "\n\n".join(lines)


def _cell(cell: dict[str, Any]) -> list[str]:
    source = _joined(cell["source"])
    if cell["cell_type"] != "code":
        return [source]
    printed = "".join(_printed(output) for output in cell.get("outputs", []))
    shown = printed if len(printed) <= _MOST_OUTPUT else f"{printed[:_MOST_OUTPUT]}\n[the output is longer]"
    return [f"```\n{source}\n```", *([f"Output:\n{shown.rstrip()}"] if shown.strip() else [])]


def _printed(output: dict[str, Any]) -> str:
    if output.get("output_type") == "error":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}\n"
    return _joined(output.get("text") or output.get("data", {}).get("text/plain", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def subtitles(body: bytes) -> Parts:
    """SRT and WebVTT: each cue as one line behind the time at which it begins."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", decoded(body)):
        within = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(within) if _CUE.match(line)), None)
        if at is None:
            continue  # the head, a note or a style
        time = _CUE.match(within[at])
        words = " ".join(re.sub(r"<[^>]*>", "", line).strip() for line in within[at + 1 :])
        if time is not None and words.strip():
            lines.append(f"[{time[1]}] {words.strip()}")
    yield "", "\n".join(lines) if lines else decoded(body)
