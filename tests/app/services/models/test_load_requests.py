"""What a model is loaded with."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.models.load_requests import LoadRequests
from app.services.settings.settings import SettingsFile
from engine.placement.plan import PlacementOptions


def test_the_projector_of_the_library_goes_along_unless_another_is_chosen(tmp_path: Path) -> None:
    requests = LoadRequests(
        SettingsFile(tmp_path / "settings.toml"),
        lambda _: PlacementOptions(),
        lambda _: 0,
        "",
        "",
        {"/models/m.gguf": "/apart/mmproj.gguf", "/models/n.gguf": ""}.__getitem__,
    )

    def mmproj(path: str, options: PlacementOptions | None = None) -> str:
        return requests.make(path, None, options, watching=False, without_workers=False).options.mmproj

    assert mmproj("/models/m.gguf") == "/apart/mmproj.gguf"
    assert mmproj("/models/m.gguf", PlacementOptions(mmproj="/chosen.gguf")) == "/chosen.gguf"
    assert mmproj("/models/n.gguf") == ""


@pytest.mark.parametrize(("streams", "together"), [(0, True), (1, False), (4, False)])
def test_a_server_expects_several_answers_at_once_unless_their_number_is_chosen(
    tmp_path: Path, streams: int, together: bool
) -> None:
    settings, chosen = SettingsFile(tmp_path / "settings.toml"), PlacementOptions(streams=streams)
    requests = LoadRequests(settings, lambda _: chosen, lambda _: 0, "", "", lambda _: "")

    def options(together: bool) -> PlacementOptions:
        made = requests.make("/m.gguf", None, None, watching=False, without_workers=False, together=together)
        return made.options

    assert options(True).together is together and not options(False).together
