"""The tool that searches documents for passages."""

from __future__ import annotations

import time
from collections.abc import Iterator

from agents.api import Outcome, ToolContext
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import ToolFacts
from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kept_parts import KeptParts
from agents.tools.documents.kinds import kind_of
from agents.tools.documents.passages import Passage, best, passages, terms
from agents.tools.documents.reading import Part, document_child, read_in_child
from agents.tools.files.list_files import SKIPPED
from agents.tools.function_tool import ToolTrouble, reads_everything, tool
from agents.tools.read_document import document

MOST_QUOTES = 8
SECONDS = 60.0
_MOST_DOCUMENTS = 1000
_NAMED = 5


@tool(
    facts=ToolFacts(read_only=True, destructive=False, untrusted=True, own=True, timeout_s=90),
    effects=reads_everything,
)
def search_documents(context: ToolContext, query: str) -> Outcome:
    """Search the documents of the workspace (text, Markdown, PDF, office files) and quote the passages that fit.

    Args:
        query: Words of what you want to know.
    """
    if not terms(query):
        raise ToolTrouble("The query has no words in it.")
    with _Documents(context) as documents:
        found = best(query, documents.passages(), MOST_QUOTES)
        notes = documents.notes()
    quotes = [f"{_place(passage)}\n{passage.text}" for passage in found]
    text = "\n\n".join(quotes) or f"Nothing about that in {documents.read} documents."
    return Outcome("\n".join([text, *notes]), summary=str(len(found)), untrusted=True)


def _place(passage: Passage) -> str:
    where = f", {passage.label}" if passage.label else f", line {passage.line}"
    return f"[{passage.path}{where}]"


class _Documents:
    """Reads all documents of the workspace in one child, which is replaced when a document crashes it."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._kept = KeptParts(context.scratch / "documents")
        self._end = time.monotonic() + SECONDS
        self._child: Child | None = None
        self._unread: list[str] = []
        self._stopped = False
        self.read = 0

    def __enter__(self) -> _Documents:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_child()

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def passages(self) -> Iterator[Passage]:
        for entry in self._context.workspace.walk(skip=SKIPPED):
            if entry.kind != "file" or not kind_of(entry.path):
                continue
            if self.read >= _MOST_DOCUMENTS or time.monotonic() > self._end or self._context.cancelled():
                self._stopped = True
                return
            try:
                parts = self._parts(entry.path)
            except (ToolTrouble, PathRefused, OSError, ChildEnded):
                self._unread.append(entry.path)
                continue
            self.read += 1
            for part in parts:
                yield from passages(entry.path, part.label, part.text)

    def _parts(self, path: str) -> list[Part]:
        kind, content = document(self._context.workspace, path)
        if kind == "text":
            from agents.tools.files.text_file import read_text

            text = read_text(content)
            return [Part("", text.text)] if text is not None else []
        kept = self._kept.get(content)
        if kept is not None:
            return kept
        try:
            if self._child is None:
                left = max(1.0, self._end - time.monotonic())
                self._child = document_child(self._context.cancelled, left).__enter__()
            parts = read_in_child(kind, content, self._context.cancelled, self._child)
        except ChildEnded:
            self._end_child()
            raise
        self._kept.put(content, parts)
        return parts

    def notes(self) -> list[str]:
        notes: list[str] = []
        if self._unread:
            more = f" and {len(self._unread) - _NAMED} more" if len(self._unread) > _NAMED else ""
            notes.append(f"[could not be read: {', '.join(self._unread[:_NAMED])}{more}]")
        if self._stopped:
            notes.append(f"[only {self.read} documents were read: there are too many, or it took too long]")
        return notes
