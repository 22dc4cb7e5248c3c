// The adaptor of the official JavaScript client on Node. javascript.py starts it, in a folder where
// `npm install @inferencesh/sdk` was done.
//
// A translator and nothing else: what the client leaves out, it leaves out, and what the client raises is told as it
// is.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const KIT = 1;
const MAX_PARALLEL = 16;
const MOST_LINE = 1024 * 1024;
const OLDEST_NODE = [20, 6];

// stdout is the protocol's; what a client prints goes to stderr.
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

function end(message) {
  process.stderr.write(message + "\n");
  process.exit(1);
}

// ------------------------------------------------------------------------------------------------------- the client

/** The package of the folder we are run in, and its version. */
async function installed() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    const oldest = OLDEST_NODE.join(".");
    end(`this adaptor needs Node.js ${oldest} or newer, and this is ${process.versions.node}: install a newer one`);
  }
  let entry;
  try {
    entry = createRequire(join(process.cwd(), "package.json")).resolve("@inferencesh/sdk");
  } catch {
    end(`this adaptor needs the official client, and ${process.cwd()} has none: npm install @inferencesh/sdk`);
  }
  await import("./extensions.mjs");
  const described = JSON.parse(await readFile(join(dirname(entry), "..", "package.json"), "utf8"));
  return { sdk: await import(pathToFileURL(entry)), version: described.version };
}

const { sdk, version } = await installed();

const api = (order) => sdk.inference({ apiKey: order.api_key, baseUrl: order.base_url });

class Cannot extends Error {}

/** An input in the client's own form: a local file is a File. */
async function withFiles(value) {
  if (Array.isArray(value)) return Promise.all(value.map(withFiles));
  if (value === null || typeof value !== "object") return value;
  if (Object.keys(value).join() === "$file") return file(value.$file.path, value.$file.type);
  const members = Object.entries(value).map(async ([key, member]) => [key, await withFiles(member)]);
  return Object.fromEntries(await Promise.all(members));
}

const file = async (path, type) => new File([await readFile(path)], basename(path), { type });

// ------------------------------------------------------------------------------------------ the calls of calls.toml

const SUPPORTS = [
  "run",
  "run.wait",
  "webhook",
  "session",
  "stream",
  "stream.ndjson",
  "stream.sse",
  "get",
  "wait",
  "wait.poll",
  "cancel",
  "upload",
];

// The client has no time limits, so `timeout_ms` is not asked for. Of a task that is named by its id alone, it is told
// that the status is unknown. Its list of tasks is one page and turning them is left to its user, so there is no `list`.
const CALLS = {
  async run(order, { app, input, wait = false, webhook, session }) {
    const params = { app, input: await withFiles(input), webhook, session };
    return taskTold(await api(order).run(params, { wait }));
  },

  async stream(order, { task, transport = "ndjson" }) {
    const updates = [];
    const onUpdate = ({ status, progress }) => updates.push({ status, progress });
    const follow = { ndjson: followLines, sse: followEvents }[transport];
    if (!follow) throw new Cannot(`stream.${transport}`);
    const ended = await follow(api(order), task, onUpdate);
    return { updates: updates.slice(-2000), end: taskTold(ended) };
  },

  get: async (order, { task }) => taskTold((await api(order).getTask(task)).data),

  async wait(order, { task, by }) {
    if (by && by !== "poll") throw new Cannot(`wait.${by}`);
    return taskTold(await watched(api(order), task, by ? { stream: false } : {}));
  },

  async cancel(order, { task }) {
    await api(order).cancel(task);
    return {};
  },

  async upload(order, { path, media_type }) {
    return { uri: (await api(order).uploadFile(await file(path, media_type))).uri };
  },

  async end_session(order, { session }) {
    await api(order).sessions.end(session);
    return {};
  },
};

const watched = (client, id, options) => client.tasks.watch({ id, status: sdk.TaskStatusUnknown }, options).done;

const followLines = (client, task, onUpdate) => watched(client, task, { onUpdate, onPartialUpdate: onUpdate });

/** The deprecated way: the client's StreamManager over its EventSource, until its own word for an end. */
function followEvents(client, task, onUpdate) {
  return new Promise((resolve) => {
    const onData = (update) => {
      onUpdate(update);
      if (!sdk.isTerminalStatus(update?.status)) return;
      manager.stop();
      resolve(update);
    };
    // Errors are no end: it connects again by itself, and does not tell when it has given up.
    const onError = (error) => console.error(error);
    const manager = new sdk.StreamManager({ createEventSource: () => client.streamTask(task), onData, onError });
    manager.connect();
  });
}

// ------------------------------------------------------------------------------------------------------ what is told

/** A task as the client's user sees it. */
function taskTold(found) {
  const { id = null, status = null, progress, output, error, session_id: session } = found ?? {};
  return { id, status, progress, output, error, session };
}

/** What an error's members tell. The body of a problem is one, as text, and is read as a user would. */
function errorTold(error) {
  let body;
  try {
    body = JSON.parse(error.responseBody ?? "{}");
  } catch {
    body = null;
  }
  return {
    class: String(error?.name ?? typeof error),
    message: String(error?.message ?? error),
    status: error?.statusCode ?? null,
    code: String(body?.type ?? "").split("/").pop() || (body?.error?.code ?? null),
    request_id: body?.request_id ?? null,
    violations: Array.isArray(body?.errors) ? body.errors : null,
    timeout: /Timeout/.test(error?.name),
  };
}

// --------------------------------------------------------------------------------------------------------- the lines

/** Writes a line whole; `print` keeps the order, also when nobody reads yet. */
function write(document) {
  let line = JSON.stringify(document);
  const bytes = Buffer.byteLength(line);
  if (bytes > MOST_LINE) {
    const message = `an answer of ${bytes} bytes does not fit into a line`;
    line = JSON.stringify({ seq: document.seq, raised: { class: "AdaptorError", message } });
  }
  print(line + "\n");
}

/** Carries a call out; a client that does not come back in time is answered for. */
async function answer(order) {
  const call = Object.hasOwn(CALLS, order.call) ? CALLS[order.call] : null;
  if (!call) return { cannot: { needs: order.call } };
  let timer;
  const late = new Promise((resolve) => {
    const message = `the client had not come back from \`${order.call}\` after ${order.deadline_ms / 1000} s`;
    timer = setTimeout(() => resolve({ raised: { class: "NoReturn", message } }), order.deadline_ms);
  });
  const carriedOut = call(order, order.with).then(
    (saw) => ({ saw }),
    (error) => (error instanceof Cannot ? { cannot: { needs: error.message } } : { raised: errorTold(error) }),
  );
  const told = await Promise.race([carriedOut, late]);
  clearTimeout(timer);
  return told;
}

async function* lines(stream) {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const found = (rest + chunk).split("\n");
    rest = found.pop();
    yield* found;
  }
}

// A client may leave a promise behind that nobody waits for. It is one call's trouble, and the others go on.
process.on("unhandledRejection", (error) => console.error(error));
process.on("uncaughtException", (error) => console.error(error));

const client = { name: "@inferencesh/sdk", version, language: "javascript", homepage: "https://inference.sh" };
const pending = new Set();

for await (const line of lines(process.stdin)) {
  let asked;
  try {
    asked = JSON.parse(line);
  } catch {
    console.error(`passed over, for it is no JSON: ${line.slice(0, 80)}`);
    continue;
  }
  if (asked?.op === "hello") {
    write({ kit: KIT, client, supports: SUPPORTS, max_parallel: MAX_PARALLEL });
  } else if (asked?.op === "call") {
    const answered = answer(asked).then((told) => write({ seq: asked.seq, ...told }));
    pending.add(answered);
    answered.finally(() => pending.delete(answered));
  } else if (asked?.op === "bye") {
    break;
  }
  // Nothing is kept for a case, so `end` asks for nothing.
}

await Promise.all(pending);
print("", () => process.exit(0)); // the client may have left timers and connections behind
