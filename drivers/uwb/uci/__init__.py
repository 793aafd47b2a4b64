"""UCI, the command interface of UWB chips: bytes in, frozen records out, and back.

Sources are named by section of the public facts on UWB (``1.3`` is its table of commands). Names
follow the specification; multi-octet fields are little-endian (1.1).
"""
