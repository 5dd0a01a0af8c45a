"""Sets Coterie up on a person's machine. Standard library only: it runs before anything is installed.

`setup.sh` finds a Python and calls `setup.py`, which goes through the steps; the other modules each decide
one thing: `pythons` which Python, `system` what the system lacks, `engine` how llama-cpp-python is built and
kept, `stamps` what is done already. `commands` runs other programs, `console` tells a person how far it is.
"""
