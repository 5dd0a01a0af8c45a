"""Prompt cache: states of sequences that left the context, in RAM and on disk.

`PromptCache` holds llama.cpp's bytes of a sequence with its tokens and finds one by the longest common
prefix. A state can be recomputed at any time, so a damaged one is treated as absent.
"""
