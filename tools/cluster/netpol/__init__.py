"""NetworkPolicies evaluated over their own objects: may one end of a connection reach the other?"""
