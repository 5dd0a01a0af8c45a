"""Models in files: real ones, made ones and broken ones, and what is published of models."""
