"""Reports rendered from records, never from live objects."""
