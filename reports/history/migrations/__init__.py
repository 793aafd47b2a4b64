"""How the history's schema came to be, a step a file below ``versions``; run by Alembic.

A step that a release has carried is never edited; a new one names the last as ``down_revision``.
"""
