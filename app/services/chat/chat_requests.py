"""Requests for answers in conversations: the model's view of a branch, with the options that count for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.services.chat.attachments.unseen_pictures import UnseenPictures
from app.services.chat.chat_runs import AnswerOptions
from app.services.chat.memories import with_memories
from app.services.chat.projects import Projects
from app.services.chat.prompting import request_messages, with_attachments
from app.services.chat.tool_files import OfferedTools
from app.services.models.engine_names import of_chat
from app.services.models.models import Models
from app.services.models.reasoning import possible
from app.services.models.turns import overlay
from app.services.settings.settings import SettingsFile
from app.store.records import FIRST_TEMPORARY, ChatOptions, ChatTools, CompactionPoint, Message
from app.store.store import Store
from engine.api import GenerateRequest


class ChatRequests:
    """Makes requests. The options of a conversation count before those of its project, and these before the
    settings."""

    def __init__(
        self,
        store: Store,
        models: Models,
        settings: SettingsFile,
        projects: Projects,
        pictures: UnseenPictures,
    ) -> None:
        self._store, self._models, self._settings, self._projects = store, models, settings, projects
        self.pictures = pictures
        self._offered: dict[int, OfferedTools] = {}

    def offer_tools(self, conversation: int, offered: OfferedTools) -> None:
        """Offer these tools in this conversation, until the process ends: they are not stored."""
        self._offered[conversation] = offered

    def make(
        self,
        conversation: int,
        branch: Sequence[Message],
        options: ChatOptions,
        cut: CompactionPoint | None,
        *,
        continue_last: bool = False,
    ) -> GenerateRequest:
        """The request for the next answer of a branch, its id still to be set.

        With `continue_last` its last message is gone on with.
        """
        facts = self._models.state.facts
        system = self.system_prompt(conversation, options)
        branch = with_attachments(branch, self.pictures.given(conversation, options))
        offered = self._offered.get(conversation, OfferedTools())
        return GenerateRequest(
            id=0,
            messages=request_messages(branch, system, cut, continue_last=continue_last),
            sampling=overlay(options.sampling, self._settings.current.sampling),
            reasoning=possible(None if facts is None else facts.reasoning, self._over("reasoning", options)),
            max_tokens=self._over("max_tokens", options),
            continue_last=continue_last,
            tools=offered.tools,
            tool_choice=offered.choice,
            # Without a name nothing that was read of it is kept on the disk.
            conversation="" if conversation >= FIRST_TEMPORARY else of_chat(conversation),
        )

    def with_tools(
        self, conversation: int, options: ChatOptions, tools: ChatTools, collection: str
    ) -> AnswerOptions:
        """Options of an answer with tools."""
        return AnswerOptions(
            tools,
            self.system_prompt(conversation, options),
            options.sampling,
            self._over("reasoning", options),
            self._over("max_tokens", options),
            collection,
        )

    def system_prompt(self, conversation: int, options: ChatOptions) -> str:
        """That of the conversation, else the instructions of its project, else that of the settings; and what the
        conversation was given to remember."""
        return with_memories(self._own_prompt(conversation, options), options.memories or ())

    def _own_prompt(self, conversation: int, options: ChatOptions) -> str:
        if options.system_prompt is not None:
            return options.system_prompt
        project = self._projects.of(self._store.conversations.get(conversation))
        return (project.options.instructions if project else "") or self._settings.current.system_prompt

    def _over(self, name: str, options: ChatOptions) -> Any:
        """An option of the conversation, or that of the settings where it has none."""
        chosen = getattr(options, name)
        return getattr(self._settings.current, name) if chosen is None else chosen
