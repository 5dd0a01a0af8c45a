"""The Models page."""

from __future__ import annotations

from app.desktop.models.models_page import ModelsPage
from app.desktop.models.proof_sheet import ProofSheet
from tests.support.window.lists import rows


def results(page: ModelsPage) -> list[str]:
    """What is said of each model that a search found."""
    return rows(page.discover.results)


def in_use(page: ModelsPage) -> list[str]:
    """The models of the library that are marked as in use, whether or not the page is in front."""
    return [id for id, card in page.library.cards.items() if not card.loaded.isHidden()]


def choices(sheet: ProofSheet) -> dict[str, str]:
    """What is said of each choice of reasoning."""
    return {
        name.text(): words.text() for name, words in sheet.lines if name.isVisible() and words.isVisible()
    }


def prompts(sheet: ProofSheet) -> list[str]:
    """The choices that stand over each text."""
    return [box.text.accessibleName() for box in sheet.boxes if box.isVisible()]
