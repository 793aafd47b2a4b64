"""Phones, watches and cards that are not simulated."""
