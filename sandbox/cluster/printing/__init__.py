"""Table answers: the columns and cells that `kubectl get` shows."""
