"""Carries out calls of the tools over the services of this process."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

from app.mcp_server.asking import ask_model, list_models
from app.mcp_server.calls import Call, Caller, Done
from app.mcp_server.folders import check_folder
from app.mcp_server.running import run_task
from app.mcp_server.tools import ASK, RUN_TASK, TOOLS, AskArguments, RunArguments, read_arguments
from app.messages import localized_error
from app.server.answering import Answering
from app.server.refusal import Refusal, refusal_of
from app.services.library.names import STARTER
from app.services.runs.place.programs import consent_of
from app.services.runs.values import RunSpec
from app.services.services import Services
from engine.errors import UserError

log = logging.getLogger(__name__)
MOST_TASKS = 4


class ToolWork:
    """`in_window`: a person sees the window of this process, which asks what is to be asked. Calls may come from
    several threads, each of which waits for its end."""

    def __init__(
        self, services: Services, *, in_window: bool, may_load: Callable[[], bool] = lambda: True
    ) -> None:
        self._services, self._in_window = services, in_window
        self._answering = Answering(services, may_load)
        self._lock, self._tasks = threading.Lock(), 0

    def close(self) -> None:
        self._answering.close()

    def carry_out(self, call: Call, caller: Caller) -> Done:
        """Carry out the call; whatever goes wrong is a result with one sentence."""
        try:
            return self._carried_out(call, caller)
        except Refusal as refusal:
            return Done(refusal.message, failed=True)
        except UserError as error:
            # What comes over HTTP may come from elsewhere, and is told no path.
            return Done(refusal_of(error).message if call.over_http else localized_error(error), failed=True)
        except Exception as error:
            log.error("A call of another program failed", exc_info=error)
            return Done("An error in Coterie stopped the call.", failed=True)

    def _carried_out(self, call: Call, caller: Caller) -> Done:
        tool = TOOLS.get(call.tool)
        if tool is None:
            raise UserError("programs.no_tool", tool=call.tool[:100])
        arguments = read_arguments(tool, call.arguments)
        log.info("Another program calls %s", tool.name)
        if tool.name == ASK:
            assert isinstance(arguments, AskArguments)
            return ask_model(self._answering, arguments, caller)
        if tool.name != RUN_TASK:
            return list_models(self._answering)
        with self._place():
            spec = self._spec(call, arguments, caller)
            return run_task(self._services, spec, caller, in_window=self._in_window)

    def _spec(self, call: Call, arguments: RunArguments, caller: Caller) -> RunSpec:
        """Raises Refusal and UserError where the run may not begin; nobody has been asked then."""
        services = self._services
        if not services.settings.current.programs_start_runs:
            raise UserError("programs.off")
        known = {run.workspace for run in services.runs.all() if run.step} if call.over_http else None
        if known is not None and arguments.folder not in known:
            # Not even whether it exists is told.
            raise UserError("programs.unknown_folder")
        folder = services.runs.workspace(arguments.folder)
        check_folder(folder)
        model = self._answering.find(arguments.model)
        self._answering.check_may_use(model, caller.key)
        nobody = not (self._in_window or caller.can_ask)
        if nobody and consent_of(services.runs.grants.all(), call.program, folder, arguments.mode) is None:
            raise UserError("programs.nobody")
        named = model.id if model.record is not None or model.id == STARTER else model.path
        return RunSpec(arguments.task, folder, named, arguments.mode, program=call.program)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """Raises UserError `programs.too_many`: nobody is to be worn down with questions."""
        with self._lock:
            if self._tasks >= MOST_TASKS:
                raise UserError("programs.too_many", most=MOST_TASKS)
            self._tasks += 1
        try:
            yield
        finally:
            with self._lock:
                self._tasks -= 1
