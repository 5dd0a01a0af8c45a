"""`make demo-hub`: a hub on this machine, to try search, verdicts and downloads with, and what goes wrong."""

from __future__ import annotations

import argparse
import signal
import sys
import textwrap
import time
from collections.abc import Sequence
from types import FrameType

from tests.support.hub import Fault, Hub, parse_fault
from tests.support.hub.faults import KINDS
from tests.support.hub.log import Request
from tests.support.hub.shelves import GATED_REPO, MOE_REPO, PRIVATE_REPO, SPLIT_REPO, STARTER_REPO, demo_shelf

TOKEN = "hf_demo"
WATCH_S = 0.2
_HELP = f"""
Give Coterie the address that is printed, as HF_ENDPOINT, and use it as ever:

  HF_ENDPOINT=http://127.0.0.1:8765 .venv/bin/coterie models search
  HF_ENDPOINT=http://127.0.0.1:8765 .venv/bin/coterie models pull {STARTER_REPO}:Q4_1

{STARTER_REPO} and {MOE_REPO} (the latter split too, as {SPLIT_REPO}) are real and chat.
With its projector {MOE_REPO} sees plain colors: attach a red picture and ask for the word.
The large models of other owners are true headers over empty weights: to be judged, not to be used.
{GATED_REPO} and {PRIVATE_REPO} open with the token {TOKEN}.

A fault is KIND:FILE, further options behind more colons; FILE is OWNER/REPO/PATH, with * for any.
  cut:*:after=50000000            each first request for a file ends after 50 MB
  too_many:*:times=3:seconds=5    429 three times, come back in 5 s
  slow:{STARTER_REPO}/*:times=0:rate=2e6   2 MB/s for each connection
Kinds: """


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        hub = Hub(
            demo_shelf(), port=options.port, page_size=options.page_size, second_host=options.second_host
        )
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    hub.account(TOKEN, name="demo")
    hub.fault(*options.fault)
    signal.signal(signal.SIGTERM, _end)
    with hub:
        print(f"HF_ENDPOINT={hub.address}", flush=True)
        try:
            _watch(hub, options.log)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.demo_hub",
        description=__doc__,
        epilog=_HELP + textwrap.fill(", ".join(KINDS), 90),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: 8765)")
    parser.add_argument("--page-size", type=int, default=20, help="how many models a search tells at once")
    parser.add_argument("--second-host", action="store_true", help="files come by a redirect to another port")
    parser.add_argument("--fault", type=_fault, action="append", default=[], metavar="KIND:FILE")
    parser.add_argument("--log", action="store_true", help="print each request when it is answered")
    return parser


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _watch(hub: Hub, log: bool) -> None:
    """Until Ctrl+C. Each request is printed when it has ended."""
    shown: set[int] = set()
    while True:
        time.sleep(WATCH_S)
        if not log:
            continue
        for request in hub.log:
            if request.ended and id(request) not in shown:
                shown.add(id(request))
                print(_line(request), file=sys.stderr, flush=True)


def _line(request: Request) -> str:
    return f"{request} in {request.ended - request.started:.2f} s"


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
