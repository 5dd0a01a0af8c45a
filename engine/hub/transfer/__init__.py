"""Downloads of hub files: resumable, parallel, and published only once verified."""

from engine.hub.transfer.fetching import discard, fetch
from engine.hub.transfer.repairing import repair
from engine.hub.transfer.stop import Stopped, StopToken
from engine.hub.transfer.values import (
    Access,
    BadPart,
    FetchedFile,
    KeptFile,
    Limits,
    Locate,
    Progress,
    Verification,
    Wanted,
)
from engine.hub.transfer.verifying import verify
