"""`coterie collections list`, `status` and `search`."""

from __future__ import annotations

import os
from typing import Any

from app.cli.collections.opened import with_collections
from app.cli.output import Output
from app.cli.printable import printable
from app.services.collections.collections import Status
from app.services.collections.passage_search import Hit
from app.services.collections.reading import shown
from app.store.documents.records import Source

_MOST_SHOWN = 20
_EXCERPT = 300


def list_collections(output: Output) -> int:
    """Print all collections with their sources."""
    found = with_collections(lambda collections: collections.all(), output)
    listed = [
        {
            "name": each.collection.name,
            "sources": [{"path": os.fsdecode(source.path), "gone": source.gone} for source in each.sources],
            "documents": each.counts.documents,
            "words_ready": each.counts.words,
            "meaning_ready": each.counts.meaning,
        }
        for each in found
    ]
    output.object({"collections": listed})
    if not found:
        output.note(output.localized("cli.collections.empty"))
    for each in found:
        count = output.localized("cli.collections.files", count=each.counts.documents)
        output.text(f"{printable(each.collection.name)}  {count}")
        output.table([("", _source(source, output)) for source in each.sources])
    return 0


def status(name: str, output: Output) -> int:
    """Print the state of a collection's files."""
    print_status(with_collections(lambda collections: collections.status(name), output), output)
    return 0


def search(name: str, query: str, limit: int, output: Output) -> int:
    """Print the passages that fit a query."""
    hits = with_collections(lambda collections: collections.search(name, query, limit), output)
    output.object({"hits": [_hit_object(hit) for hit in hits]})
    if not hits:
        output.note(output.localized("cli.collections.nothing"))
    for hit in hits:
        page = output.localized("cli.collections.page", page=hit.page) if hit.page else ""
        where = ", ".join(part for part in (shown(hit.file), page, hit.heading) if part)
        text = " ".join(hit.text.split())
        output.text(f"{hit.rank}. {printable(where)}")
        output.text(f"   {printable(text[:_EXCERPT])}{'…' if len(text) > _EXCERPT else ''}")
    return 0


def print_status(found: Status, output: Output) -> None:
    """As text or as a JSON object."""
    counts = found.counts
    failed = [(os.fsdecode(each.path), _reason(each.code, output)) for each in found.failed]
    output.object(
        {
            "documents": counts.documents,
            "words_ready": counts.words,
            "meaning_ready": counts.meaning,
            "failed": [{"file": file, "reason": reason} for file, reason in failed],
            "waiting": counts.waiting,
        }
    )
    lines = [
        output.localized("cli.collections.words", count=counts.words, total=counts.documents),
        output.localized("cli.collections.meaning", count=counts.meaning, total=counts.documents)
        if found.finds_meaning
        else output.localized("cli.collections.words_only"),
    ]
    if counts.waiting:
        lines.append(output.localized("cli.collections.waiting", count=counts.waiting))
    if counts.partly:
        lines.append(output.localized("cli.collections.partly", count=counts.partly))
    if counts.gone:
        lines.append(output.localized("cli.collections.gone", count=counts.gone))
    lines += [_source(source, output) for source in found.sources if source.gone]
    for code, count in sorted(found.skipped.items()):
        lines.append(output.localized("cli.collections.skipped", count=count, reason=_reason(code, output)))
    if failed:
        lines.append(output.localized("cli.collections.failed", count=len(failed)))
    output.text("\n".join(lines))
    output.table([(shown(file), reason) for file, reason in failed[:_MOST_SHOWN]])
    if len(failed) > _MOST_SHOWN:
        output.text(output.localized("cli.collections.more_failed", count=len(failed) - _MOST_SHOWN))


def _hit_object(hit: Hit) -> dict[str, Any]:
    keys = ("file", "page", "heading", "text", "rank", "by")
    return {key: getattr(hit, key) for key in keys}


def _reason(code: str, output: Output) -> str:
    return output.localized(f"cli.collections.reason.{code}")


def _source(source: Source, output: Output) -> str:
    path = shown(os.fsdecode(source.path))
    return output.localized("cli.collections.source_gone", path=path) if source.gone else path
