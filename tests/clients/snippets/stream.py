from inferencesh import inference

client = inference()


# stream=True yields updates as they arrive
for update in client.run({
    "app": "klingai/video-v2-6",
    "input": {}
    }, stream=True):
    if update.get("progress"):
        print(f"progress: {update['progress']}%")
    if update.get("output"):
        print(f"output: {update['output']}")
