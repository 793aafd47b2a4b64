"""The virtual bench: a world, and devices that stand where the data is still bytes."""
