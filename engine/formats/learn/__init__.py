"""Learns chat formats by rendering templates: tool dialect, reasoning markers, reasoning control."""
