"""Resource search: a subset of Oracle's query language, read and applied to the tenancy's records."""
