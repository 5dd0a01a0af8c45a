"""How fast conversations are served: the engine beside a bare loop, llama-bench and llama-server, in one run."""
