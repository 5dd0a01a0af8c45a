"""The window as a person meets it: found by what a screen reader says, pressed, written in and read.

A module for each page knows how that page is built, and no test does. What a test cannot reach here, nobody can reach
who does not see the window: then the product lacks a name, and gets one.
"""
