"""The inference engine: finds, downloads, places and loads models; turns messages into tokens and back."""
