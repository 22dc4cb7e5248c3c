from inferencesh import inference

client = inference()


result = client.run({
    "app": "klingai/video-v2-6",
    "input": {}
})

print(result["output"])
