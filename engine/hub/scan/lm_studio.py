"""The models folder of LM Studio: `PUBLISHER/MODEL/FILE.gguf`, as on the hub (lmstudio.ai/docs, "Import models")."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.hub.scan.folder import models_in
from engine.hub.scan.found import FoundFile, FoundModel


def models_in_lm_studio(folder: Path) -> list[FoundModel]:
    """The models in one such folder, with the repository that their folders name. Never raises."""
    return [_placed(model, folder) for model in models_in(folder)]


def _placed(model: FoundModel, folder: Path) -> FoundModel:
    first = model.files[0].path
    parts = first.relative_to(folder).parts if first.is_relative_to(folder) else ()
    if len(parts) < 3:
        return msgspec.structs.replace(model, source="lm_studio")
    files: list[FoundFile] = []
    for file in model.files:
        inside = file.path.relative_to(folder / parts[0] / parts[1]).as_posix()
        files.append(msgspec.structs.replace(file, origin_path=inside))
    return FoundModel(model.name, tuple(files), "lm_studio", f"{parts[0]}/{parts[1]}")
