"""`coterie predict --published`: predicted speeds beside those of a table that others measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.cli.output import Output, error_object
from app.format import format_speed
from app.messages import localized_error
from engine.errors import ErrorInfo, UserError
from engine.placement.published.compare import Compared, RowPrediction, compared
from engine.placement.published.rows import PublishedRow, read_rows

# A table of speeds has some hundred bytes a row.
_MOST_BYTES = 16 * 2**20


def predict_published(path: str, output: Output) -> int:
    """Print for each row the prediction, or why there is none; 0 also when rows are left out.

    Raises UserError `predict.unreadable` (path, detail), `predict.not_text` (path), `predict.too_large` (path), and
    as `read_rows` does.
    """
    found = [(row, compared(row)) for row in read_rows(_text(path))]
    for row, each in found:
        if output.json:
            output.object(_object(row, each, output))
    if not output.json:
        output.table([_titles(output), *(_cells(row, each, output) for row, each in found)])
        output.text("\n" + _summary([each for _, each in found if isinstance(each, RowPrediction)], output))
    return 0


def _text(path: str) -> str:
    try:
        file = Path(path)
        if file.stat().st_size > _MOST_BYTES:
            raise UserError("predict.too_large", path=path)
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("predict.not_text", path=path) from error
    except (OSError, ValueError) as error:
        detail = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UserError("predict.unreadable", path=path, detail=detail) from error


def _object(row: PublishedRow, found: RowPrediction | ErrorInfo, output: Output) -> dict[str, Any]:
    if isinstance(found, ErrorInfo):
        told = error_object(found, output.language)
        return {
            "id": row.id,
            "decode": None,
            "prefill": None,
            "reason": told["message"],
            "code": told["code"],
        }
    value: dict[str, Any] = msgspec.to_builtins(found)
    return value


def _titles(output: Output) -> tuple[str, ...]:
    return tuple(output.localized(f"cli.predict.{name}") for name in ("id", "model", "decode", "prefill"))


def _cells(row: PublishedRow, found: RowPrediction | ErrorInfo, output: Output) -> tuple[str, ...]:
    if isinstance(found, ErrorInfo):
        return row.id, row.model, localized_error(found, output.language), ""
    return row.id, row.model, _told(found.decode, output), _told(found.prefill, output)


def _told(found: Compared | None, output: Output) -> str:
    if found is None:
        return ""
    return output.localized(
        "cli.predict.inside" if found.inside else "cli.predict.outside",
        predicted=format_speed(found.predicted),
        low=format_speed(found.range[0]),
        high=format_speed(found.range[1]),
        measured=format_speed(found.measured),
    )


def _summary(found: list[RowPrediction], output: Output) -> str:
    decode = [each.decode for each in found if each.decode]
    prefill = [each.prefill for each in found if each.prefill]
    return output.localized(
        "cli.predict.summary",
        decode_inside=sum(each.inside for each in decode),
        decode=len(decode),
        prefill_inside=sum(each.inside for each in prefill),
        prefill=len(prefill),
    )
