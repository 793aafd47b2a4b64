"""The nightly run: self-check, plan, import, regression analysis, page, gate, notification.

``steps`` is the order of a night, ``state`` the file that says how far it has come. Every step can
be done twice, so a night that was cut off goes on with the next call: what the history and the
journals hold is what counts, never what a step remembers. ``gate`` says what it came to.
"""
