"""Suite 1: judges any server by its base URL alone."""
