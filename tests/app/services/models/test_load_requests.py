"""What a model is loaded with."""

from __future__ import annotations

from pathlib import Path

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
