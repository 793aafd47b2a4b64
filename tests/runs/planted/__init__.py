"""Faults for the vehicle and its key server, a module a capability, as an author would slip."""
