"""Tags of strangers within a line of text: a few of emphasis, and links to ordinary addresses."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

from app.markdown.markdown import is_safe_link

# Tags that stand within a line, and what each becomes.
INLINE = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "del": "s", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup",
}  # fmt: skip
MAX_DEPTH = 8


def escaped_text(text: str) -> str:
    """Text as HTML, with every mark of HTML in it made harmless."""
    return escape(text, quote=True)


class _Tags(HTMLParser):
    """Reads one tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)


def inline_tag(source: str, open_tags: list[str]) -> str:
    """One tag within a line. `open_tags` is what is open there, and is kept up to date: "" stands for a link
    without an address that may be followed."""
    reader = _Tags()
    reader.feed(source)
    reader.close()
    html = "".join(opened_tag(tag, attrs, open_tags) for tag, attrs in reader.opened)
    return html + "".join(
        closed_tag(tag, open_tags) for tag in reader.closed if tag not in ("br", "img", "input")
    )


def opened_tag(tag: str, attrs: dict[str, str | None], open_tags: list[str]) -> str:
    """What the beginning of a tag becomes, "" where nothing is allowed of it."""
    if tag == "br":
        return "<br>"
    if tag == "input" and attrs.get("type") == "checkbox":
        return "☑ " if "checked" in attrs else "☐ "
    if tag == "a" and len(open_tags) < MAX_DEPTH:
        address = attrs.get("href") or ""
        safe = is_safe_link(address) and "a" not in open_tags
        open_tags.append("a" if safe else "")
        return f'<a href="{escaped_text(address)}">' if safe else ""
    if tag == "img":
        return escaped_text(attrs.get("alt") or "") if "a" in open_tags else ""
    if tag in INLINE and len(open_tags) < MAX_DEPTH:
        open_tags.append(INLINE[tag])
        return f"<{INLINE[tag]}>"
    return ""


def closed_tag(tag: str, open_tags: list[str]) -> str:
    """What the end of a tag becomes: what was opened within it is closed with it."""
    wanted = INLINE.get(tag, tag)
    if tag == "a":
        wanted = "a" if "a" in open_tags else ""
    if wanted not in open_tags:
        return ""
    html = ""
    while open_tags:
        last = open_tags.pop()
        html += f"</{last}>" if last else ""
        if last == wanted:
            break
    return html
