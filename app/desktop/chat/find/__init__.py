"""Finding in the shown chat, in the cards."""
