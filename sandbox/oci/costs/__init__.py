"""What the tenancy costs: quantities generated from what runs, added up as the usage API adds them."""
