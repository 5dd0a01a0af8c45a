"""Pictures in a chat whose model cannot see: left out where a person agreed to that, and said under the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.services.models.models import Models
from app.store.records import Attachment, ChatOptions, Message
from app.store.store import Store
from engine.api import Finished
from engine.errors import ErrorInfo
from engine.remote.names import is_remote
from engine.values import Picture

if TYPE_CHECKING:
    from app.services.chat.attachments.picture_files import PictureFiles
    from app.services.library.library import Library

# For the model, in the place of a picture.
_LEFT_OUT = '[picture "{name}", not shown to this model]'
REFUSED = "picture.not_seen"


class UnseenPictures:
    """What the model in use is given of attachments, and what is said where it cannot see. Blocks on the disk."""

    def __init__(self, store: Store, files: PictureFiles, models: Models, library: Library) -> None:
        self._store, self._files, self._models, self._library = store, files, models, library

    def given(self, conversation: int, options: ChatOptions) -> Callable[[Attachment], str | Picture]:
        """What the model is given of each attachment of a chat."""
        leaves_out = self._leaves_out(options)

        def given(attachment: Attachment) -> str | Picture:
            if not attachment.is_picture:
                return self._store.contents.text(conversation, attachment)
            if leaves_out:
                return _LEFT_OUT.format(name=attachment.name)
            return self._files.picture(conversation, attachment) or ""

        return given

    def make_ready(self, branch: Sequence[Message], options: ChatOptions) -> None:
        """Have the files of pictures in their places, as a run that goes on names them."""
        for message in branch:
            given = self.given(message.conversation, options)
            for attachment in message.attachments:
                if attachment.is_picture:
                    given(attachment)

    def left_out(self, branch: Sequence[Message], options: ChatOptions) -> int:
        """How many pictures the model is not given of what it is told."""
        if not self._leaves_out(options):
            return 0
        attached = (each for message in branch for each in message.attachments)
        return sum(each.is_picture and each.state == "whole" for each in attached)

    def told(self, finished: Finished, left_out: int) -> Finished:
        """An ending that says how many pictures were left out, or names a model that could see them."""
        if left_out:
            notice = ErrorInfo("chat.pictures_left_out", {"count": left_out})
            finished = msgspec.structs.replace(finished, notices=(*finished.notices, notice))
        if finished.error is None or finished.error.code != REFUSED:
            return finished
        params, state = finished.error.params, self._models.state
        if not is_remote(state.path):  # its file may call it otherwise
            params = params | {"name": state.name}
        if (other := self._library.seeing()) is not None:
            params = params | {"other": other.name, "model": other.path}
        return msgspec.structs.replace(finished, error=ErrorInfo(REFUSED, params))

    def _leaves_out(self, options: ChatOptions) -> bool:
        return options.without_pictures and not self._sees()

    def _sees(self) -> bool:
        """Whether the model in use sees, as far as is known; one elsewhere is tried."""
        state = self._models.state
        if state.facts is not None:
            return state.facts.sees
        model = None if is_remote(state.path) else self._library.at(state.path)
        return model is None or model.sees
