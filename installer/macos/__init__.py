"""Coterie.app and its disk image for Macs with Apple's processors. Written and checked, and never run on a Mac."""
