"""A chat as one HTML page that needs no network and runs nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from pygments.formatters import HtmlFormatter

from app.services.chat.exchange.html_text import DEEPEST, code_html, markdown_html, plain_html
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.shown_turns import Attached, Called, Cited, Part, Reasoned, Turn, turns
from app.store.records import WholeChat
from resources import FOLDER


def html_page(chat: WholeChat, labels: Labels) -> Iterator[str]:
    """The shown branch as a whole page, piece by piece."""
    title, style = escape(labels.title), page_style()
    # The page may use this style and nothing else: no script, no image, no address.
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    yield (
        f'<!DOCTYPE html>\n<html lang="{labels.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f'<header>\n<h1 dir="auto">{title}</h1>\n<p class="about">{escape(labels.under_title)}</p>\n</header>\n'
    )
    for turn in turns(chat):
        yield _article(turn, labels)
    yield "</main>\n</body>\n</html>\n"


@functools.cache
def page_style() -> str:
    """The style of the page, light or dark as the reader's system is."""
    rest = (FOLDER / "style" / "export.css").read_text(encoding="utf-8")
    depths = "".join(f".d{n}{{vertical-align:-{n / 2:g}px}}\n" for n in range(DEEPEST + 1))
    return "\n" + _colors("light") + _colors("dark") + rest + depths


def _colors(theme: str) -> str:
    with (FOLDER / "themes" / f"{theme}.toml").open("rb") as file:
        values = tomllib.load(file)
    named = "".join(
        f"--{name}:{value};"
        for name, value in values.items()
        if isinstance(value, str) and value.startswith("#")
    )
    code = HtmlFormatter(style=values["code_style"]).get_token_style_defs("pre")  # type: ignore[no-untyped-call]
    rules = "".join(f"{line}\n" for line in code)
    return f"@media (prefers-color-scheme: {theme}) {{\n:root{{{named}}}\n{rules}}}\n"


def _article(turn: Turn, labels: Labels) -> str:
    message = turn.message
    moment = datetime.fromtimestamp(message.created, UTC).isoformat(timespec="seconds")
    head = (
        f'<article class="{message.role}" dir="auto">\n<header><h2>{escape(labels.who(message))}</h2>'
        f'<time datetime="{moment}">{labels.when(message)}</time></header>\n'
    )
    # What a person wrote is shown as it was typed, and a thought as it came, as in the window.
    parts = "".join(_part(part, labels, typed=message.role != "assistant") for part in turn.parts)
    error = labels.error(message)
    return head + parts + (f'<p class="error">{escape(error)}</p>\n' if error else "") + "</article>\n"


def _part(part: Part, labels: Labels, *, typed: bool) -> str:
    if isinstance(part, Reasoned):
        return _folded(escape(labels.word("reasoning")), plain_html(part.text.strip()))
    if isinstance(part, Called):
        result = f"<p>{escape(labels.word('result'))}</p>\n" + code_html(part.result, "")
        name = f'{escape(labels.word("call"))}: <span class="tool">{escape(part.name)}</span>'
        return _folded(name, code_html(part.arguments, "json") + (result if part.result else ""))
    if isinstance(part, Attached):
        return f'<p class="about">{escape(labels.attached(part.names))}</p>\n'
    if isinstance(part, Cited):
        listed = "".join(f"<li>{escape(labels.source(source))}</li>\n" for source in part.sources)
        return f'<h3>{escape(labels.word("sources"))}</h3>\n<ul class="about">\n{listed}</ul>\n'
    return plain_html(part.text) if typed else markdown_html(part.text)


def _folded(summary: str, inside: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n{inside}</details>\n"
