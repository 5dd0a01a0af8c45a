"""Kinds of servers, as far as their APIs differ."""

from __future__ import annotations

from typing import Literal

# "vllm" stands for SGLang as well, whose API follows vLLM's; "" is any other.
Kind = Literal["", "vllm", "llama-server", "ollama", "lm-studio"]
