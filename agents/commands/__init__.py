"""The commands of a run: one shell's state handed from each to the next, and those that go on in the background."""
