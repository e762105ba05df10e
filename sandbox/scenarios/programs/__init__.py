"""What the containers of a scenario do: their load, their errors, their memory and their logs follow from the cluster."""
