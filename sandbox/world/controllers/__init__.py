"""The small controllers: each turns the specs it watches into objects and statuses, one pass at a time."""
