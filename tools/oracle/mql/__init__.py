"""The query language of Oracle's Monitoring: read into a tree before it is sent, and put into words."""
