"""The adaptor of curl and jq: curl.sh in bash, which takes this process's place."""

from mockserver.testing.adaptors.programs import become

if __name__ == "__main__":
    become("bash", "curl.sh", "bash")
