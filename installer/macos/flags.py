"""What the engine of a bundle is built with. The standard library alone is used: set-up is told of it."""

from __future__ import annotations

# The oldest macOS that PySide6's wheels run on.
OLDEST = "14.0"
# What a build for other Macs than this one is told: no instruction that the first of Apple's processors lacks.
ENGINE_FLAGS = (
    "-DGGML_NATIVE=OFF -DGGML_CPU_ARM_ARCH=armv8.2-a+dotprod+fp16 -DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON "
    f"-DCMAKE_OSX_ARCHITECTURES=arm64 -DCMAKE_OSX_DEPLOYMENT_TARGET={OLDEST}"
)
