"""The adaptor of the official JavaScript client: javascript.mjs on Node, which takes this process's place.

It is run in a folder where `npm install @inferencesh/sdk` was done.
"""

from mockserver.testing.adaptors.programs import become

if __name__ == "__main__":
    become("node", "javascript.mjs", "Node.js 20.6 or newer")
