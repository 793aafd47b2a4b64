"""The vehicle maker's back end: a contract, and an emulation of it over SQLite."""
