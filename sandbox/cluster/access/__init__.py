"""What a caller may do: the Role objects of the store, and reviews of them."""
