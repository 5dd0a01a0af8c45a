"""Setup of each child process that runs llama.cpp: signals, log, out-of-memory priority."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from engine.local.log_file import open_in_child


def prepare_process(log_path: str) -> None:
    # Ctrl+C and the end of a terminal reach the whole process group; what then ends is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # Before ggml aborts it would start a debugger for a backtrace, for seconds.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # numpy's algebra, which nobody uses here, would start a thread for each core, and these spin for a while: while a
    # model is loaded, as much time of the processor as importing numpy takes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    log = open_in_child(log_path)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed by who started us
            stream.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    if sys.platform == "linux":
        # When memory runs out the kernel shall end the engine, not the desktop with the user's words.
        try:
            Path("/proc/self/oom_score_adj").write_text("500")
        except OSError as error:
            print(f"oom_score_adj could not be set: {error}", file=sys.stderr)
