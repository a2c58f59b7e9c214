"""New bundles while the service runs, and workers that are killed."""

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from attack.service import Counts, Witness, listens, running, until
from flights.service.integrity import seal

Change = Callable[[Path], object]
"""What alters a bundle."""


def write_sums(text: str) -> Change:
    """Return what puts ``text`` into SHA256SUMS."""
    return lambda bundle: (bundle / "SHA256SUMS").write_text(text, encoding="utf-8")


def shorten_sums(bundle: Path) -> None:
    """Leave the model out of SHA256SUMS, and cut it short."""
    lines = (bundle / "SHA256SUMS").read_text(encoding="utf-8").splitlines(keepends=True)
    (bundle / "SHA256SUMS").write_text("".join(line for line in lines if "model/" not in line), encoding="utf-8")
    halve(bundle / "model/model.txt")


def score_otherwise(bundle: Path) -> None:
    """Let the smoke test expect another score."""
    proof = json.loads((bundle / "proof.json").read_text(encoding="utf-8"))
    proof["scores"][0] += 0.01
    (bundle / "proof.json").write_text(json.dumps(proof), encoding="utf-8")


def halve(file: Path) -> None:
    """Cut a file short."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def append(file: str, code: str) -> Change:
    """Return what adds ``code`` to a module of a bundle."""

    def change(bundle: Path) -> None:
        with (bundle / "flights" / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{code}\n")

    return change


def sealed(change: Change) -> Change:
    """Return ``change`` with digests that are right afterwards."""

    def both(bundle: Path) -> None:
        change(bundle)
        seal(bundle)

    return both


BUNDLES: dict[str, Change] = {
    "an empty SHA256SUMS": write_sums(""),
    "no SHA256SUMS": lambda bundle: (bundle / "SHA256SUMS").unlink(),
    "a SHA256SUMS of other text": write_sums("no list\n"),
    "a shortened SHA256SUMS": shorten_sums,
    "a changed module": append("service/app.py", "import os; os._exit(0)"),
    "a model cut short": lambda bundle: halve(bundle / "model/model.txt"),
    "a snapshot cut short": lambda bundle: halve(next((bundle / "data/snapshots").glob("*.json"))),
    "a file that is not listed": lambda bundle: (bundle / "flights/service/more.py").write_text(""),
    "sealed, with SystemExit": sealed(append("service/app.py", "raise SystemExit(0)")),
    "sealed, with os._exit": sealed(append("service/scorer.py", "import os; os._exit(0)")),
    "sealed, with os.abort": sealed(append("service/scorer.py", "import os; os.abort()")),
    "sealed, with KeyboardInterrupt": sealed(append("service/app.py", "raise KeyboardInterrupt")),
    "sealed, a model cut short": sealed(lambda bundle: halve(bundle / "model/model.txt")),
    "sealed, another score": sealed(score_otherwise),
}


def bundles(folder: Path) -> Counts:
    """Put bundles in place that are not whole, or whose code ends the process; then a good one, slowly."""
    link = folder / "current"
    link.symlink_to(folder / "bundle")
    with running(folder, "--bundle", str(link)) as service, Witness(service) as witness:
        found: Counts = {}

        def install(name: str) -> None:
            (folder / "new").symlink_to(folder / name)
            (folder / "new").replace(link)

        for number, (name, change) in enumerate(BUNDLES.items(), start=1):
            target = Path(shutil.copytree(service.bundle, folder / f"version {number}"))
            change(target)
            install(target.name)
            assert until(
                lambda n=number: (
                    service.process.poll() is not None or service.metric('service_reloads_total{result="refused"}') >= n
                )
            ), f"{name} is not refused"
            assert service.process.poll() is None, f"{name} ended the service"
            assert not service.metric('service_reloads_total{result="taken"}'), f"{name} was taken"
            said = [json.loads(line)["message"] for line in (folder / "said").read_text(encoding="utf-8").splitlines()]
            found[name] = said[-1].partition("is refused: ")[2][:100]
        slow = folder / "slow"
        slow.mkdir()
        install(slow.name)
        names = sorted(file.relative_to(service.bundle) for file in service.bundle.rglob("*") if file.is_file())
        for number, name in enumerate(reversed(names)):
            (slow / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(service.bundle / name, slow / name)
            time.sleep(3 if number in (1, len(names) - 2) else 0.01)
        assert until(lambda: bool(service.metric('service_reloads_total{result="taken"}'))), (
            "what arrives slowly is not taken"
        )
        found["copied slowly"] = "taken"
    witness.check()
    return {**found, **witness.counts()}


def workers(folder: Path) -> Counts:
    """Kill workers, let the others take a new bundle, and end them."""
    with running(folder, "--workers", "2") as service:
        shutil.rmtree(service.logs, ignore_errors=True)
        service.logs.write_text("no folder", encoding="utf-8")
        until(lambda: service.metric("service_ready") == 0)
        for worker in psutil.Process(service.process.pid).children():
            if "spawn_main" in " ".join(worker.cmdline()):
                worker.send_signal(signal.SIGKILL)
        service.logs.unlink()
        assert until(lambda: listens(service) and service.metric("service_ready") == 1), "service_ready stays 0"
        seal_again = json.loads((service.bundle / "bundle.json").read_text(encoding="utf-8")) | {"note": "another"}
        (service.bundle / "bundle.json").write_text(json.dumps(seal_again), encoding="utf-8")
        digest = seal(service.bundle)

        def told() -> list[str]:
            lines = service.ask("/metrics")[1].decode().splitlines()
            return [line for line in lines if line.startswith("service_bundle{")]

        assert until(lambda: len(told()) == 1 and digest in told()[0]), told()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait()
    left = [file.name for file in folder.iterdir() if file.name not in ("bundle", "logs", "said")]
    assert not left, left
    return {"ready after a kill": 1, "bundles told after a reload": 1, "folders left": 0}
