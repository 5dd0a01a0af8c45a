"""How weights lie in memory: laid out anew for the processor, tried, and in huge pages."""
