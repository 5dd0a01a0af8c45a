"""What the menu of models knows and what a person wants of them: between its pill and its picker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget

if TYPE_CHECKING:
    from app.desktop.model_picker.model_choices import ModelChoice
    from app.desktop.model_picker.tool_checking import ToolCheckUnderWay
    from app.services.models.events import ModelChanged
    from app.services.models.loaded_model import LoadedModel


class ModelSpeed(msgspec.Struct, frozen=True):
    """What is known of a model on this machine: tokens per second, 0 where not known. `fits` None: not known.
    `has_template` is False for a file that does not say how a chat is written for its model."""

    measured: float = 0.0
    predicted: float = 0.0
    fits: bool | None = None
    has_template: bool = True


class Known(msgspec.Struct, frozen=True):
    """What is known of the models. `choices`: None until the library is read; `speeds` by path, as far as they are
    known; `loaded_model`: what of the model in use is in memory; `checking`: the check of tools that is under way."""

    choices: Sequence[ModelChoice] | None = None
    speeds: Mapping[str, ModelSpeed] = {}
    state: ModelChanged | None = None
    loaded_model: LoadedModel | None = None
    checking: ToolCheckUnderWay | None = None


class ModelWishes(ThemedWidget):
    """`use_wanted` carries a path or "starter", `models_wanted` what to look for on the hub, "" for nothing yet,
    `check_wanted` the path and name of a model whose tools are to be checked."""

    use_wanted = Signal(str)
    open_file_wanted = Signal()
    elsewhere_wanted = Signal()
    models_wanted = Signal(str)
    library_wanted = Signal()
    reload_wanted = Signal()
    unload_wanted = Signal()
    check_wanted = Signal(str, str)
    check_stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.known = Known()
