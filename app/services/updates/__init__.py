"""New versions of Coterie: asked for once a person has agreed, verified, put beside the old one, taken back if they
fail."""
