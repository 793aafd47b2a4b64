"""The digital key protocol, pure: bytes in, bytes out, no I/O."""
