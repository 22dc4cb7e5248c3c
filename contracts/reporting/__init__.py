"""What the reports of both suites share."""
