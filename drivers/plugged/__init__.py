"""Searches that belong to no family: whatever is on a serial line."""
