"""What roles and bindings add up to: what somebody may do, which of it is dangerous, and which accounts need none."""
