"""Stages: whoever brings a phone to places around the vehicle."""
