"""Files that other programs carry out without being asked. The standard library only: the sandbox's launcher uses it
too.
"""
