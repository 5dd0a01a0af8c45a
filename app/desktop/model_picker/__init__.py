"""Choosing a model and how it answers: header, picker, reasoning, sampling."""
