"""The README's JavaScript snippet, run by Node with the unmodified client."""

import re
import subprocess
from pathlib import Path

from .child import environment
from .environments import EXTENSIONS
from .servers import INSTANT, Servers

README = Path(__file__).parents[2] / "README.md"


def test_the_javascript_snippet_prints_a_video(servers: Servers, javascript_folder: Path) -> None:
    """The snippet works as printed, against the port of the test's own server."""
    (snippet,) = re.findall(r"^```javascript\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    url = servers.url(*INSTANT)
    file = javascript_folder / "readme.mjs"
    file.write_text(snippet.replace("http://127.0.0.1:8787", url), "utf-8")
    done = subprocess.run(
        ["node", "--import", str(EXTENSIONS), str(file)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"{url}/app/files/t/\w+/\w+\.mp4\n", done.stdout)
