"""Who is on duty, from what the policy names: a rota of its own, a calendar, a paging service, a group."""
