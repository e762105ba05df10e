"""Monitoring: series that are generated where they are looked at, the query language over them, alarms."""
