"""A hub on loopback that speaks what huggingface_hub asks, with everything that can go wrong on the way.

    with Hub([HubRepo("demo/Tiny-GGUF", {"tiny-Q8_0.gguf": MemoryContent(data)})]) as hub:
        hub.fault(Fault("cut", "demo/Tiny-GGUF/*", after=1000))
        ...  # HF_ENDPOINT=hub.address
        hub.log.of("demo/Tiny-GGUF/tiny-Q8_0.gguf")

`models` has contents that are real models, `shelves` whole repositories.
"""

from tests.support.hub.contents import ChangedContent, ComputedContent, Content, DiskContent, MemoryContent
from tests.support.hub.faults import Fault, parse_fault
from tests.support.hub.log import Request
from tests.support.hub.repositories import HubRepo
from tests.support.hub.server import Hub

__all__ = [
    "ChangedContent",
    "ComputedContent",
    "Content",
    "DiskContent",
    "Fault",
    "Hub",
    "HubRepo",
    "MemoryContent",
    "Request",
    "parse_fault",
]
