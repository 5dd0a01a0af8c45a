"""Continuous batching over one context: KV slots, batches, the scheduler's step."""
