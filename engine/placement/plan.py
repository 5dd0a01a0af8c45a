"""Values of placement: a machine, the options, and a plan that says where every weight lies.

Sizes are bytes, bandwidths bytes per second, speeds tokens per second. RAM is the device "CPU", ggml's own
name for it. All values are frozen and plain, so they cross a pipe as JSON.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.errors import ErrorInfo

RAM = "CPU"
# Not a device: where experts are that no memory holds, the model's file.
DISK = "DISK"

DeviceKind = Literal["cpu", "gpu", "integrated_gpu", "rpc"]
# "cpu": no device is used. "layers": a dense model, whole layers on devices. "resident": experts live on a
# device as far as they fit, the others are computed in RAM. "streamed_prompts": as resident, and prompts copy
# the routed experts to the GPU (llama.cpp's op offload). "streamed": every token does. "cached": the experts
# that fired last are kept on the GPU one by one. "disk": experts stay in the file, and those that fired last are kept
# in RAM one by one.
Mode = Literal["cpu", "layers", "resident", "streamed_prompts", "streamed", "cached", "disk"]
CacheType = Literal["f16", "bf16", "q8_0", "q4_0"]
# Whether weights in RAM move into huge pages: "off" where this system has none to ask for, "" where it never has.
HugePagesHere = Literal["", "used", "off"]
# Our own products of quantised matrices on the processor: not asked, used, not built or of another build, or not for
# this processor or engine.
ProductsHere = Literal["", "used", "not_built", "not_here"]
# How attention is computed. "flash": in one operation that keeps no scores, where the devices have it. "plain": as
# products of whole matrices, with values kept transposed.
Attention = Literal["plain", "flash"]
# How weights that stay in RAM are held: mapped from the file, copied to memory the GPU can read by itself, or
# mapped and kept from being swapped out.
LoadMode = Literal["mapped", "pinned", "locked"]
# Draft tokens that one step may verify, those of all answers together.
MOST_DRAFTED = 64
# Each row of logits takes memory that slots could have, and each wrong guess reads experts for nothing.
MOST_DRAFTED_FROM_DISK = 16
# What a load that failed is made easier by, one after the other.
# "uncached": without the cache of single experts. "unrepacked": without layouts of weights that are made for the
# processor. "plain_products": without our own products of quantised matrices, and our own attention.
# "without_mtp": without the heads for multi-token prediction.
Fallback = Literal[
    "unpinned", "layer", "ubatch", "context", "uncached", "unrepacked", "plain_products", "without_mtp"
]
# Expert layers given back one by one before anything else is given up; of a cache of experts as many slots.
MOST_LAYERS = 3
# On an expert cache miss, the CPU computes the expert and it is uploaded for the
# next time, or it is uploaded first.
Misses = Literal["computed", "brought"]


class LayerCosts(msgspec.Struct, frozen=True):
    """Seconds that a layer takes more than one that lies on a device whole, however little is read: with its experts
    in RAM (two hand-overs), and with a cache of them on the device. 0: not measured."""

    away: float = 0.0
    cached: float = 0.0


class Device(msgspec.Struct, frozen=True):
    """A device that can hold weights, by ggml's name ("CUDA0", "RPC0"; `RAM` for the machine's own memory).

    `bandwidth` is how fast kernels on it read its own memory, `link` how fast bytes reach it from RAM; 0 when
    not measured. `streams`: ggml can copy routed experts to it for one operation (op offload). `flops` are the
    floating-point operations per second that prompts reach on it, 0: not known; `plain_flops` those where it has
    matrix units and they do not take part, 0: as `flops`; `product_flops` those of our own products, with quantised
    weights as they lie in the file, 0: there are none. `costs` are those of its layers.
    """

    name: str
    kind: DeviceKind
    description: str
    free: int
    total: int
    bandwidth: float = 0.0
    link: float = 0.0
    streams: bool = False
    flops: float = 0.0
    costs: LayerCosts = LayerCosts()
    plain_flops: float = 0.0
    product_flops: float = 0.0


class AttentionSpeed(msgspec.Struct, frozen=True):
    """How fast the processor computes attention over cells in RAM in one way: floating-point operations per second
    (each query with each key, each weight with each value) for a token that is written, and for a prompt's. It was
    timed with heads of this `width`."""

    attention: Attention
    kv_type: CacheType
    decode: float
    prefill: float
    width: int = 128


class DiskReads(msgspec.Struct, frozen=True):
    """How the disk that a model lies on gives single experts, past the page cache and several at once: bytes per
    second, and the seconds that one read waits besides. 0: not measured. `remote`: it is reached over a network."""

    bandwidth: float = 0.0
    wait_s: float = 0.0
    remote: bool = False


class Machine(msgspec.Struct, frozen=True):
    """The machine to place on. `devices` in ggml's order, without RAM. `disk_bandwidth`: as page faults read, 0: not
    measured; `disk`: as single experts are read. `caches`: the expert cache plugin is present. `floors`: experts can
    be left in the file and read from there one by one. `repacks`: the types of weights that the processor computes
    with in a layout of its own ("Q4_K"). `attention`: as measured, () before. `decode_threads`: so many read RAM
    fastest, 0: not measured."""

    ram: Device
    devices: tuple[Device, ...] = ()
    disk_bandwidth: float = 0.0
    disk: DiskReads = DiskReads()
    caches: bool = False
    floors: bool = False
    repacks: tuple[str, ...] = ()
    attention: tuple[AttentionSpeed, ...] = ()
    decode_threads: int = 0


class PlacementOptions(msgspec.Struct, frozen=True):
    """The user's options. Each default leaves the choice to the planner.

    `budgets` are bytes by device name (`RAM` included); a device that is not named gets what is free less a
    margin. `workers` are RPC addresses "host:port", in the order that names them RPC0, RPC1, and so on.
    `mode` forces one of the modes, `misses` what a cache of experts does with those it lacks, `whole_layers` how many
    layers lie with all of their experts on the device that has the cache of the others'. `fallbacks` were
    made because loading an earlier plan failed. `streams`: how many answers shall be written at once.
    `draft_model` is the path of a smaller model with the same tokens that guesses ahead, "": none; it gets what
    the plan leaves. `mmproj` is the path of the projector that lets the model see, "": one that lies beside it.
    `together`: several answers are usually written at once, as a server's are. `sees`: there is a projector, and
    all rows of a picture may have to be in one step.
    `experts_used`: so many experts for each token, fewer than the model's own number.
    `length`: the conversation is expected to be as long as that, in tokens; 0: as a usual one.
    """

    context: int = 0
    prefer: Literal["speed", "context"] = "speed"
    cache_type: CacheType | None = None
    ubatch: int = 0
    budgets: dict[str, int] = {}
    workers: tuple[str, ...] = ()
    mode: Mode | None = None
    misses: Misses | None = None
    whole_layers: int | None = None
    fallbacks: tuple[Fallback, ...] = ()
    streams: int = 0
    draft_model: str = ""
    mmproj: str = ""
    attention: Attention | None = None
    together: bool = False
    sees: bool = False
    experts_used: int = 0
    length: int = 0

    def without_cache(self) -> PlacementOptions:
        """The same options, but no cache of experts, for a fallback."""
        return self._with("uncached")

    def with_fewer_slots(self) -> PlacementOptions:
        """The same options, but less memory for single experts, as often as that may be; then no cache of them."""
        if self.fallbacks.count("layer") >= MOST_LAYERS:
            return self.without_cache()
        return msgspec.structs.replace(self, fallbacks=(*self.fallbacks, "layer"))

    def without_repack(self) -> PlacementOptions:
        """The same options, but the processor computes with weights as they are in the file."""
        return self._with("unrepacked")

    def plainly_computed(self) -> PlacementOptions:
        """The same options, but the processor computes as ggml does with weights as they are in the file."""
        return self.without_repack()._with("plain_products")

    def _with(self, fallback: Fallback) -> PlacementOptions:
        if fallback in self.fallbacks:
            return self
        return msgspec.structs.replace(self, fallbacks=(*self.fallbacks, fallback))


class Override(msgspec.Struct, frozen=True):
    """Weights whose name matches `pattern` (std::regex_search) go to the buffer of device `device`."""

    pattern: str
    device: str


class CachedLayer(msgspec.Struct, frozen=True):
    """A layer's `slots` in the cache, each for one expert with all its matrices and biases, and the `bytes` granted
    for them. 0: they are in the room that such layers use in turns."""

    layer: int
    slots: int
    bytes: int

    @property
    def own(self) -> int:
        """Slots in which experts stay until they are used again."""
        return self.slots if self.bytes else 0


class CardSlots(msgspec.Struct, frozen=True):
    """Slots on a card above those in RAM, of experts that stay in the file: those used most, of these `layers`.
    `workspace` are the bytes granted for ids."""

    device: str
    layers: tuple[CachedLayer, ...]
    workspace: int

    @property
    def slots(self) -> int:
        """Bytes of all slots."""
        return sum(layer.bytes for layer in self.layers)


class ExpertCache(msgspec.Struct, frozen=True):
    """Experts of layers cached on `device`, in slots that those firing now take from earlier ones. All of them lie in
    `source`: in RAM, or in the file (`DISK`), of which RAM is then the cache.
    `workspace` are the bytes granted for activations, `shared` those of the room that layers without bytes of their
    own use in turns. Batches of at most `tokens` use the cache. `above`: a card has some of those from the file.
    `without` are layers in `source` that got no slots: the processor computes their experts."""

    device: str
    layers: tuple[CachedLayer, ...]
    workspace: int
    tokens: int = 16
    misses: Misses = "computed"
    source: str = RAM
    shared: int = 0
    above: CardSlots | None = None
    without: tuple[int, ...] = ()

    @property
    def slots(self) -> int:
        """Bytes of all slots."""
        return sum(layer.bytes for layer in self.layers) + self.shared

    @property
    def total(self) -> int:
        """All bytes on the device."""
        return self.slots + self.workspace

    @property
    def own(self) -> dict[int, int]:
        """By layer, slots in which experts stay until they are used again, a card's above among them."""
        above = self.slots_above
        return {layer.layer: layer.own + above.get(layer.layer, 0) for layer in self.layers}

    @property
    def slots_above(self) -> dict[int, int]:
        """By layer, those on a card above."""
        return {layer.layer: layer.slots for layer in self.above.layers} if self.above else {}


class Placement(msgspec.Struct, frozen=True):
    """llama.cpp's parameters. `devices` empty: CPU only.

    `gpu_layers` is llama.cpp's n_gpu_layers: the last so many of the repeating layers and the output go to
    `devices`, divided by `split` (layers per device, same order). `min_batch` 0 leaves op offload's smallest
    batch to the library (32). The context is in tokens, and shared by `sequences`: so many answers can be written
    at once. `outputs`: so many rows of one batch may be drawn from, which saves the logits of all others; a batch
    that asks for more aborts the process. 0: all of them. Quantised values want `attention` "flash".
    `repack`: weights in RAM may be laid out anew for the processor (llama.cpp's extra buffer types: AMX and others),
    which takes memory that nothing is mapped to.
    `mtp`: the file's heads for multi-token prediction are loaded too, with a context of their own.
    `rollback`: so many drafts of a step can be taken back from recurrent states, which are kept as often again.
    `kv_overrides` are numbers of the file's metadata that are other ones for this load.
    """

    context: int
    ubatch: int = 512
    devices: tuple[str, ...] = ()
    gpu_layers: int = 0
    split: tuple[float, ...] = ()
    overrides: tuple[Override, ...] = ()
    cache_type_k: CacheType = "f16"
    cache_type_v: CacheType = "f16"
    load_mode: LoadMode = "mapped"
    op_offload: bool = True
    min_batch: int = 0
    workers: tuple[str, ...] = ()
    sequences: int = 1
    outputs: int = 0
    expert_cache: ExpertCache | None = None
    attention: Attention = "flash"
    repack: bool = True
    mtp: bool = False
    rollback: int = 0
    kv_overrides: tuple[tuple[str, int], ...] = ()


class DeviceBytes(msgspec.Struct, frozen=True):
    """Bytes of a model on one device: weights, KV cache (and recurrent state), compute buffers; and of what lets it
    see pictures, with its buffers."""

    model: int = 0
    context: int = 0
    compute: int = 0
    vision: int = 0

    @property
    def total(self) -> int:
        return self.model + self.context + self.compute + self.vision


class PartialLayer(msgspec.Struct, frozen=True):
    """One layer of which only some kinds of expert tensors ("up", "gate", ...) are on `device`."""

    device: str
    layer: int
    kinds: tuple[str, ...]


class Prediction(msgspec.Struct, frozen=True):
    """Predicted speeds, each with the range it should fall into. `hit_rate` is the share of the uses of experts
    that a cache of them is expected to serve, 0 without one. `bytes_per_token`: weights and KV cache that one written
    token reads, by the device that holds them, `RAM` included; a device that it reads nothing of is left out."""

    decode_tps: float
    decode_range: tuple[float, float]
    prefill_tps: float
    prefill_range: tuple[float, float]
    hit_rate: float = 0.0
    hit_range: tuple[float, float] = (0.0, 0.0)
    bytes_per_token: dict[str, int] = {}


class Plan(msgspec.Struct, frozen=True):
    """Where everything lies and its predicted speed.

    `dense_layers` and `expert_layers` are layer numbers by device, `RAM` included; a layer in `partial` counts
    with those in RAM, one whose experts are read from the file with `DISK`. `bytes` by device, with what is on no
    other floor as those of `DISK`; `expert_bytes` is the part of `bytes[...].model` that experts take. The
    slots of an expert cache count with the model's bytes on its device, its workspace with the compute buffers;
    the layers that it serves count with RAM, or `DISK`.
    `budgets` are what each device may hold. `measured`: `bytes` come from a dry run and are exact. `paged`:
    bytes that do not fit RAM and are read from the disk again and again. When `fits` is False the rest says
    how far it came, and `refusal` names the smallest change that would work. `notices` are further things the
    user should know (a budget cut down, a fallback taken). `explanation` is the plan in one sentence.
    """

    placement: Placement
    mode: Mode
    dense_layers: dict[str, tuple[int, ...]]
    expert_layers: dict[str, tuple[int, ...]]
    partial: PartialLayer | None
    bytes: dict[str, DeviceBytes]
    expert_bytes: dict[str, int]
    budgets: dict[str, int]
    fits: bool
    measured: bool
    paged: int
    predicted: Prediction
    explanation: ErrorInfo
    refusal: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()


class PlannedModel(msgspec.Struct, frozen=True, tag="planned_model"):
    """What planning a file gives. Counts are parameters; `active_bytes_per_token` is what one token reads.
    `trained_context` is in tokens, 0: not known. `own_experts` is how many experts a token uses by the file, where a
    lower number can be chosen, else 0."""

    path: str
    architecture: str
    layers: int
    experts: int
    experts_used: int
    parameters: int
    active_parameters: int
    bytes: int
    expert_bytes: int
    active_bytes_per_token: int
    machine: Machine
    plan: Plan
    trained_context: int = 0
    own_experts: int = 0


class LoadedWeights(msgspec.Struct, frozen=True):
    """Where the weights were found after loading: bytes by device, experts apart, both with the slots of a cache,
    and what lies elsewhere than planned (tensor name to device). `repacked` are bytes by the name of the memory whose
    layout is made for the processor ("AMX", "CPU_REPACK"). `products` are the types of weights in RAM that prompts
    are multiplied with by products of our own."""

    bytes: dict[str, int]
    expert_bytes: dict[str, int]
    misplaced: dict[str, str] = {}
    repacked: dict[str, int] = {}
    products: tuple[str, ...] = ()
