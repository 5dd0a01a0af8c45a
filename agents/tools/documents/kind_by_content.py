"""The format of a document by its content, and by its name where content does not tell."""

from __future__ import annotations

import zipfile
from io import BytesIO

from agents.tools.documents.kinds import TEXTS, Kind, Unreadable, instead_of, kind_of

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = b"{\\rtf"
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heif", b"mif1", b"msf1")
# What only a zip of one format holds.
_MEMBERS: tuple[tuple[str, Kind], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("META-INF/container.xml", "epub"),
    ("Contents/section0.xml", "hwpx"),
    ("content.xml", "opendocument"),
)
# A program may write a little in front of a PDF.
_PDF_WITHIN = 1024


def recognized(name: str, body: bytes) -> Kind:
    """The format. Raises Unreadable for one that cannot be read, and for what is no document."""
    if is_pdf(body):
        return "pdf"
    if is_picture(body):
        return "picture"
    if body.startswith(_RTF):
        return "rtf"
    if body.startswith(b"PK"):
        return _zipped(body)
    if body.startswith(_OLE):
        return _compound(body)
    if instead_of(name):
        raise Unreadable("old_kind")
    named = kind_of(name)
    return named if named in TEXTS else "text"


def is_picture(body: bytes) -> bool:
    """Whether it looks like a picture of any kind."""
    if body.startswith(_PICTURES):
        return b"\0" in body[:_PDF_WITHIN]
    return (body[:4] == b"RIFF" and body[8:12] == b"WEBP") or (body[4:8] == b"ftyp" and body[8:12] in _BRANDS)


def is_pdf(body: bytes) -> bool:
    return b"%PDF-" in body[:_PDF_WITHIN]


def _zipped(body: bytes) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            members = set(archive.namelist())
    except Exception as error:  # zipfile raises anything on a damaged one
        raise Unreadable("damaged", type(error).__name__) from error
    for member, kind in _MEMBERS:
        if member in members:
            return kind
    raise Unreadable("no_kind")


def _compound(body: bytes) -> Kind:
    """Hangul's, or one of the office formats of before 2007; new ones look so when they are locked."""
    import olefile

    with olefile.OleFileIO(BytesIO(body)) as compound:
        if compound.exists("FileHeader"):
            return "hwp"
        raise Unreadable("locked" if compound.exists("EncryptedPackage") else "old_kind")
