"""A look at a payload as Slack's clients would show it: python -m tests.bot.preview FILE.json OUT.png [--phone].

A tool for eyes and for docs/images, not a test: it needs Chromium on the PATH. It reads mrkdwn by Slack's published
rules, so that what was not escaped shows.
"""

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",
]
DESKTOP_WIDTH, PHONE_WIDTH = 720, 360
EMOJI = {"warning": "⚠️", "white_check_mark": "✅"}

AVATAR = """<svg class="face" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#7b2d43"/>
<circle cx="18" cy="18" r="13" fill="#c98a3d"/><circle cx="18" cy="18" r="10.4" fill="#fbe9b0"/>
<g fill="#a9642a"><circle cx="15" cy="14" r="1"/><circle cx="21" cy="16" r="1.1"/><circle cx="17" cy="20" r=".9"/>
<circle cx="22" cy="21" r=".8"/><circle cx="13" cy="19" r=".8"/><circle cx="19" cy="12" r=".7"/></g></svg>"""

STYLE = """
* { box-sizing: border-box } body { margin: 0; background: #fff; color: #1d1c1d;
  font: 15px/22px Lato, "Segoe UI", Helvetica, sans-serif }
.message { display: flex; gap: 8px; padding: 14px 20px 16px }
.desktop { width: 720px } .phone { width: 360px }
.phone .message { padding: 12px 12px 14px; font-size: 16px }
.face { width: 36px; height: 36px; flex: none; margin-top: 3px } .body { flex: 1; min-width: 0; max-width: 640px }
.who { line-height: 22px } .who b { font-weight: 900 } .app { font-size: 10px; font-weight: 700; color: #616061;
  background: #1d1c1d21; border-radius: 2px; padding: 1px 3px; margin: 0 4px; vertical-align: 1px }
.when { font-size: 12px; color: #616061 }
.header { font-size: 18px; font-weight: 900; line-height: 24px; margin: 8px 0 4px }
.section { display: flex; gap: 16px; align-items: flex-start; margin: 8px 0 } .section > .text { flex: 1; min-width: 0 }
.fields { flex: 1; display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px }
.phone .fields { grid-template-columns: 1fr }
.context { font-size: 13px; line-height: 18px; color: #616061; margin: 6px 0 } .phone .context { font-size: 14px }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 }
.text, .fields, .context { overflow-wrap: anywhere }
.button { font-size: 15px; font-weight: 700; line-height: 34px; padding: 0 12px; border: 1px solid #1d1c1d4d;
  border-radius: 8px; white-space: nowrap; background: #fff } .primary { background: #007a5a; color: #fff; border: 0 }
.danger { color: #e01e5a; border-color: #e01e5a } .menu { letter-spacing: 1px; padding: 0 10px }
.phone .actions .button { flex: 1 1 auto; text-align: center }
.mention { color: #1264a3; background: #1d9bd11a; border-radius: 3px; padding: 0 2px }
code { font: 12px/1.5 Menlo, Consolas, "DejaVu Sans Mono", monospace; color: #c01343; background: #1d1c1d0a;
  border: 1px solid #1d1c1d21; border-radius: 3px; padding: 1px 3px } pre { font: 12px/1.5 "DejaVu Sans Mono",
  monospace; background: #1d1c1d0a; border: 1px solid #1d1c1d21; border-radius: 4px; padding: 8px; margin: 4px 0;
  white-space: pre-wrap } blockquote { margin: 0; border-left: 4px solid #ddd; padding-left: 12px }
table { border-collapse: collapse; margin: 8px 0; font-size: 14px } td { border: 1px solid #1d1c1d21;
  padding: 5px 10px; vertical-align: top; white-space: nowrap } td.wrapped { white-space: normal }
.scroll { overflow-x: auto } hr { border: 0; border-top: 1px solid #1d1c1d21; margin: 12px 0 }
"""


def page(payload: dict[str, Any], *, phone: bool) -> str:
    """The message as an HTML page."""
    blocks = "".join(_block(block) for block in payload["blocks"])
    seen = '<div class="when">Only visible to you</div>' if payload.get("response_type") == "ephemeral" else ""
    who = '<div class="who"><b>Melktert</b><span class="app">APP</span><span class="when">9:41 AM</span></div>'
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body class="{"phone" if phone else "desktop"}">'
        f'<div class="message">{AVATAR}<div class="body">{seen}{who}{blocks}</div></div>'
        "<script>document.title = Math.ceil(document.querySelector('.message').getBoundingClientRect().height)</script>"
    )


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f'<div class="header">{_text(block["text"])}</div>'
        case "section":
            text = f'<div class="text">{_text(block["text"])}</div>' if "text" in block else ""
            fields = "".join(f"<div>{_text(field)}</div>" for field in block.get("fields", ()))
            fields = f'<div class="fields">{fields}</div>' if fields else ""
            beside = _element(block["accessory"]) if "accessory" in block else ""
            return f'<div class="section">{text}{fields}{beside}</div>'
        case "context":
            return f'<div class="context">{" ".join(_text(element) for element in block["elements"])}</div>'
        case "actions":
            return f'<div class="actions">{"".join(_element(element) for element in block["elements"])}</div>'
        case "table":
            return _table(block)
        case _:
            return "<hr>"


def _element(element: dict[str, Any]) -> str:
    if element["type"] == "overflow":
        return '<span class="button menu">•••</span>'
    return f'<span class="button {element.get("style", "")}">{_text(element["text"])}</span>'


def _table(block: dict[str, Any]) -> str:
    settings = block.get("column_settings", [])
    rows = ""
    for row in block["rows"]:
        cells = ""
        for setting, cell in zip([*settings, *[{}] * len(row)], row, strict=False):
            found = [run for section in cell.get("elements", ()) for run in section["elements"]] or [cell]
            text = "".join(
                f"<b>{html.escape(run['text'])}</b>" if run.get("style", {}).get("bold") else html.escape(run["text"])
                for run in found
            )
            wrapped = "wrapped" if setting.get("is_wrapped") else ""
            cells += f'<td class="{wrapped}" style="text-align: {setting.get("align", "left")}">{text}</td>'
        rows += f"<tr>{cells}</tr>"
    return f'<div class="scroll"><table>{rows}</table></div>'


def _text(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        found = html.escape(text["text"])
        return found if text.get("emoji", True) is False else _emoji(found)
    return _mrkdwn(text["text"])


def _mrkdwn(text: str) -> str:
    """Slack's rules: < > are commands, and a mark works at the edges of words. The entities are HTML's own."""
    pieces = re.split(r"(```.*?```|`[^`\n]+`)", text, flags=re.DOTALL)
    return "".join(_code(piece) if piece.startswith("`") else _prose(piece) for piece in pieces)


def _code(piece: str) -> str:
    return f"<pre>{piece.strip('`').strip()}</pre>" if piece.startswith("```") else f"<code>{piece.strip('`')}</code>"


def _prose(text: str) -> str:
    text = re.sub(r"<@([UW]\w+)>", r'<span class="mention">@\1</span>', text)
    text = re.sub(r"<!(channel|here|everyone)>", r'<span class="mention">@\1</span>', text)
    for mark, tag in (("*", "b"), ("_", "i"), ("~", "s")):
        sign = re.escape(mark)
        text = re.sub(rf"(?<![^\W_]){sign}(?=\S)([^{sign}\n]+?)(?<=\S){sign}(?![^\W_])", rf"<{tag}>\1</{tag}>", text)
    text = re.sub(r"(?m)^&gt;\s?(.*)$", r"<blockquote>\1</blockquote>", text)
    return _emoji(text).replace("\n", "<br>")


def _emoji(text: str) -> str:
    return re.sub(r":([a-z0-9_+'-]+):", lambda found: EMOJI.get(found[1], f"[{found[1]}]"), text)


def draw(payload: dict[str, Any], out: Path, *, phone: bool) -> None:
    """Write the picture. Raises SystemExit where there is no browser."""
    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if browser is None:
        sys.exit("No Chromium on the PATH; install one (apt-get install chromium) to draw a preview.")
    width = PHONE_WIDTH if phone else DESKTOP_WIDTH
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "message.html"
        file.write_text(page(payload, phone=phone), encoding="utf-8")
        start = [browser, *QUIET, f"--user-data-dir={folder}/browser"]
        measured = [*start, f"--window-size={width},800", "--dump-dom", file.as_uri()]
        dom = subprocess.run(measured, capture_output=True, text=True, check=True, timeout=120).stdout
        height = re.search(r"<title>(\d+)", dom)
        size = f"--window-size={width},{int(height[1]) if height else 800}"
        shot = [*start, size, f"--screenshot={out.resolve()}", file.as_uri()]
        subprocess.run(shot, capture_output=True, check=True, timeout=120)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bot.preview", description=__doc__)
    parser.add_argument("payload", type=Path, help="what `python -m bot ask … --format slack` wrote")
    parser.add_argument("picture", type=Path, help="the PNG to write")
    parser.add_argument("--phone", action="store_true", help=f"{PHONE_WIDTH} pixels wide, fields stacked")
    given = parser.parse_args()
    draw(json.loads(given.payload.read_text(encoding="utf-8")), given.picture, phone=given.phone)


if __name__ == "__main__":
    main()
