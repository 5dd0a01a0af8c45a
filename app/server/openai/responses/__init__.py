"""OpenAI's Responses: one request has a whole history, one answer several items."""
