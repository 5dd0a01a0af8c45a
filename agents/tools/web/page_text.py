"""Extracts the text of an HTML page: title, headings, paragraphs, lists, tables and links, without scripts
and menus.

Runs in a child (agents/tools/child.py): who wrote the page decides how long reading it takes.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

_LEFT_OUT = frozenset(
    "script title style noscript template svg canvas iframe object head select button".split()
)
_MENUS = frozenset({"nav", "footer", "aside", "form", "header"})
_BLOCKS = frozenset(
    """
    p div section article main ul ol table tr blockquote pre figure dl dt dd br hr li h1 h2 h3 h4 h5 h6
    header footer nav aside form
    """.split()
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])", re.I
)
MOST_LETTERS = 400_000
_LEAST_MAIN = 200  # characters; with fewer, an element marked as the main part is ignored


def page_text(request: dict[str, Any], body: bytes) -> dict[str, str]:
    """`{"title", "text"}` of a page. `request` has the page's "url" and the server's "charset", or ""."""
    import warnings

    import bs4

    warnings.filterwarnings("ignore", category=bs4.XMLParsedAsHTMLWarning)
    soup = bs4.BeautifulSoup(body, "html.parser", from_encoding=request.get("charset") or None)
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    text = ""
    for part in (soup.find("main"), soup.find("article")):
        if isinstance(part, bs4.Tag):
            text = _text(part, str(request.get("url", "")))
        if len(text) >= _LEAST_MAIN:
            break
    else:
        text = _text(soup.body or soup, str(request.get("url", "")))
    return {"title": title[:300], "text": text}


def _text(root: Any, url: str) -> str:
    """The readable text as simple Markdown. Not recursive: pages can be nested very deep."""
    from bs4 import Tag
    from bs4.element import Comment, Declaration, Doctype, NavigableString, ProcessingInstruction

    unseen = (Comment, Declaration, Doctype, ProcessingInstruction)
    pieces: list[str] = []
    letters = 0
    waiting: list[Any] = [root]
    pre = 0
    while waiting and letters < MOST_LETTERS:
        node = waiting.pop()
        if isinstance(node, str) and not isinstance(node, NavigableString):
            # Marker for the text after an element.
            pre -= node == _PRE_END
            pieces.append("\n```\n" if node == _PRE_END else node)
            continue
        if isinstance(node, Tag):
            if node is not root and _is_left_out(node):
                continue
            before, behind = _marks(node, url)
            pre += node.name == "pre"
            pieces.append(before)
            waiting.append(_PRE_END if node.name == "pre" else behind)
            waiting.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, unseen):
            words = str(node) if pre else re.sub(r"\s+", " ", str(node))
            letters += len(words)
            pieces.append(words)
    return _tidy("".join(pieces))[:MOST_LETTERS]


_PRE_END = "\0pre"


def _is_left_out(tag: Any) -> bool:
    if tag.name in _LEFT_OUT or tag.name in _MENUS:
        return True
    attributes = tag.attrs
    return (
        "hidden" in attributes
        or str(attributes.get("aria-hidden", "")).lower() == "true"
        or _HIDDEN.search(str(attributes.get("style", ""))) is not None
    )


def _marks(tag: Any, url: str) -> tuple[str, str]:
    """Text before and after an element's own."""
    name = tag.name
    if re.fullmatch("h[1-6]", name):
        return f"\n\n{'#' * int(name[1])} ", "\n\n"
    if name == "li":
        return "\n- ", ""
    if name == "pre":
        return "\n```\n", ""
    if name in ("td", "th"):
        return " | ", ""
    if name == "img":
        return (f"[picture: {' '.join(str(tag['alt']).split())}]" if tag.get("alt") else ""), ""
    if name == "a" and tag.get("href") and tag.get_text(strip=True):
        target = _link(str(tag["href"]), url)
        return ("[", f"]({target})") if target else ("", "")
    if name in _BLOCKS:
        return "\n", "\n"
    return "", ""


def _link(target: str, url: str) -> str:
    """A link's absolute address, "" for one that leads to no page, or only within this one."""
    try:
        whole = urllib.parse.urljoin(url, target.strip())
        scheme = urllib.parse.urlsplit(whole).scheme
    except ValueError:
        return ""
    here = url.partition("#")[0]
    if scheme not in ("http", "https") or whole.partition("#")[0] == here or len(whole) > 500:
        return ""
    return whole.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def _tidy(text: str) -> str:
    """Collapse spaces and empty lines, except between fences."""
    lines: list[str] = []
    code = False
    for line in text.split("\n"):
        fence = line.startswith("```")
        code ^= fence
        lines.append(line.rstrip() if code or fence else re.sub(r"[ \t]+", " ", line).strip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
