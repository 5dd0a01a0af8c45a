"""The engine host: one child process per loaded model, over llama-cpp-python's low-level API.

`client.LocalEngine` is what the rest of the product uses. `native`, `session`, `generation` and `host` run in
the child only, so that an abort or a crash of native code ends the child and nothing else.
"""
