"""How the app is told: Socket Mode links or signed HTTP, with acks, time limits and redelivery."""
