"""Memory that looking at a picture takes besides a projector's weights, by what its file says of its graph. Pure."""

from __future__ import annotations

# Kinds that look at pictures, or at tiles of them, of one size; others at as much as a picture has.
_ONE_SIZE = frozenset(
    """
    mlp mlp_norm ldp ldpv2 resampler adapter gemma3 gemma3nv idefics3 internvl llama4 janus_pro cogvlm
    """.split()
)
# What the library takes at most of a picture where the file says nothing: as much as is kept of one.
_MOST_PIXELS = 4_000_000
# Copies of a picture in single precision while it is prepared: scaled, normalized, cut into patches.
_COPIES, _BYTES = 4, 4
_CHANNELS = 3
_BESIDES = 16 * 2**20


def buffer_bytes(facts: dict[str, int], kind: str) -> int:
    """Bytes of the largest step of a tower with these `facts` (behind "clip.vision."), rather too many than too few.

    Each patch has a row in the residual stream, in its norm, in queries, keys and values, and twice in the layer
    that is wider. Attention is computed without its matrix.
    """
    side, patch = facts.get("image_size", 0), facts.get("patch_size", 0)
    pixels = side * side
    if kind not in _ONE_SIZE:
        pixels = max(pixels, min(facts.get("image_max_pixels") or _MOST_PIXELS, _MOST_PIXELS))
    width = facts.get("embedding_length", 0)
    wide = facts.get("feed_forward_length") or 4 * width
    patches = pixels // max(1, patch * patch)
    rows = patches * (4 * width + 2 * wide) * _BYTES
    return rows + _COPIES * _CHANNELS * pixels * _BYTES + _BESIDES
