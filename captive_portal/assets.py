"""Style sheets, script and icon: read and packed once, kept by browsers under a name that changes with them."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

from captive_portal.delivery import takes_gzip

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
INDENT = re.compile(rb"(?m)^[ ]+|/\*.*?\*/\n?", re.S)  # for readers of the source; a phone needs neither


@dataclass(frozen=True, slots=True)
class Asset:
    plain: bytes
    packed: bytes
    kind: str
    version: str


def load_assets(folder: Path = STATIC) -> dict[str, Asset]:
    return {path.name: _load(path) for path in sorted(folder.iterdir()) if path.suffix in KINDS}


def _load(path: Path) -> Asset:
    plain = path.read_bytes()
    if path.suffix in (".css", ".js"):
        plain = INDENT.sub(b"", plain)
    return Asset(plain, gzip.compress(plain, 9, mtime=0), KINDS[path.suffix], hashlib.sha256(plain).hexdigest()[:8])


def set_up_assets(app: Flask) -> None:
    assets = load_assets()

    def asset(name: str) -> Response:
        found = assets.get(name) or abort(404)
        packed = takes_gzip()
        response = Response(found.packed if packed else found.plain, content_type=found.kind)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.set_etag(f"{found.version}{'-gz' if packed else ''}")
        response.make_conditional(request)
        return response

    def asset_url(name: str) -> str:
        return url_for("asset", name=name, v=assets[name].version)

    app.add_url_rule("/static/<name>", "asset", asset)
    app.add_url_rule("/favicon.ico", "favicon", lambda: asset("icon.svg"))
    app.jinja_env.globals["asset_url"] = asset_url
