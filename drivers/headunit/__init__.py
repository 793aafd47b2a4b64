"""Displays of the rig's vehicle that are not simulated."""
