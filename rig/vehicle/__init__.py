"""The vehicle: body, keyring, access policy and the loops that serve its readers."""
