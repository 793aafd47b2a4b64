"""A headless Chromium that looks at a page in a frame where scripts are forbidden."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The frame around the page may run a script, the page in it may not: its sandbox forbids it.
FRAME = """<!DOCTYPE html><body style="margin:0">
<iframe sandbox="allow-same-origin" style="border:0;display:block;width:{width}px;height:{height}px"
 srcdoc="{page}"></iframe>
<pre></pre>
<script>
addEventListener("load", () => {{
  const inner = document.querySelector("iframe").contentDocument;
  const all = inner.createElement("style");
  all.textContent = ".chunk {{ content-visibility: visible !important }}";
  inner.head.append(all);
  const root = inner.documentElement;
  const wide = [...inner.body.querySelectorAll("*")]
    .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1)
    .map(e => e.tagName + "." + (e.getAttribute("class") || ""));
  const edge = inner.querySelector("h1").getBoundingClientRect().left - 1;
  const texts = inner.createTreeWalker(inner.querySelector("main"), NodeFilter.SHOW_TEXT);
  const cut = [];
  for (let text; (text = texts.nextNode()); ) {{
    const range = inner.createRange();
    range.selectNodeContents(text);
    if (text.data.trim() && !text.parentElement.closest("svg") && range.getClientRects().length
        && range.getBoundingClientRect().left < edge) cut.push(text.data.trim());
  }}
  const found = [root.clientWidth, root.scrollWidth, inner.title];
  document.querySelector("pre").textContent =
    JSON.stringify([...found, wide.slice(0, 9), cut.slice(0, 9)]);
}});
</script>"""


@dataclass(frozen=True)
class Look:
    """What the browser measured in CSS pixels, and what sticks out to the right."""

    seen: int
    needed: int
    title: str
    sticking_out: list[str]
    cut_off: list[str]  # texts that begin left of the page's edge


@dataclass(frozen=True)
class Browser:
    """Runs Chromium once per question, with its profile and files in a folder of the test."""

    folder: Path

    def look(self, page: str, width: int) -> Look:
        """Lay a page out at a width and measure it."""
        dom = self._run(page, width, 900, "--dump-dom").decode()
        told = re.search(r"<pre>(\[.*\])</pre>", dom, re.DOTALL)
        assert told is not None, dom[-500:]
        return Look(*json.loads(html.unescape(told[1])))

    def picture(self, page: str, width: int, height: int) -> bytes:
        """A screenshot as PNG."""
        path = self.folder / f"{width}.png"
        self._run(page, width, height, f"--screenshot={path}")
        return path.read_bytes()

    def _run(self, page: str, width: int, height: int, action: str) -> bytes:
        assert CHROMIUM is not None
        frame = self.folder / "frame.html"
        content = FRAME.format(width=width, height=height, page=html.escape(page))
        frame.write_text(content, encoding="utf-8")
        command = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",  # root in a container; the page is ours
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={self.folder / 'profile'}",
            f"--window-size={max(width, 500)},{height}",  # it opens no narrower window
            action,
            frame.as_uri(),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            output, _ = process.communicate(timeout=90)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        assert process.returncode == 0
        return output
