"""The Placement page."""

from __future__ import annotations

from app.desktop.placement.placement_page import PlacementPage


def shows_what_answers(page: PlacementPage) -> bool:
    """Whether a plan is shown, and it is that of the model that is loaded."""
    return page.view.shows_model() and page.view.header.apply.text() == "Apply and reload"
