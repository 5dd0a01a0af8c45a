"""The Server page: other programs' way to the models of this computer."""
