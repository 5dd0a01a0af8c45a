"""The embedding host: a child process of low priority that embeds or ranks texts. It ends when nobody has asked for a
while.

The main thread computes; a second one reads the pipe, so that an abort or the parent's end is noticed during a step.
The model is loaded at the start and lives as long as the process: that is how all of its memory is given back.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import psutil

from engine.embedding import protocol
from engine.errors import ErrorInfo, error_info
from engine.local.child_process import prepare_process

if TYPE_CHECKING:
    from engine.embedding.text_model import TextModel
    from engine.local import native

# Less than the engine hosts, which write answers, and the window.
NICE = 10


def main(connection: Connection, log_path: str, model: str, longest: int, idle_s: float) -> None:
    """Entry of the spawned process. It runs the file `model` on texts of at most `longest` tokens, and ends after
    `idle_s` seconds without work."""
    prepare_process(log_path)
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICE)
    Host(connection, idle_s).run(model, longest)


class Host:
    def __init__(self, connection: Connection, idle_s: float) -> None:
        self._connection = connection
        self._idle_s = idle_s
        self._work: queue.SimpleQueue[protocol.Work] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards what follows
        self._current = 0
        self._aborted = 0
        self._abort: native.AbortFlag | None = None

    def run(self, model: str, longest: int) -> None:
        threading.Thread(target=self._read, name="pipe", daemon=True).start()
        self._send(protocol.Alive())
        loaded = self._loaded(model, longest)
        while True:
            try:
                request = self._work.get(timeout=self._idle_s)
            except queue.Empty:
                os._exit(0)
            if isinstance(loaded, ErrorInfo):
                self._send(protocol.Failed(request.id, loaded))
            else:
                self._send(self._answered(loaded, request))

    def _read(self) -> None:
        while True:
            try:
                command = protocol.decode_command(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            if not isinstance(command, protocol.Abort):
                self._work.put(command)
                continue
            with self._lock:
                self._aborted = command.id
                if self._current == command.id and self._abort is not None:
                    self._abort.set()

    def _send(self, reply: protocol.Reply) -> None:
        try:
            self._connection.send_bytes(protocol.encode(reply))
        except OSError:
            os._exit(0)

    def _loaded(self, path: str, longest: int) -> TextModel | ErrorInfo:
        try:
            from engine.local import native

            native.start()
        except Exception as error:  # of any kind: the package's own, or of the system's loader
            return error_info("engine.library_failed", error)
        try:
            from engine.embedding.text_model import TextModel

            with self._lock:
                self._abort = native.AbortFlag()
            return TextModel(path, longest, self._abort, lambda: self._send(protocol.Alive()))
        except Exception as error:  # the file is someone else's: it may find any mistake of ours
            return error_info("engine.load_failed", error)

    def _answered(self, model: TextModel, request: protocol.Work) -> protocol.Reply:
        with self._lock:
            self._current = request.id
            model.abort.clear()
            if self._aborted >= request.id:
                model.abort.set()
        done: list[bytes] = []
        try:
            if isinstance(request, protocol.Embed):
                texts = [model.whole(text) for text in request.texts]
            else:
                texts = [model.pair(request.query, each, request.template) for each in request.documents]
            for rows in model.run(texts):
                done.append(rows.astype("<f4").tobytes())
                self._send(protocol.Alive())
        except Exception as error:
            return protocol.Failed(request.id, error_info("engine.answer_failed", error))
        return protocol.Rows(
            request.id, model.width, b"".join(done), tuple(len(each.tokens) for each in texts)
        )
