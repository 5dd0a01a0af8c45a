"""Weights laid out anew for the processor (AMX, CPU_REPACK): which models do without, and why."""
