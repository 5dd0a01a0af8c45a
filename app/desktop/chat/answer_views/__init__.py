"""What may stand in the place of an answer: its raw text, or its tokens, shaded by how likely each was."""
