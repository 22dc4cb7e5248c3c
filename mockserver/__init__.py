"""An offline emulator of the inference.sh API for the app klingai/video-v2-6."""

__version__ = "0.1.0"
