"""The engine of Coterie: find, download, place and load models; turn messages into tokens and back."""
