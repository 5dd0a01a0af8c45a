"""From a model's text to reasoning, content and tool calls, while it arrives."""
