"""The agent loop: lets a model use tools, safely."""
