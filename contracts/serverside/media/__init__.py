"""What a video file says of itself, read without a codec, and decoded where PyAV is installed."""
