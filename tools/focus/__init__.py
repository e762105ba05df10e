"""Cost reports in FOCUS, the FinOps Foundation's open form of billing data: any cloud's, read line by line in bounded memory."""
