"""Where phrases occur in one conversation, in the text that its reader sees."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, column, func, select

from app.store.plain_text import pattern, plain
from app.store.tables import MESSAGE

ROWS_AT_ONCE = 200
# After so long the interpreter is left to others for a moment, in seconds: the window must not wait for it.
BUSY_S, LEFT_S = 0.001, 0.0005


def count_in(connection: Connection, path: Sequence[int], phrases: Sequence[str]) -> list[tuple[int, int]]:
    """Each message of `path` that contains one of the phrases, in order, with how often."""
    wanted, words = pattern(phrases), [re.findall(r"\w+", phrase.casefold()) for phrase in phrases]
    ids = func.json_each(bindparam("ids")).table_valued(column("key"), column("value"))
    row = MESSAGE.c
    statement = (
        select(row.id, row.role, row.content, row.reasoning)
        .select_from(ids)
        .join(MESSAGE, row.id == ids.c.value)
        .order_by(ids.c.key)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    found, since = [], time.perf_counter()
    for id, role, content, reasoning in connection.execute(statement, {"ids": str(list(path))}):
        # Markup is taken away only where the words stand at all, whatever is between them.
        folded = f"{content}\n{reasoning}".casefold()
        if any(all(word in folded for word in each) for each in words):
            text = plain(content) if role == "assistant" else content
            count = sum(1 for _ in wanted.finditer(text)) + sum(1 for _ in wanted.finditer(reasoning))
            if count:
                found.append((id, count))
        if time.perf_counter() - since > BUSY_S:
            time.sleep(LEFT_S)
            since = time.perf_counter()
    return found
