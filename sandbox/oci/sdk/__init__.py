"""What the installed SDK says of the API: operations, their parameters, the models. Read as text, never imported."""
