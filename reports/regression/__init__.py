"""Nightly regression: has a metric changed since its baseline was frozen, and since which night.

Pure functions of numbers: no database, no file, no clock, no random number. The night is the unit,
never the tap: taps of one night share its fixture, temperature and phone, and a test across taps
finds "changes" on almost every bench. ``series`` is what goes in, ``judge`` judges a night's
metrics together, ``findings`` is what comes out; ``baseline`` freezes what is compared with.
"""
