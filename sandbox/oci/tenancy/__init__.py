"""What is in the tenancy: resources with their states and etags, what is about to change, who may see it."""
