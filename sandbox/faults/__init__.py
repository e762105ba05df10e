"""Bad networks: a proxy for one address that slows, silences, cuts and refuses while it runs."""
