"""Colours of badges, diffs and marks."""

from __future__ import annotations

import pytest

from app.desktop.base.theme import themes
from app.desktop.widgets.badges import badge_grounds
from tests.app.desktop.base.test_theme import contrast


@pytest.mark.parametrize("look", ["light", "dark"])
def test_words_on_badges_and_in_diffs_can_be_read(looks: None, look: str) -> None:
    themes.choose(look)
    theme = themes.current
    for tone in ("quiet", "accent", "warning", "bad"):
        assert contrast(*badge_grounds(tone)) >= 4.5
    for colour in (theme.good, theme.bad, theme.muted, theme.text, theme.accent):
        assert contrast(colour, theme.code) >= 4.5
    # What would not be seen is marked.
    assert contrast(theme.on_accent, theme.warning) >= 4.5
