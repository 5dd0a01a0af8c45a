"""Entry point: the desktop without arguments or with a model's file or link, else the command line.

Nothing heavy is imported at module level: a spawned engine host imports this module again.
"""

from __future__ import annotations

import io
import os
import signal
import sys


def main() -> None:
    """Run and exit with the command's code."""
    from app.installation.first_starts import this_start

    try:
        code = start()
    except KeyboardInterrupt:  # while modules were imported
        code = 130
    this_start().ended(code)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; do not interrupt Python's own shutdown
    sys.exit(code)


def start() -> int:
    """Do what the command line asks for; the exit code."""
    _open_missing_streams()
    _write_unicode()
    tries_itself = sys.argv[1:] == ["--self-test"]  # the version that is to be replaced wants to know
    if not tries_itself:
        from app.installation.first_starts import begin

        begin(sys.argv[1:])
    # Libraries read these at import. The product asks for a token when it needs one.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    # Child processes inherit the environment and show it to whoever lists processes.
    from app.services.settings.secrets import take_from_environment

    take_from_environment()
    if tries_itself:
        from app.desktop.self_test import run as run_self_test

        return run_self_test(sys.argv[:1])
    from app import paths
    from engine.fetched_backend import tell

    tell(paths.cuda())
    if sys.argv[1:2] == ["chat"]:
        from app.cli.chat.first_load import start_host

        start_host()
    from app.integration.open_request import is_openable, request_of

    options = [word for word in sys.argv[1:] if word in ("--debug", "--background")]
    wanted = [word for word in sys.argv[1:] if word not in options]
    if not wanted or (len(wanted) == 1 and is_openable(wanted[0])):
        from app.screen import has_screen

        debug, background = "--debug" in options, "--background" in options
        if has_screen():
            try:
                from app.desktop.application import run as run_desktop
            except ImportError as error:
                from app.installation.first_starts import this_start
                from app.start_failure import tell_missing

                this_start().broken()
                return tell_missing(error)

            request = request_of(wanted[0]) if wanted else None
            return run_desktop(sys.argv[:1], debug=debug, background=background, request=request)
        if not background:
            from app.cli.chat.terminal import open_without_screen

            return open_without_screen(debug, *wanted)
    from app.cli.main import run

    return run(sys.argv[1:])


def _write_unicode() -> None:
    """Have UTF-8 written wherever no terminal shows it: Windows would write in the code page of its region, which
    lacks most signs, and what reads JSON expects no other."""
    if sys.platform == "win32":
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
                stream.reconfigure(encoding="utf-8")


def _open_missing_streams() -> None:
    """Put the null device where a standard stream was closed: the next file opened would get its number, and
    printed text.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8")  # noqa: PTH123, SIM115
            os.dup2(stream.fileno(), number)
            os.set_inheritable(number, True)  # the engine host's too
            setattr(sys, name, stream)


if __name__ == "__main__":
    main()
