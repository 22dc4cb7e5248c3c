result = client.run({
    "app": "klingai/video-v2-6",
    "input": {},
    "webhook": "https://your-server.com/webhook"
}, wait=False)
