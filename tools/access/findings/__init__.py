"""Rules about who may do what: CIS OCI Foundations 3.x, section 1, and combinations of rights that are worse than each alone."""
