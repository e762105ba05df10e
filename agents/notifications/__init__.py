"""What is worth telling people, and to whom it goes: decided by the policy's routes alone, without a model."""
