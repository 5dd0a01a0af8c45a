"""The card of wishes: context, memory of each device, how the context is kept, what goes first, and which model
guesses ahead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.placement.mode_choice import cache_place, mode_choices
from app.desktop.placement.option_slider import OptionSlider
from app.desktop.placement.plain_words import explained
from app.desktop.placement.steps import budget_steps, context_steps
from app.desktop.text.measures import device_label
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, discard
from app.desktop.widgets.segmented import SegmentedControl
from app.format import format_count, format_size
from engine.placement.fewer_experts import numbers_to_try
from engine.placement.plan import CacheType, Device, Placement, PlacementOptions, PlannedModel

if TYPE_CHECKING:
    from app.services.placement.placements import ModelEntry

AUTOMATIC = "automatic"


class LabelledChoice(FoldingRow):
    """A name and its choices."""

    def __init__(self, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._control = QLabel(self), control
        self.add(self._name, 1)
        self.add(control)
        control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str, explanation: str) -> None:
        self._name.setText(name)
        if isinstance(self._control, SegmentedControl):
            self._control.setAccessibleName(name)
        self._control.setAccessibleDescription(explanation)
        self.setToolTip(wrapped_tip(explanation))


class OptionsCard(Card):
    """`changed` carries the new `PlacementOptions` at each move of a handle. `comparison_wanted`: of numbers of
    experts."""

    changed = Signal(object)
    comparison_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: PlannedModel | None = None
        self._options = PlacementOptions()
        self._longest = 0
        self._splits = (0, 0)
        self.context = OptionSlider(self._context_text, self)
        self.budgets: dict[str, OptionSlider] = {}
        self._budget_column = Column(spacing=8)
        self.prefer = SegmentedControl(self)
        self.cache = SegmentedControl(self)
        self._prefer_row = LabelledChoice(self.prefer, self)
        self._cache_row = LabelledChoice(self.cache, self)
        # Shown where there is something to choose.
        self.mode = ChoiceButton(self)
        self._mode_row = LabelledChoice(self.mode, self)
        self.experts = ChoiceButton(self)
        self._experts_row = LabelledChoice(self.experts, self)
        self.compare = push_button(self, "link")
        self.draft_model = ChoiceButton(self)
        self._draft_models: Sequence[ModelEntry] = ()
        self._draft_row = LabelledChoice(self.draft_model, self)
        self._draft_row.hide()
        self.facts = text_label(self, "small", wraps=True)
        self.reset = push_button(self, "link")
        # Its room stays: the sliders must not move under the hand when it comes.
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.add_to_head(self.reset)
        self.inside.addWidget(self.context)
        self.inside.addLayout(self._budget_column)
        self.inside.addWidget(self._cache_row)
        self.inside.addWidget(self._prefer_row)
        self.inside.addWidget(self._mode_row)
        self.inside.addWidget(self._experts_row)
        self.inside.addWidget(self.compare, 0, Qt.AlignmentFlag.AlignRight)
        self.inside.addWidget(self._draft_row)
        self.inside.addWidget(self.facts)
        self.inside.addStretch(1)
        self.context.changed.connect(lambda value: self._change(context=value or 0))
        self.prefer.chosen.connect(lambda value: self._change(prefer=value))
        self.cache.chosen.connect(
            lambda value: self._change(cache_type=None if value == AUTOMATIC else cast(CacheType, value))
        )
        self.mode.chosen.connect(lambda value: self._change(mode=value))
        self.experts.chosen.connect(lambda value: self._change(experts_used=value))
        self.compare.clicked.connect(self.comparison_wanted)
        self.draft_model.chosen.connect(lambda value: self._change(draft_model=value))
        self.reset.clicked.connect(self._reset)
        self.refresh()

    def show_options(
        self, options: PlacementOptions, model: PlannedModel, longest: int, splits: tuple[int, int] = (0, 0)
    ) -> None:
        """What is wished of a model, and its plan under these wishes. `longest` is the context it was trained
        for, `splits` as `ModelFacts.graph_splits`."""
        self._options, self._model, self._longest, self._splits = options, model, longest, splits
        self._fit_budgets((*model.machine.devices, model.machine.ram))
        self._show()

    def show_draft_models(self, entries: Sequence[ModelEntry]) -> None:
        """The models that can guess ahead for this one."""
        self._draft_models = tuple(entries)
        self._show_draft_model()

    def options(self) -> PlacementOptions:
        return self._options

    def _fit_budgets(self, devices: tuple[Device, ...]) -> None:
        names = [device.name for device in devices]
        if list(self.budgets) == names:
            return
        for slider in self.budgets.values():
            discard(slider, self._budget_column)
        self.budgets = {}
        for name in names:
            slider = OptionSlider(format_size, self)
            slider.changed.connect(lambda value, name=name: self._change_budget(name, value))
            self._budget_column.addWidget(slider)
            self.budgets[name] = slider

    def _show(self) -> None:
        model, options = self._model, self._options
        if model is None:
            return
        placement = model.plan.placement
        self.context.set_name(self.tr("Context"))
        self.context.set_steps(context_steps(max(self._longest, placement.context, options.context)))
        self.context.show_value(options.context or None, placement.context)
        for device in (*model.machine.devices, model.machine.ram):
            slider = self.budgets[device.name]
            label = device_label(model.machine, device.name)
            slider.set_name(self.tr("{device}, at most").format(device=label))
            slider.set_steps(budget_steps(max(device.free, options.budgets.get(device.name, 0))))
            slider.show_value(
                options.budgets.get(device.name), model.plan.budgets.get(device.name, device.free)
            )
        self.cache.set_choices(
            [(AUTOMATIC, self.tr("Automatic")), ("f16", "f16"), ("q8_0", "q8_0"), ("q4_0", "q4_0")],
            options.cache_type or AUTOMATIC,
        )
        self.prefer.set_choices(
            [("speed", self.tr("Speed")), ("context", self.tr("Long context"))], options.prefer
        )
        self._show_mode(model)
        self._show_experts(model)
        self._show_draft_model()
        self.facts.setText(self._facts(model))
        self.facts.setToolTip(wrapped_tip(explained("batch")))
        self.reset.setVisible(options != PlacementOptions(workers=options.workers))

    def _show_mode(self, model: PlannedModel) -> None:
        choices = mode_choices(model, self._options.mode)
        self.mode.set_choices(self.tr("Experts"), choices, self._options.mode)
        self._mode_row.setVisible(len(choices) > 1)
        self._mode_row.fold()

    def _show_experts(self, model: PlannedModel) -> None:
        wished = self._options.experts_used
        numbers = sorted({*numbers_to_try(model.own_experts), *((wished,) if wished else ())}, reverse=True)
        own = self.tr("{count}, the model’s own").format(count=model.own_experts)
        choices = [
            (0, own),
            *((number, self.tr("{count}", "experts").format(count=number)) for number in numbers),
        ]
        self.experts.set_choices(self.tr("Experts per token"), choices, wished)
        for shown in (self._experts_row, self.compare):
            shown.setVisible(model.own_experts > 0)
        self._experts_row.fold()

    def _show_draft_model(self) -> None:
        wished = self._options.draft_model
        choices = [("", self.tr("None")), *((entry.path, entry.name) for entry in self._draft_models)]
        if wished and wished not in dict(choices):  # one that has gone can be taken back
            choices.append((wished, Path(wished).stem))
        self.draft_model.set_choices(self.tr("Draft model"), choices, wished)
        self._draft_row.setVisible(len(choices) > 1)
        self._draft_row.fold()

    def _facts(self, model: PlannedModel) -> str:
        placement = model.plan.placement
        prompts = {
            "cpu": self.tr("Prompts: read by the CPU"),
            "layers": self.tr("Prompts: each layer where it is"),
            "resident": self.tr("Prompts: each expert where it is"),
            "streamed_prompts": self.tr("Prompts: active experts streamed to the GPU"),
            "streamed": self.tr("Every token: active experts streamed to the GPU"),
            "cached": self.tr("Experts: the most recently used are kept on {place}").format(
                place=cache_place(model)
            ),
            "disk": self.tr("Experts: read from the disk, the most recently used are kept in RAM"),
        }[model.plan.mode]
        kinds = dict.fromkeys((placement.cache_type_k, placement.cache_type_v))
        batch = self.tr("Batch: {count} tokens · context kept as {kind}").format(
            count=format_count(placement.ubatch), kind=", ".join(kinds)
        )
        plain = self.tr("Attention: plain, faster here than flash") if placement.attention == "plain" else ""
        lines = (self._sharing(placement), prompts, batch, plain, self._pieces())
        return "\n".join(line for line in lines if line)

    def _sharing(self, placement: Placement) -> str:
        """How many share the context, which is told as what one conversation may have."""
        if placement.sequences == 1:
            return self.tr("Context: one answer is written at a time")
        return self.tr("Context: shared by up to {count} answers written at once").format(
            count=format_count(placement.sequences)
        )

    def _pieces(self) -> str:
        prompt, token = self._splits
        if not prompt:
            return ""
        if prompt == token == 1:
            return self.tr("Each step runs as one graph")
        template = self.tr("Graph splits per step: {prompt} for a prompt, {token} for a token")
        return template.format(prompt=format_count(prompt), token=format_count(token))

    def _context_text(self, tokens: int) -> str:
        return self.tr("{count} tokens").format(count=format_count(tokens))

    def _change(self, **fields: Any) -> None:
        self._options = msgspec.structs.replace(self._options, **fields)
        self.reset.setVisible(self._options != PlacementOptions(workers=self._options.workers))
        self.changed.emit(self._options)

    def _change_budget(self, name: str, value: int | None) -> None:
        budgets = {key: size for key, size in self._options.budgets.items() if key != name}
        if value is not None:
            budgets[name] = value
        self._change(budgets=budgets)

    def _reset(self) -> None:
        self.context.slider.setFocus(Qt.FocusReason.OtherFocusReason)
        self._options = PlacementOptions(workers=self._options.workers)
        self._show()
        self.changed.emit(self._options)

    def retranslate(self) -> None:
        self.set_title(self.tr("Options"))
        set_texts(self.reset, self.tr("All automatic"), self.tr("Let Coterie decide"))
        self._cache_row.set_name(
            self.tr("Context kept as"),
            explained("cache"),
        )
        self._prefer_row.set_name(
            self.tr("Priority"), self.tr("What comes first when there isn’t enough memory for both.")
        )
        self._mode_row.set_name(
            self.tr("Experts"),
            self.tr("How experts are used when they don’t all fit on a device.") + " " + explained("experts"),
        )
        self._experts_row.set_name(
            self.tr("Experts per token"),
            self.tr("With fewer, the model is faster and a little less exact.") + " " + explained("experts"),
        )
        set_texts(self.compare, self.tr("Compare speed and text"))
        self._draft_row.set_name(
            self.tr("Draft model"),
            explained("draft"),
        )
        self._show()

    def restyle(self) -> None:
        self._show()
