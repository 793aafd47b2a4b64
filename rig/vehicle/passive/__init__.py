"""Passive entry: Bluetooth LE and ultra-wideband, as the vehicle sees them (facts 4 and 5)."""
