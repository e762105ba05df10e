"""What Slack delivers, acknowledged. By then the row is stored; the work itself runs beside the acknowledgement."""
