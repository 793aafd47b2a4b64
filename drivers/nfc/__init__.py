"""NFC readers."""
