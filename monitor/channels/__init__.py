"""Ways to deliver: one file or folder a kind; none decides, none knows another."""
