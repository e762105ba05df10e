"""Terraform plans as JSON: read, and said in an order in which a person should read them."""
