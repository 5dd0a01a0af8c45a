"""The text of EPUB books, chapter by chapter.

Source: EPUB 3.3 (W3C): META-INF/container.xml names the package, whose spine names the documents in their order.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from agents.tools.documents.kinds import LEFT_OUT, Parts, Unreadable
from agents.tools.documents.places import numbered
from agents.tools.web.page_text import MOST_LETTERS, page_text

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"


def read(body: bytes) -> Parts:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        members = set(archive.namelist())
        encrypted = _named(archive, _ENCRYPTION, "CipherReference", "URI") if _ENCRYPTION in members else ()
        package = next(iter(_named(archive, _CONTAINER, "rootfile", "full-path")), "")
        if package not in members:
            raise Unreadable("no_text")
        chapters = [path for path in _spine(archive, package) if path in members]
        if set(chapters).intersection(map(unquote, encrypted)):
            raise Unreadable("protected")  # fonts alone may be encrypted in books that anybody may read
        for number, path in enumerate(chapters, 1):
            page = page_text({"url": "", "charset": ""}, archive.read(path))
            yield numbered("chapter", number).label, page["text"]
            if len(page["text"]) >= MOST_LETTERS:
                yield LEFT_OUT, "[the chapter is longer]"


def _spine(archive: zipfile.ZipFile, package: str) -> list[str]:
    """The paths of the chapters within the zip."""
    root = _parsed(archive, package)
    items = {each.get("id"): each.get("href", "") for each in _elements(root, "item")}
    hrefs = [items.get(each.get("idref"), "") for each in _elements(root, "itemref")]
    folder = posixpath.dirname(package)
    return [
        posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))) for href in hrefs if href
    ]


def _named(archive: zipfile.ZipFile, path: str, tag: str, attribute: str) -> list[str]:
    try:
        root = _parsed(archive, path)
    except KeyError:
        return []
    return [each.get(attribute, "") for each in _elements(root, tag)]


def _parsed(archive: zipfile.ZipFile, path: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(archive.read(path))


def _elements(root: Any, tag: str) -> Iterable[Any]:
    return (each for each in root.iter() if str(each.tag).rpartition("}")[2] == tag)
