"""The local server: other programs' way to the models of this computer, in the protocols that they speak."""
