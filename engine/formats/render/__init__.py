"""From messages to a prompt: the sandboxed template and the history as it wants it."""
