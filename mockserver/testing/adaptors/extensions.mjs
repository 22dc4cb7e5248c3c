// The JavaScript client's own relative imports name no file extension: a bundler adds it, Node does not. This hook,
// imported or registered with `node --import`, looks for the file in the ways a bundler would. The package is left as
// installed.

import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

// Node runs hooks in a thread of their own, from this same file.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!specifier.startsWith(".")) throw error;
    for (const ending of [".js", "/index.js"]) {
      try {
        return await nextResolve(specifier + ending, context);
      } catch {
        // The next ending, then the first error.
      }
    }
    throw error;
  }
}
