"""Oracle Cloud's policy language: read without loss, and asked who may do what. Knows no SDK and no network."""
