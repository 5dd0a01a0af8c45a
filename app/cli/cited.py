"""What an answer cites, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.cli.output import Output
from app.services.chat.citations.citations import Citation
from app.services.chat.citations.places import part


def citation_objects(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """The contract's JSON, each once."""
    told = [
        {
            "number": each.number,
            "file": _file(each),
            "page": each.part or None,
            "quote": each.quote,
            "found": each.found,
        }
        for each in citations
    ]
    return [each for place, each in enumerate(told) if each not in told[:place]]


def cited_lines(citations: Sequence[Citation], output: Output) -> list[str]:
    """The places that are cited, each once, and what is wrong with them."""
    return list(dict.fromkeys(_lines(citations, output)))


def _lines(citations: Sequence[Citation], output: Output) -> Iterator[str]:
    for each in citations:
        about = {"number": each.number, "file": _file(each)}
        if each.source is None:
            yield output.localized("cli.no_source", number=each.number)
        elif not each.found:
            yield output.localized("cli.not_in_source", file=about["file"], quote=each.quote)
        elif each.label and not each.source.url:
            yield output.localized("cli.cited_part", part=part(each.label, output.language), **about)
        else:
            yield output.localized("cli.cited", **about)


def _file(citation: Citation) -> str:
    source = citation.source
    return (source.url or source.path or source.name) if source else ""
