"""Measurement: marks, limits, percentiles with their confidence."""
