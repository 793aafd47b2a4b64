"""The bench: its file, the devices it names, and their safety."""
