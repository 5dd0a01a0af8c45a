"""What a desktop reads of an installed Coterie: its entry, its types of files, its icon, and metainfo for stores."""

from __future__ import annotations

import datetime
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from app.integration.launch import Launch
from app.integration.linux_entries import ENTRY, ICON, MODEL_FILE, PACKAGE, application_entry, mime_package
from app.integration.model_link import SCHEME
from installer.packages.places import ROOT, Release

ID = "org.coterie.Coterie"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LAUNCH = Launch(("coterie",), "", {})
SUMMARY = ("Chat with open models on your own computer", "내 컴퓨터에서 쓰는 오픈 모델과의 대화")
ABOUT = (
    (
        "Chat with large open models on your own computer and give them tasks that they do with tools. Nothing you "
        "write leaves the computer unless you say so.",
        "내 컴퓨터에서 큰 오픈 모델과 대화하고, 도구를 써서 하는 작업을 맡길 수 있습니다. "
        "직접 허용하지 않는 한 작성한 내용은 컴퓨터 밖으로 나가지 않습니다.",
    ),
    (
        "No answer is lost when something crashes, and what a model did to your files can be undone.",
        "문제가 생겨도 답변이 사라지지 않고, 모델이 파일에 한 작업은 되돌릴 수 있습니다.",
    ),
)


def write_share(tree: Path, release: Release) -> None:
    """Write `share` below the tree, in the layout of /usr/share."""
    share = tree / "share"
    files = {
        share / "applications" / ENTRY: application_entry(LAUNCH),
        share / "mime" / "packages" / PACKAGE: mime_package(),
        share / "metainfo" / f"{ID}.metainfo.xml": metainfo(release),
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    icon = share / "icons" / "hicolor" / "scalable" / "apps" / ICON
    icon.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "resources" / "icons" / "coterie.svg", icon)


def metainfo(release: Release) -> bytes:
    """The file of the AppStream specification, for a desktop application."""
    root = ElementTree.Element("component", type="desktop-application")

    def add(
        name: str, text: str = "", parent: ElementTree.Element = root, **attributes: str
    ) -> ElementTree.Element:
        added = ElementTree.SubElement(parent, name, attributes)
        added.text = text or None
        return added

    add("id", ID)
    add("metadata_license", "CC0-1.0")
    add("project_license", "MIT")
    add("name", "Coterie")
    add("summary", SUMMARY[0])
    add("summary", SUMMARY[1]).set(_LANGUAGE, "ko")
    description = add("description")
    for english, translated in ABOUT:
        add("p", english, description)
        add("p", translated, description).set(_LANGUAGE, "ko")
    add("developer", id="org.coterie").append(_named("name", "The Coterie developers"))
    add("launchable", ENTRY, type="desktop-id")
    provides = add("provides")
    add("binary", "coterie", provides)
    add("mediatype", MODEL_FILE, provides)
    add("mediatype", f"x-scheme-handler/{SCHEME}", provides)
    add("content_rating", type="oars-1.1")
    day = datetime.datetime.fromtimestamp(release.time, datetime.UTC).date().isoformat()
    add("release", parent=add("releases"), version=release.version, date=day)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _named(name: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element(name)
    element.text = text
    return element
