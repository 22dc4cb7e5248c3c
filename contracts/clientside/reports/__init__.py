"""Reports, all made from one document (report.py): terminal, JUnit, Markdown, badge, one HTML page."""
