"""The routes a test calls, all under /_mock: plain JSON, no envelope, no CORS."""
