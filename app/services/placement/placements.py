"""Placements: planned and actual ones, and their speeds, for the Placement page and the command line.

Methods block on files, child processes or workers: call them off the GUI thread. Changes are published from
service threads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.connections.workers import Workers
from app.services.events import EventBus
from app.services.library.library import Library
from app.services.library.model_names import shown_name
from app.services.library.resolving import resolve_model
from app.services.models.events import AnswerFinished, ExpertsObserved, ModelChanged
from app.services.models.models import STARTER, Models
from app.services.placement.draft_models import DraftModels
from app.services.placement.events import ExpertsChanged, PlacementChanged
from app.services.placement.indexes import Indexes
from app.services.placement.machine import SurveyedMachine
from app.services.placement.placing import Placing
from app.services.placement.trials import TOGETHER, MeasuredSpeed, Trials, Tuned
from app.services.settings.placement_options import (
    PlacementOptionsFile,
    complete,
    kept_part,
    without_worker_budgets,
)
from app.services.settings.settings import SettingsFile
from engine.errors import UserError
from engine.gguf.projector import seeing_projector
from engine.gguf.tensor_index import TensorIndex
from engine.placement.budgets import with_programs_closed, without_absent
from engine.placement.fewer_experts import without_unfit_experts
from engine.placement.plan import Machine, PlacementOptions, Plan, PlannedModel
from engine.placement.planned_file import described
from engine.placement.routing import Routing, with_fired
from engine.placement.vision import with_vision

if TYPE_CHECKING:
    from engine.local.measure.fewer_experts import ExpertsResult
    from engine.placement.estimate import Overhead


class ModelEntry(msgspec.Struct, frozen=True):
    """A model that can be chosen."""

    name: str
    path: str


class Placements:
    """Plans, the machine they are made for with its `workers`, and what was measured: `trials` measures models."""

    def __init__(
        self,
        home: Path,
        settings: SettingsFile,
        options: PlacementOptionsFile,
        events: EventBus,
        placing: Placing | None = None,
        library: Library | None = None,
    ) -> None:
        self._settings = settings
        self._library = library
        self.events = events
        events.subscribe(ModelChanged, self._model_changed)
        events.subscribe(AnswerFinished, self._answer_finished)
        events.subscribe(ExpertsObserved, self._experts_observed)
        self._options = options
        self._placing = placing or Placing(calibrations(home))
        self._models: Models | None = None
        self._overheads: dict[str, tuple[TensorIndex, Overhead]] = {}
        self._speeds: dict[str, MeasuredSpeed] = {}
        self._fired: dict[int, ExpertsChanged] = {}
        self._indexes = Indexes(self._placing)
        self._drafting = DraftModels(self._indexes)
        self.workers = Workers(settings, self._placing.probe, events, self._workers_in_use)
        self._machine = SurveyedMachine(self._placing, self.workers.reachable, events, self._model)
        self.trials = Trials(home, self._placing, self._machine, events, self._unloaded)

    def attach(self, models: Models) -> None:
        """The models whose placements these are."""
        self._models = models

    def close(self) -> None:
        """Stop background work."""
        self.trials.cancel()
        self._machine.close()

    # --- the machine and its workers ---

    def machine(self) -> Machine:
        """This machine with its workers that are there; surveyed once, and again when the workers change.

        Its bandwidths are measured in the background and told as `MachineChanged`; until then they are 0.
        Raises UserError `engine.*` when the engine does not start, `worker.*` for a worker that went away.
        """
        return self._machine.machine()

    def machine_now(self) -> Machine:
        """`machine`, with RAM as free as it is at this moment. Raises as `machine` does."""
        return self._machine.now()

    def refresh(self) -> Machine:
        """Check the workers and survey again. Raises as `machine` does."""
        self.workers.check()
        return self._machine.look_again()

    # --- models and plans ---

    def models(self) -> tuple[ModelEntry, ...]:
        """The one in use first, then the starter, those used before and those of the library, each once."""
        current = self._model()
        paths = [current.path] if current.path else []
        for name in (STARTER, self._settings.current.model, *self._settings.current.recent_models):
            try:
                paths.append(str(resolve_model(name, self._library)))
            except UserError:
                continue  # a starter that is not installed cannot be chosen
        kept = self._library.models() if self._library else ()
        paths += [model.path for model in kept if model.state != "missing"]
        return tuple(
            ModelEntry(self._called(path, current), path)
            for path in dict.fromkeys(paths)
            if Path(path).is_file()
        )

    def _called(self, path: str, current: ModelChanged) -> str:
        if path == current.path and current.facts:
            return current.name
        return (self._library.called(path) if self._library else "") or shown_name(path)

    def draft_models(self, path: str) -> tuple[ModelEntry, ...]:
        """Draft models for this one: smaller ones with the same tokens. Raises UserError `model.*`."""
        entries = {entry.path: entry for entry in self.models()}
        return tuple(entries[other] for other in self._drafting.of(path, entries))

    def planned(self, path: str, options: PlacementOptions) -> PlannedModel:
        """The plan for these wishes, fast: the file is read once, the machine is known, and what llama.cpp
        itself needs is taken from the last exact plan. Budgets of devices that have gone are left out.

        Raises UserError `model.*` for the file, `placement.*` and `engine.context_too_long` for wishes that
        cannot be, and as `machine` does.
        """
        index = self._indexes.get(path)
        machine = self._placing.on_disk(self.machine(), Path(path))
        known, overhead = self._overheads.get(path, (None, None))
        wished = without_unfit_experts(without_absent(self._with_workers(options), machine), index)
        plan = self._placing.plan(index, machine, wished, overhead if known is index else None)
        plan = with_vision(plan, machine, wished, self.vision_bytes(path, wished.mmproj))
        return described(path, index, machine, plan, wished.experts_used)

    def vision_bytes(self, path: str, mmproj: str = "") -> int:
        """Bytes that the projector of a model takes: the one at `mmproj`, else that of the library, else the one
        beside it. 0 for none. Raises UserError `model.*`."""
        if not mmproj and self._library is not None and (model := self._library.at(path)) is not None:
            if model.projector is None:
                return 0
            mmproj = model.projector.path
        found = seeing_projector(self._indexes.file(path), mmproj)[0]
        return found.needs if found is not None else 0

    def tensors(self, path: str) -> TensorIndex:
        """The tensor table of a file, cached. Raises UserError `model.*`."""
        return self._indexes.get(path)

    def has_template(self, path: str) -> bool:
        """Whether the file says how a chat is written for its model. Raises UserError `model.*`."""
        return bool(self._indexes.file(path).chat_template.strip())

    def estimated(
        self, index: TensorIndex, options: PlacementOptions, patience: float = 0.0, vision: int = 0
    ) -> tuple[Plan, Machine]:
        """The plan for a table of tensors, wherever that came from, and the machine that it was made for: this
        one with other programs closed, so that the plan stays the same while they come and go. The context is
        that of the settings unless the wishes have one, as far as the model was trained for it. `vision`: bytes
        that its projector takes.

        Nothing that was learned of loading counts, so the same table has the same plan wherever it came from.
        Bandwidths that are being measured are waited for so many seconds. Raises as `planned` does.
        """
        machine = self.machine()
        if patience and not machine.ram.bandwidth:
            machine = self._machine.settled(patience)
        return self._estimated(index, options, with_programs_closed(machine), vision)

    def estimated_now(
        self, index: TensorIndex, options: PlacementOptions, vision: int = 0
    ) -> tuple[Plan, Machine]:
        """As `estimated`, with the memory that other programs leave at this moment, as a load finds it."""
        return self._estimated(index, options, self._machine.now(), vision)

    def _estimated(
        self, index: TensorIndex, options: PlacementOptions, machine: Machine, vision: int
    ) -> tuple[Plan, Machine]:
        if self._library is not None:
            machine = self._placing.on_disk(machine, self._library.folder)
        wished = self.complete(self._with_workers(options))
        if 0 < index.trained_context < wished.context:
            wished = msgspec.structs.replace(wished, context=index.trained_context)
        wished = without_unfit_experts(without_absent(wished, machine), index)
        wished = msgspec.structs.replace(wished, sees=vision > 0)
        plan = self._placing.plan(index, machine, wished, None)
        return with_vision(plan, machine, wished, vision), machine

    def exact(self, path: str, options: PlacementOptions) -> PlannedModel:
        """The plan from a dry run, exact to the byte; told as `PlacementChanged` too.

        Raises UserError `model.*`, `placement.*`, `engine.*` and `worker.*`.
        """
        options = self._with_workers(options)
        try:
            planned = self._placing.exact(path, options)
            index = self._indexes.get(path)
            self._overheads[path] = (index, self._placing.learned(index, planned, options))
        except UserError as error:
            self.events.publish(PlacementChanged(path, None, error.info))
            raise
        self.events.publish(PlacementChanged(path, planned))
        return planned

    def fallback(self, path: str, options: PlacementOptions) -> PlacementOptions | None:
        """The fallback after a load with these options failed for memory; None when none is left.

        Raises as `planned` does.
        """
        return self._placing.fallback(self.planned(path, options).plan, options)

    def speed(self, path: str) -> MeasuredSpeed | None:
        """The measured speed of this model's last answer, since it was last loaded."""
        return self._speeds.get(path)

    # --- options ---

    def options_for(self, path: str) -> PlacementOptions:
        """Options kept for a model, without workers: every plan gets those of the settings.

        Without workers, their budgets do not apply.
        """
        kept = self._options.get(path).options()
        return kept if self._settings.current.workers else without_worker_budgets(kept)

    def threads_for(self, path: str) -> int:
        """The threads of a model: its tuned number, else that of the settings; 0 is automatic."""
        return self._options.get(path).threads or self._settings.current.threads

    def keep_options(self, path: str, options: PlacementOptions) -> None:
        """Keep options for the next load of this model. Raises UserError `settings.not_saved`."""
        self._options.keep(path, kept_part(options, self._options.get(path).threads))

    def complete(self, options: PlacementOptions) -> PlacementOptions:
        """Complete options with the context and workers of the settings, as for a load."""
        return complete(options, self._settings.current)

    # --- tuning ---

    def tune(self, path: str, options: PlacementOptions | None = None) -> Tuned:
        """Find the fastest placement in at most a minute, told as `TuneProgress`; `keep_tuned` uses it. The model
        that is loaded makes room and is loaded again afterwards.

        `options` None: those kept for the model. Raises UserError as loading does, `engine.load_cancelled`,
        `tuning.too_slow`, and as `Models.unloaded` does.
        """
        wished = self.options_for(path) if options is None else options
        return self.trials.tune(path, self.complete(wished), self.threads_for(path))

    def compare_experts(self, path: str, options: PlacementOptions) -> tuple[ExpertsResult, ...]:
        """How fast and how like itself the model is with fewer experts for each token, placed as these options say.
        The model that is loaded makes room meanwhile. Raises UserError as `Trials.experts` does."""
        return self.trials.experts(path, self.complete(options), self.threads_for(path))

    def keep_tuned(self, path: str, tuned: Tuned) -> None:
        """Use the tuned placement from now on. Raises UserError `settings.not_saved`."""
        self._options.keep(path, kept_part(tuned.options, tuned.threads))

    # --- experts ---

    def watch_experts(self, on: bool) -> None:
        """Count which experts fire from the next answer on, or stop; published as `ExpertsChanged`."""
        if self._models is not None:
            self._models.watch_experts(on)

    def experts(self, conversation: int) -> ExpertsChanged | None:
        """Counts in a conversation since Coterie was opened. Never blocks."""
        return self._fired.get(conversation)

    def _experts_observed(self, event: ExpertsObserved) -> None:
        """From the engine's reader thread. A new model's counts start over."""
        conversation, fired, path = event.conversation, event.fired, self._model().path
        before = self._fired.get(conversation)
        if before is None or before.path != path:
            before = ExpertsChanged(conversation, 0, (), 0.0, path)
        routing = with_fired(Routing(before.tokens, before.counts), fired)
        changed = ExpertsChanged(conversation, routing.tokens, routing.counts, fired.overhead, path)
        self._fired[conversation] = changed
        self.events.publish(changed)

    # --- inside ---

    def _answer_finished(self, event: AnswerFinished) -> None:
        """Attribute the speed of an answer to the placement it was generated with."""
        timings, path = event.message.timings, self._model().path
        # A batched answer does not say how fast a single one is.
        if timings and path and timings.decode_tps and timings.batch < TOGETHER:
            self._speeds[path] = MeasuredSpeed(timings.decode_tps, timings.prefill_tps)

    def _model_changed(self, state: ModelChanged) -> None:
        if state.state == "loading":
            self._speeds.pop(state.path, None)
        elif state.state == "ready":
            self.workers.met(state.workers)
        elif state.error and state.without_workers:
            self.workers.lost(str(state.error.params.get("address", "")), state.error)

    def _model(self) -> ModelChanged:
        """The state of the model that answers."""
        return self._models.state if self._models else ModelChanged("empty", "", "")

    def _unloaded(self, workers: tuple[str, ...]) -> contextlib.AbstractContextManager[None]:
        return self._models.unloaded(workers) if self._models else contextlib.nullcontext()

    def _workers_in_use(self) -> tuple[str, ...]:
        state = self._model()
        return state.workers if state.state in ("loading", "ready") else ()

    def _with_workers(self, options: PlacementOptions) -> PlacementOptions:
        """With the reachable workers of the settings, unless the options name their own."""
        if options.workers:
            return options
        workers = self.workers.reachable()
        if workers != self._settings.current.workers:
            options = without_worker_budgets(options)
        return msgspec.structs.replace(options, workers=workers)


def calibrations(home: Path) -> Path:
    """The folder with measurements of machines."""
    return home / "calibration"


@contextlib.contextmanager
def open_placements(home: Path) -> Iterator[Placements]:
    """Open the placements for a command that needs no conversations."""
    settings = SettingsFile(home / "settings.toml")
    placements = Placements(home, settings, PlacementOptionsFile(home / "wishes.toml"), settings.events)
    try:
        yield placements
    finally:
        placements.close()
