"""Telling people what a night came to: by mail and by webhook, once, and never in the gate's way.

``settings`` is the file that says whom, ``mail`` and ``webhook`` are the channels, ``telling``
decides what is news.
"""
