"""The emulated key server: the contract over one SQLite database that survives a crash."""
