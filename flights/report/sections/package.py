"""Step 8: what is in the bundle, that it scores as training does, and how to start it."""

from typing import Any

from flights.report.markup import badge, code, element, facts, join, number, table
from flights.report.page import Step

START = """cd bundle
pip install --no-deps -r requirements.txt
python -m flights.service
curl --data @example.json --header "Content-Type: application/json" http://{host}:{port}/predict"""


def package(found: dict[str, Any], service: dict[str, Any]) -> Step:
    """Return the section of the package."""
    size, parity = sum(found["files"].values()), found["parity"]
    exact = (
        badge("exact", "good")
        if not parity["largest_difference"]
        else badge(f"within {parity['largest_difference']:.0e}", "good")
    )
    entries = {
        "Model": f"{found['candidate']}, fitted on {number(found['fitted_on'])} rows",
        "Parity": join(
            [
                exact,
                f" {parity['features']} features and the scores of {number(parity['rows'])} held-out rows, in training and in the bundle; {number(parity['rows_over_http'])} of them asked over HTTP",
            ]
        ),
        "Size": f"{len(found['files'])} files, {number(size)} bytes",
        "Digest": code(found["digest"]),
    }
    rows = [(code(name), number(count)) for name, count in found["files"].items()]
    body = join(
        [
            facts(entries),
            element("h3", "Start it"),
            element("pre", code(START.format(host=service["host"], port=service["port"])), tabindex=0),
            element("details", element("summary", f"All {len(rows)} files"), table(["file", "#bytes"], rows)),
        ]
    )
    return Step("package", "Package", f"{len(rows)} files, {number(size // 1_000)} kB", body)
