"""What is pasted and dropped into the fields that messages and tasks are written in, files included."""
