"""A spawned process without multiprocessing's tracker of semaphores and shared memory: a host has neither, and the
tracker is a Python of its own, which takes a core from the host while both start.
"""

from __future__ import annotations

import io
import os
import sys
from multiprocessing import reduction, spawn, util
from multiprocessing.context import SpawnProcess, set_spawning_popen
from multiprocessing.process import BaseProcess

if sys.platform == "win32":  # where there is no tracker
    UntrackedProcess = SpawnProcess
else:
    from multiprocessing.popen_spawn_posix import Popen

    class _Popen(Popen):
        """As `multiprocessing/popen_spawn_posix.py` does it, without the tracker."""

        _fds: list[int]

        def _launch(self, process_obj: BaseProcess) -> None:
            words = io.BytesIO()
            set_spawning_popen(self)
            try:
                reduction.dump(spawn.get_preparation_data(process_obj.name), words)
                reduction.dump(process_obj, words)
            finally:
                set_spawning_popen(None)
            ours: list[int] = []
            theirs: list[int] = []
            try:
                read, write = os.pipe()
                ours, theirs = [read], [write]
                read, write = os.pipe()
                ours, theirs = [*ours, write], [*theirs, read]
                # Our end of the first pipe ends with the process; through the second it is told what to run.
                self.sentinel, told = ours
                command = [os.fsencode(word) for word in spawn.get_command_line(pipe_handle=theirs[1])]
                program = os.fsencode(spawn.get_executable())
                # As a rule all of it: the process then knows what to do, whatever becomes of this one meanwhile.
                os.set_blocking(told, False)
                ahead = os.write(told, words.getbuffer())
                os.set_blocking(told, True)
                self.pid = util.spawnv_passfds(program, command, [*self._fds, *theirs])
                with os.fdopen(told, "wb", closefd=False) as pipe:
                    pipe.write(words.getbuffer()[ahead:])
            finally:
                self.finalizer = util.Finalize(self, _close, ours)
                _close(*theirs)

    class UntrackedProcess(SpawnProcess):
        @staticmethod
        def _Popen(process_obj: BaseProcess) -> Popen:
            return _Popen(process_obj)

    def _close(*fds: int) -> None:
        for fd in fds:
            os.close(fd)
