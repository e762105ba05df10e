"""The service map: what a name means, from people's file and from labels."""
