"""The routes a client calls: the vendor's surface, nothing of ours."""
