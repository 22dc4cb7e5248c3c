# local file paths are automatically uploaded
result = client.run({
    "app": "klingai/video-v2-6",
    "input": {
        "image": "/path/to/local/image.png", # detected & uploaded
        "audio": "https://example.com/audio.mp3", # url passed through
    }
})
