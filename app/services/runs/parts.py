"""Parts of a run on this machine: its model, tools, sandbox and folders."""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from agents.api import Journal, Surroundings, Tool, ToolContext
from agents.workspace.workspace import Workspace
from app.services.guidance.hooks import Hooks
from app.services.guidance.instructions import Instructions
from app.services.guidance.skills import Skills
from app.services.runs.place.program_caches import cache_variables, kept_caches
from app.services.runs.place.readable import allowable, usable
from app.services.runs.place.surroundings import surroundings, user_home
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.api import Sandbox
    from agents.guidance.skill_folder import Skill
    from agents.network.gate import HostGate
    from agents.snapshots.snapshots import Snapshots
    from app.services.connections.servers import Servers
    from app.services.runs.model_registry import ModelRegistry
    from app.store.records import RunRecord

# Gives further tools for a run in this folder; may block.
MoreTools = Callable[[Path], tuple[Tool, ...]]
# The tools of the run of this record, which writes the answer of this id, 0 for none; those that search, the one for
# the collection of this name too, "" for none, number what they find.
WithSearches = Callable[[Sequence[Tool], str, "RunRecord", int, Journal], tuple[Tool, ...]]


def found_sandbox() -> Sandbox | None:
    """The sandbox of this machine; found once."""
    from agents.sandbox.find import find_sandbox

    return find_sandbox()


def with_plan_tool(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    """The tools of a run that plans first, whatever was chosen."""
    from agents.tools.update_plan import update_plan

    return tools if any(tool.name == update_plan.name for tool in tools) else (*tools, update_plan)


class RunParts:
    """Everything under the data folder `home` that runs share.

    `language` is the user's, asked anew for each run; `with_searches` makes the tools that search, `web_search`
    gives the address of the provider of web search, "" where there is none; `attached` gives the folders with
    attached tables that the programs of a run may read, `readable` the paths that those of all runs may read,
    `subagent_model` the model that a person chose for tasks that runs give away. `gate` makes the way of a run's
    programs to the network.
    """

    def __init__(
        self,
        home: Path,
        model_registry: ModelRegistry,
        servers: Servers,
        language: Callable[[], Literal["en", "ko"]],
        with_searches: WithSearches,
        web_search: Callable[[], str],
        attached: Callable[[RunRecord], tuple[Path, ...]],
        readable: Callable[[], tuple[str, ...]] = lambda: (),
        subagent_model: Callable[[], str] = lambda: "",
        gate: Callable[[], HostGate | None] = lambda: None,
    ) -> None:
        self._home = home
        self.model_registry = model_registry
        self._servers = servers
        self.language = language
        self.with_searches, self._attached = with_searches, attached
        self._web_search = web_search
        self._readable, self.subagent_model = readable, subagent_model
        self.skills = Skills(home)
        self.instructions = Instructions(home, self.skills)
        self.hooks = Hooks(home)
        self.gate = gate

    def builtin(self) -> tuple[Tool, ...]:
        """Built-in tools, in the order in which a model sees them."""
        from agents.tools.builtin import builtin_tools
        from agents.tools.web_search.tool import Found, WebSearch

        provider = self._web_search()
        nothing = Found("", failed=True)
        searching = (WebSearch(provider, lambda *_: nothing),) if provider else ()
        return (*builtin_tools(found_sandbox()), *searching)

    def tools(
        self,
        workspace: Path,
        chosen: Sequence[str] | None,
        *,
        lenient: bool = False,
        more: MoreTools = lambda workspace: (),
        skills: Sequence[Skill] = (),
    ) -> tuple[Tool, ...]:
        """All tools and `more`, or of these the `chosen` ones; one that reads `skills` where there are any.

        Raises UserError `run.unknown_tool`, unless `lenient`: a resumed run does without missing ones.
        """
        from agents.guidance.read_skill import READ_SKILL, ReadSkill
        from agents.run.run import OWN_TOOLS

        ours = (*self.builtin(), *((ReadSkill(skills),) if skills else ()))
        own = OWN_TOOLS | {READ_SKILL}
        names = {tool.name for tool in ours} | own
        wanted_elsewhere = chosen is None or any(name not in names for name in chosen)
        at_hand = (*ours, *((*self._servers.tools(workspace), *more(workspace)) if wanted_elsewhere else ()))
        if chosen is None:
            return at_hand
        known = {tool.name: tool for tool in at_hand}
        for name in chosen:
            if name not in known and name not in own and not lenient:
                raise UserError("run.unknown_tool", name=name[:100], known=", ".join(known))
        # What a shell leaves in the background is looked after with a tool of its own.
        wanted = {*chosen, "background"} if "shell" in chosen else {*chosen}
        return tuple(tool for tool in at_hand if tool.name in wanted)

    def run_skills(self, workspace: str, names: Collection[str]) -> tuple[Skill, ...]:
        """The person's own skills, and those of the project in the folder that have these names and still count."""
        agreed = (
            [file for file in self.instructions.at(workspace).skills if file.skill in names] if names else []
        )
        return self.skills.for_run(agreed)

    def workspace(self, record: RunRecord) -> Workspace:
        """The folder that the run works in; an empty one of its own where none was named for it."""
        if record.workspace:
            return Workspace(Path(record.workspace))
        own = self._folder(record.id) / "workspace"
        own.mkdir(parents=True, exist_ok=True)
        return Workspace(own)

    def tool_context(
        self,
        run: RunRecord,
        workspace: Workspace,
        journal: Journal,
        readable: Sequence[str] = (),
        skills: Sequence[Skill] = (),
    ) -> ToolContext:
        """The tool context of a run, whose programs may read `readable` and the folders of `skills` besides; what is
        not there any more is passed over."""
        paths = usable((*readable, *self._readable()), self._home)
        return ToolContext(
            workspace=workspace,
            sandbox=found_sandbox(),
            trash=self._folder(run.id) / "trash",
            scratch=self._home / "notes" / hashlib.sha256(str(workspace.root).encode()).hexdigest()[:16],
            cancelled=lambda: False,
            kept=journal.kept,
            language=self.language(),
            attachments=self._attached(run),
            readable=paths,
            allowable=lambda found: allowable(found, self._home),
            surroundings=functools.cache(lambda: self._surroundings(run, workspace.root, paths)),
            skills=self.skills.readable(skills),
        )

    def _surroundings(self, run: RunRecord, workspace: Path, readable: tuple[Path, ...]) -> Surroundings:
        found = surroundings(workspace, self._home, readable)
        if not run.workspace:  # it has a folder for itself, to which nobody comes back
            return found
        caches = kept_caches(self._home / "cache" / "programs", workspace)
        if caches is None:
            return found
        return msgspec.structs.replace(
            found,
            caches=(caches,),
            environment=found.environment
            | cache_variables(caches, user_home(), found.environment.get("GOPROXY", "")),
        )

    def snapshots(self, workspace: Workspace) -> Snapshots:
        """Snapshots of a workspace."""
        from agents.snapshots.snapshots import Snapshots

        return Snapshots(self._home / "snapshots", workspace)

    def forget(self, run: int) -> None:
        """Remove a run's own folder, after its permanent deletion."""
        shutil.rmtree(self._folder(run), ignore_errors=True)

    def _folder(self, run: int) -> Path:
        return self._home / "runs" / str(run)
