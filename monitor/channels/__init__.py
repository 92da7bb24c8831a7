"""Ways to deliver: one folder a kind; none decides, none knows another. Beside them what several share."""
