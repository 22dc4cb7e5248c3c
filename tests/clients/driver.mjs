// The unmodified JavaScript client, driven from standard input; the same talk as driver.py.
//
//     node --import extensions.mjs driver.mjs FOLDER-WITH-NODE_MODULES

import { createRequire } from "node:module";
import { openAsBlob, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const APP = "klingai/video-v2-6";

const folder = process.argv[2];
const entry = createRequire(join(folder, "package.json")).resolve("@inferencesh/sdk");
const sdk = await import(pathToFileURL(entry));
const ENDS = [sdk.TaskStatusCompleted, sdk.TaskStatusFailed, sdk.TaskStatusCancelled];

const say = (kind, value) => process.stdout.write(JSON.stringify({ [kind]: value ?? null }) + "\n");

// Asked for over and over without a pause: the tests' tasks end at once, and the reader of our lines has the deadline.
async function polled(client, id) {
  for (;;) {
    const { data } = await client.getTask(id);
    if (ENDS.includes(data.status)) return data;
  }
}

async function submitted(client, params) {
  const task = await client.run(params, { wait: false });
  say("submitted", task);
  return task;
}

const run = (client, params) => client.run(params);

const CASES = {
  run,
  failing: run,
  invalid: run,
  unauthorized: run,

  // Nothing in Node turns a path into an upload; a Blob does.
  async upload(client, params) {
    const image = await openAsBlob(params.input.image, { type: "image/png" });
    return client.run({ ...params, input: { ...params.input, image } });
  },

  stream: (client, params) => client.run(params, { onUpdate: (update) => say("update", update) }),

  polling: (client, params) =>
    client.run(params, { stream: false, pollIntervalMs: 20, onUpdate: (update) => say("update", update) }),

  async poll(client, params) {
    const task = await submitted(client, params);
    return polled(client, task.id);
  },

  async cancel(client, params) {
    const task = await submitted(client, params);
    await client.cancel(task.id);
    return polled(client, task.id);
  },

  // Cancelled on the first sign of life, while `run` is waiting.
  wait_cancelled(client, params) {
    let cancelling;
    const onUpdate = (update) => (cancelling ??= client.cancel(update.id));
    return client.run(params, { onUpdate });
  },
};

const version = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8")).version;
say("client", { version, mode: "javascript" });

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const client = sdk.inference({ apiKey: order.api_key, baseUrl: order.base_url });
  try {
    say("returned", await CASES[order.case](client, { app: APP, input: order.input }));
  } catch (error) {
    say("raised", { type: error.name, message: error.message, status_code: error.statusCode ?? null });
  }
}
