"""Ollama's protocol: chats, prompts, vectors, and how clients find models."""
