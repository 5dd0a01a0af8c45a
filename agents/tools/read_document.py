"""The tool that reads PDF and office files."""

from __future__ import annotations

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.documents.kinds import Kind, instead_of, kind_of
from agents.tools.documents.reading import MOST_BYTES, Part, read_in_child
from agents.tools.function_tool import ToolTrouble, tool
from agents.workspace.workspace import Workspace


@tool(
    facts=ToolFacts(
        read_only=True, destructive=False, paths=("path",), untrusted=True, own=True, timeout_s=90
    )
)
def read_document(context: ToolContext, path: str, first_page: int = 1, last_page: int = 0) -> Outcome:
    """Read the text of a document: PDF, Word, Excel, PowerPoint, OpenDocument, HWP, EPUB, RTF, HTML, e-mail,
    notebook, subtitles, Markdown or CSV.

    Args:
        path: The document, relative to the workspace.
        first_page: The first page, slide or sheet to read, counted from 1.
        last_page: The last one; 0 reads to the end.
    """
    kind, content = document(context.workspace, context.workspace.relative(path))
    parts = read_in_child(kind, content, context.cancelled)
    first = max(1, first_page)
    chosen = parts[first - 1 : last_page if last_page > 0 else None]
    if not parts:
        return Outcome("The document has no text in it.", summary="0", untrusted=True)
    if not chosen:
        raise ToolTrouble(f"The document has {len(parts)} parts with text; there is none at {first_page}.")
    text = "\n\n".join(f"[{part.label}]\n{part.text}" if part.label else part.text for part in chosen)
    return Outcome(text, summary=_summary(parts, chosen), untrusted=True)


def document(workspace: Workspace, path: str) -> tuple[Kind, bytes]:
    """The format and the bytes of a document.

    Raises ToolTrouble for what is none, OSError for what does not exist.
    """
    kind = kind_of(path)
    instead = instead_of(path)
    if not kind and instead:
        raise ToolTrouble(f"Files of this kind cannot be read. Ask the user to save it as {instead}.")
    with workspace.read(path) as file:
        content = file.read(MOST_BYTES + 1)
    return kind or "text", content


def _summary(parts: list[Part], chosen: list[Part]) -> str:
    """The number of its parts; of a document with one, the number of words."""
    if len(parts) > 1:
        return f"{len(chosen)} / {len(parts)}"
    return str(len(parts[0].text.split()))
