"""The pytest plugin: options, fixtures, marks, progress, recording."""
