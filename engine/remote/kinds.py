"""Which server answers, as far as that matters for what can be asked of it."""

from __future__ import annotations

from typing import Literal

# "vllm" stands for SGLang as well, whose API follows vLLM's; "" is any other.
Kind = Literal["", "vllm", "llama-server", "ollama", "lm-studio"]
