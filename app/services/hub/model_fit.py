"""Model fit: verdicts of models for this machine, wherever their headers come from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.hub.judging import judge
from app.services.placement.placements import Placements
from app.services.settings.patience import KeepGoing, as_they_come
from engine.errors import UserError
from engine.hub.values import JudgedVariant, Repository, Variant, Verdict
from engine.placement.budgets import with_programs_closed
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.gguf.tensor_index import TensorIndex
    from engine.hub.client import Hub
    from engine.hub.remote_index import RemoteModel

# Version of cached headers; raised when their meaning changes.
_FORM = "header-3"
_MOST_HEADERS = 400
_AT_ONCE = 4
# Speeds come from bandwidths, which are measured once, in some seconds: estimates can be several times off.
_MEASURING_S = 8.0


class ModelFitter:
    """Judges models; `folder` caches headers, so that judging again needs no connection."""

    def __init__(self, folder: Path, placements: Placements) -> None:
        self._folder = folder
        self._placements = placements

    def repository(
        self,
        hub: Callable[[], Hub],
        repository: Repository,
        judged: Callable[[JudgedVariant], None],
        keep_going: KeepGoing,
    ) -> tuple[JudgedVariant, ...]:
        """As `HubService.judge`. `hub` may raise UserError: cached headers are judged all the same."""
        from engine.hub.best import best

        self._placements.machine()  # one that cannot be surveyed is told once, not by each variant
        variants = repository.variants
        found: dict[int, JudgedVariant] = {}
        jobs = [partial(self._judge, hub, repository, variant, keep_going) for variant in variants]
        for number, one in as_they_come(jobs, keep_going, threads=_AT_ONCE):
            found[number] = one
            judged(one)
        return best([found[number] for number in sorted(found)])

    def local(self, path: str) -> Verdict:
        """As `HubService.judge_local`."""
        options = self._placements.options_for(path)
        vision = self._placements.vision_bytes(path, options.mmproj)
        return self._verdict(self._placements.tensors(path), options, vision)

    def _by_size(self, size: int) -> Verdict:
        from engine.hub.verdict import settled, verdict_by_size

        now = self._placements.machine_now()
        return settled(verdict_by_size(size, with_programs_closed(now)), verdict_by_size(size, now))

    def _judge(
        self,
        hub: Callable[[], Hub],
        repository: Repository,
        variant: Variant,
        keep_going: KeepGoing,
    ) -> JudgedVariant:
        try:
            model = self._model(hub, repository, variant, keep_going)
            variant = msgspec.structs.replace(variant, projector=model.projector)
            return JudgedVariant(
                variant, self._verdict(model.tensors, PlacementOptions(), model.vision), model.facts
            )
        except UserError as error:
            # Errors of the network or the server are no fault of the file.
            by_size = self._by_size(variant.bytes) if error.code.startswith("hub.") else None
            return JudgedVariant(variant, by_size, error=error.info)

    def _model(
        self, hub: Callable[[], Hub], repository: Repository, variant: Variant, keep_going: KeepGoing
    ) -> RemoteModel:
        from engine.hub.cache import Kept
        from engine.hub.remote_index import RemoteModel, read_remote_model

        kept = Kept(self._folder, RemoteModel, _FORM, _MOST_HEADERS)
        key = _key(repository, variant)
        known = kept.get(key)
        if known is not None:
            # Nothing was read for it this time.
            facts = msgspec.structs.replace(known.facts, bytes_read=0)
            return msgspec.structs.replace(known, facts=facts)
        model = read_remote_model(hub(), repository, variant, keep_going)
        kept.put(key, model)
        return model

    def with_projector(
        self, hub: Callable[[], Hub], repository: Repository, variant: Variant, keep_going: KeepGoing
    ) -> Variant:
        """The variant with the projector that belongs to it by its content. Raises UserError `hub.*`, `model.*`."""
        if variant.projector is None:
            return variant
        model = self._model(hub, repository, variant, keep_going)
        return msgspec.structs.replace(variant, projector=model.projector)

    def _verdict(self, tensors: TensorIndex, options: PlacementOptions, vision: int) -> Verdict:
        return judge(self._placements, tensors, options, _MEASURING_S, vision=vision)


def _key(repository: Repository, variant: Variant) -> str:
    """The cache key: the same bytes, or the same files at one commit, with sizes: a hub may give a wrong
    hash, but then a download will find out.
    """
    from engine.hub.quantizations import projectors

    of_both = (*variant.files, *projectors(repository.companions))
    files = [(file.path, file.bytes, file.sha256) for file in of_both]
    if all(file.sha256 for file in of_both):
        return str([(bytes_, sha256) for _, bytes_, sha256 in files])
    return str((repository.model.repo, repository.commit, files))
