"""Anthropic's protocol: messages, their tokens, and models in its shape."""
