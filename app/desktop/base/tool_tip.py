"""Tool tips of words that models, servers and files bring."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """`text` for `setToolTip`, to be shown as it is: Qt would take what looks like markup for markup."""
    return f"<span>{html.escape(text)}</span>" if Qt.mightBeRichText(text) else text


def wrapped_tip(text: str) -> str:
    """`text` for `setToolTip`, as it is and in lines: Qt breaks only what is marked up."""
    return f"<p>{html.escape(text)}</p>"
