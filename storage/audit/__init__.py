"""The audit: append-only rows in a chain of hashes, sealed by keyed macs and by signed heads kept elsewhere, too."""
