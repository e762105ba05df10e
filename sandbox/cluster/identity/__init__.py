"""Who is calling: certificates, tokens, kubeconfigs, impersonation."""
