"""Keys, kinds of content, and redirects."""

import tempfile
from pathlib import Path

from attack.service import KEY, Counts, running


def keys(folder: Path) -> Counts:
    """Start with keys that are none; ask without the right one, and for another kind of content."""
    found: Counts = {}
    for name, key in {"unset": None, "empty": "", "a line break": "key\n", "a space": " ", "not ASCII": "clé"}.items():
        with running(Path(tempfile.mkdtemp(dir=folder)), key=key) as service:
            found[f"a key that is {name}"] = service.process.poll()
            assert found[f"a key that is {name}"] not in (None, 0), name
    with running(Path(tempfile.mkdtemp(dir=folder))) as service:
        for path in ("/example.json", "/openapi.json", "/info"):
            found[f"{path} without a key"] = service.ask(path, **{"X-API-Key": "another"})[0]
            assert found[f"{path} without a key"] == 401, path
        for scheme in ("Bearer", "bearer", "BEARER"):
            headers = {"X-API-Key": "", "Authorization": f"{scheme} {KEY}"}
            assert service.ask("/predict", service.example, **headers)[0] == 200, scheme
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
        ):
            found[kind] = service.ask("/predict", service.example, **{"Content-Type": kind})[0]
            assert found[kind] == 415, kind
        for kind in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"):
            assert service.ask("/predict", service.example, **{"Content-Type": kind})[0] == 200, kind
        found["redirect"] = service.ask("/predict/", service.example, Host="elsewhere.example")[0]
        assert found["redirect"] == 404
    return found
