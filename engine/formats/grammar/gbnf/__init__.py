"""Grammars in GBNF, the notation of llama.cpp's grammar engine (grammars/README.md in its repository)."""
