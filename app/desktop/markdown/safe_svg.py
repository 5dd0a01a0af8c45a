"""SVG of strangers, cut down to shapes and words that load and run nothing. Without Qt.

What comes out is built anew from what is allowed; a reference may lead only to another part of the same picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

MOST_LETTERS = 200_000
MOST_ELEMENTS = 4_000
MAX_DEPTH = 48

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
# Those of a mask, a pattern or a filter may take any time to paint.
_ELEMENTS = frozenset(
    "svg g defs symbol path rect circle ellipse line polyline polygon text tspan title desc linearGradient "
    "radialGradient stop use style marker clipPath".split()
)
_TYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)
_OUTWARD = re.compile(r"url\(\s*(?!['\"]?#)|@|javascript:|expression\(", re.IGNORECASE)


def is_svg(text: str) -> bool:
    """Whether a text begins as a picture does."""
    start = re.sub(r"^(\s|<\?xml[^>]*>|<!DOCTYPE[^>\[]*>|<!--.*?-->)*", "", text[:4000], flags=re.DOTALL)
    return start.startswith(("<svg ", "<svg>", "<svg\n"))


def safe_svg(source: str) -> str | None:
    """The picture as it may be painted; None for what is no SVG, too large, or made to take for ever."""
    if len(source) > MOST_LETTERS:
        return None
    try:
        root = fromstring(_TYPE.sub("", source), forbid_dtd=True)
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag not in (f"{_SVG}svg", "svg"):
        return None
    made = _copied(root)
    if made is None or not _uses_are_few(made):
        return None
    made.set("xmlns", _SVG[1:-1])
    return ElementTree.tostring(made, encoding="unicode")


def _copied(root: ElementTree.Element) -> ElementTree.Element | None:
    """`root` with what is allowed of it; None for more elements, or deeper ones, than a picture may have."""
    made = ElementTree.Element("svg", dict(_attributes(root)))
    made.text = root.text
    waiting, count = [(root, made, 1)], 1
    while waiting:
        old, new, depth = waiting.pop()
        for child in old:
            name = str(child.tag).removeprefix(_SVG)
            name = "g" if name == "a" else name
            if name not in _ELEMENTS or (name == "style" and _OUTWARD.search("".join(child.itertext()))):
                continue
            count += 1
            if count > MOST_ELEMENTS or depth >= MAX_DEPTH:
                return None
            copy = ElementTree.SubElement(new, name, dict(_attributes(child)))
            copy.text, copy.tail = child.text, child.tail
            waiting.append((child, copy, depth + 1))
    return made


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name in ("href", _XLINK):
            if value.startswith("#"):
                yield "href", value
        elif not (name.startswith(("{", "on")) or _OUTWARD.search(value)):
            yield name, value


def _uses_are_few(root: ElementTree.Element) -> bool:
    """Whether what is shown several times stays small: what is used uses nothing itself."""
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    count = 0
    for use in root.iter("use"):
        target = named.get((use.get("href") or "#")[1:])
        if target is None:
            continue
        parts = list(target.iter())
        count += len(parts)
        if count > MOST_ELEMENTS or any(part.tag == "use" for part in parts):
            return False
    return True
