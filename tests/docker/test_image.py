"""The image without a daemon: what its file promises is so, and each of its steps runs, in a clean folder.

The steps are read from the Dockerfile itself: `COPY`, `RUN` and `ENV` are done under a folder that stands for the root,
then its command serves as a user of its own, and its health check passes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ingest.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
Step = tuple[str, str]


def steps() -> list[Step]:
    """`(instruction, what it says)`, lines that go on joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines if line.strip()]


def said(instruction: str) -> list[str]:
    return [what for kind, what in steps() if kind == instruction]


def test_it_runs_as_nobody_else_and_says_how_it_is() -> None:
    assert said("USER") == ["10001:10001"]
    (check,) = said("HEALTHCHECK")
    assert "/readyz" in check
    assert said("EXPOSE") == ["8000"]
    assert all("latest" not in image for image in said("FROM"))


def test_what_it_copies_is_sent_to_it() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    for copied in said("COPY"):
        if not copied.startswith("--from"):
            assert {name.partition("/")[0] for name in copied.split()[:-1]} <= kept, copied


def test_what_it_installs_is_pinned_as_the_checkout_is() -> None:
    def pins(name: str) -> dict[str, str]:
        blocks = re.findall(r"^(\S+)==(\S+)((?: \\\n\s+--hash\S+)*)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        return {package: version + hashes for package, version, hashes in blocks}

    image, checkout = pins("docker/requirements.txt"), pins("constraints.txt")
    assert image.items() <= checkout.items()
    assert {"psycopg-binary", "obstore", "fastapi", "chromadb", "mcp"} <= set(image)
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(image)


@pytest.mark.parametrize("files", [("compose.yaml",), ("compose.yaml", "compose.servers.yaml")])
def test_compose_files_name_settings_that_there_are(files: tuple[str, ...]) -> None:
    known = {f"CLAPVERT_{name.upper()}" for name in Settings.model_fields}
    for file in files:
        told = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        assert set(told["services"]["clapvert"].get("environment", {})) <= known
        for service in told["services"].values():
            named = {v.partition(":")[0] for v in service.get("volumes", ())}
            assert named <= set(told["volumes"]) | {"data"}
            assert all(not str(port).startswith("0.0.0.0") for port in service.get("ports", ()))


@pytest.mark.nightly
def test_each_step_runs_in_a_clean_folder(tmp_path: Path) -> None:
    root = Path("/tmp") / f"clapvert-image-{os.getpid()}"
    try:
        _run_steps(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _run_steps(root: Path) -> None:
    user = 10001 if os.geteuid() == 0 and _open_to_all(Path(sys.executable).resolve()) else os.geteuid()
    for folder in ("src", "data", "home/clapvert", "usr/local/bin", "opt"):
        (root / folder).mkdir(parents=True)
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(root / "home")}
    environment |= {k: v for k, v in os.environ.items() if k.startswith("PIP_") or k.lower().endswith("_proxy")}
    where, command = root, []
    for kind, what in steps():
        if kind == "WORKDIR":
            where = root / what.strip("/")
        elif kind in ("ENV", "ARG"):
            for name, value in (pair.split("=", 1) for pair in shlex.split(what)):
                environment[name] = _under(root, value, environment)
        elif kind == "COPY":
            _copied(root, where, what)
        elif kind == "RUN" and "useradd" not in what:
            step = _under(root, what, environment)
            subprocess.run(["sh", "-c", step], cwd=where, env=environment, check=True, timeout=900)
        elif kind in ("ENTRYPOINT", "CMD"):
            command += json.loads(what)
    os.chown(root / "data", user, user)
    os.chown(root / "home" / "clapvert", user, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment |= {"CLAPVERT_PORT": port, "CLAPVERT_HOST": "127.0.0.1", "HOME": str(root / "home" / "clapvert")}
    environment["PATH"] = f"{root / 'usr/local/bin'}:{environment['PATH']}"
    process = subprocess.Popen(
        command, cwd=where, env=environment, user=user, group=user, extra_groups=[], start_new_session=True
    )
    (check,) = said("HEALTHCHECK")
    tried = json.loads(check.partition("CMD")[2].replace("8000", port))
    until = time.monotonic() + 1200  # the first index embeds the whole corpus
    try:
        while subprocess.run(tried, env=environment, capture_output=True).returncode:
            assert process.poll() is None, "the container ended"
            assert time.monotonic() < until, "the health check does not pass"
            time.sleep(1)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
    assert {p.stat().st_uid for p in (root / "data").rglob("*")} == {user}


def _open_to_all(program: Path) -> bool:
    """Whether a user of no group may run it: an interpreter under somebody's home is that one's alone."""
    return all(folder.stat().st_mode & 0o001 for folder in (program, *program.parents))


def _under(root: Path, text: str, environment: dict[str, str]) -> str:
    """A step whose folders lie under a root."""
    text = text.replace("$PATH", environment["PATH"])
    return re.sub(r"(?<![\w/.])/(opt|data|home)(?=[/ \":]|$)", lambda m: f"{root}/{m[1]}", text)


def _copied(root: Path, where: Path, what: str) -> None:
    *names, to = what.split()
    if names[0].startswith("--from"):
        return  # both stages are under one root
    for name in names:
        source = ROOT / name
        target = root / to.strip("/") if to.startswith("/") else where / to
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target if not to.endswith("./") else where / source.name)
