"""HTTP: who is let in, what is read, how answers leave."""
