"""Pictures of the window: a net under every change of what it shows.

`scenes` sets up the views, `stage` is the window they are set up in, `surroundings` pins what a picture depends on
besides the program (font, clock, folder), and `compare` tells a change from a trace of one.
"""
