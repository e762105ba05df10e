"""Log text: lines, levels, templates, clusters. Knows no cluster."""
