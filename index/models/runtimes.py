"""Run a model: token ids and mask in, unit vectors and token embeddings out.

OpenVINO first, torch where that fails and on other devices than the processor. The converted model
is in a folder that all libraries of a user share. Converting runs in a process of its own, so that
torch and its memory never enter the one that asked:

    python -m index.models.runtimes NAME FOLDER
"""

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.models import checksums
from index.models.model_files import ModelFiles, locate
from index.storage.private import close_to_others, make_folder

if TYPE_CHECKING:
    import torch


CPU = "cpu"
CONVERT_SECONDS = 600
MODEL = "model.xml"
TELEMETRY = "openvino_telemetry"  # reports each import of openvino to Google Analytics
Outputs = tuple[NDArray[np.float32], NDArray[np.float32]]  # vectors (n, d), tokens (n, length, d)

logger = logging.getLogger(__name__)

_importing = threading.Lock()
_compiling = threading.Lock()
_in_use: WeakValueDictionary[tuple[str, int, int], Any] = WeakValueDictionary()  # by model file


def import_openvino() -> Any:
    """Import openvino without the package that would report it; the only way to import it here.

    Without that package openvino has a stand-in, which it keeps. In a program that imports us, that
    package can be imported before and after this as if nothing had been.
    """
    with _importing:
        # Looked up, not searched for: other threads may be importing.
        theirs = {TELEMETRY: sys.modules[TELEMETRY]} if TELEMETRY in sys.modules else {}
        sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # importing it now fails
        try:
            import openvino
        finally:
            del sys.modules[TELEMETRY]
            sys.modules.update(theirs)
    return openvino


class Runtime(Protocol):
    """A loaded model."""

    name: str

    def run(self, token_ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Outputs:
        """Return vectors (n, d) and tokens (n, length, d) for ids and mask (n, length)."""
        ...


def release() -> str:
    """Return OpenVINO's version: what it has compiled serves no other."""
    return str(import_openvino().get_version()).split("-", maxsplit=1)[0]


def compiled(model: Any) -> Any:
    """Return a model compiled for the CPU, in bfloat16 where the processor has it, else float32.

    Of a file, the compiled form is cached beside it, and shared by all in this process that use it:
    each makes infer requests of its own.
    """
    if not isinstance(model, Path):
        return _compile(import_openvino().Core(), model)
    found = model.stat()
    key = str(model.resolve()), found.st_ino, found.st_mtime_ns
    with _compiling:
        made = _in_use.get(key)
        if made is None:
            made = _in_use[key] = _compiled_beside(model)
    return made


def _compiled_beside(model: Path) -> Any:
    core = import_openvino().Core()
    core.set_property({"CACHE_DIR": str(model.parent / checksums.COMPILED)})
    with _alone(model.parent):  # what another process is writing there has no checksum yet
        checksums.drop_changed_compiled(model.parent)
        made = _compile(core, str(model))
        checksums.write_compiled_sums(model.parent)
    return made


def _compile(core: Any, model: Any) -> Any:
    fast = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    options = {"INFERENCE_PRECISION_HINT": "bf16" if fast else "f32", "PERFORMANCE_HINT": "LATENCY"}
    return core.compile_model(model, "CPU", options)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from compiling the model of a folder; where nobody can write, no need."""
    from filelock import FileLock

    if not os.access(folder, os.W_OK):
        yield
        return
    with FileLock(folder / f"{checksums.COMPILED}.lock", timeout=CONVERT_SECONDS):
        yield


class OpenVinoRuntime:
    """The converted model on the CPU."""

    def __init__(self, folder: Path) -> None:
        """Compile the model of `folder`."""
        self._compiled = compiled(folder / MODEL)  # held: it is shared while somebody holds it
        bf16 = "bf16" in str(self._compiled.get_property("INFERENCE_PRECISION_HINT"))
        self.name = f"openvino {'bfloat16' if bf16 else 'float32'}"
        self._request = self._compiled.create_infer_request()
        self._lock = threading.Lock()

    def run(self, token_ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Outputs:
        """Return vectors and tokens; one caller at a time, for a request holds its buffers."""
        with self._lock:
            result = self._request.infer([token_ids, mask])
            return np.array(result[0], dtype=np.float32), np.array(result[1], dtype=np.float32)


class TorchRuntime:
    """Plain sentence-transformers, float32."""

    name = "sentence-transformers float32"

    def __init__(self, folder: Path, device: str = CPU) -> None:
        """Load the model; imports torch, which takes seconds."""
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        self._device = device

    def run(self, token_ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Outputs:
        import torch

        features: dict[str, Any] = {
            "input_ids": torch.from_numpy(token_ids).to(self._device),
            "attention_mask": torch.from_numpy(mask).to(self._device),
        }
        with torch.no_grad():
            made = self._model(features)
            unit = torch.nn.functional.normalize(made["sentence_embedding"], p=2, dim=1)
        found = unit, made["token_embeddings"]
        vectors, tokens = (one.float().cpu().numpy() for one in found)
        return np.asarray(vectors, np.float32), np.asarray(tokens, np.float32)


def load_cross_encoder(name: str) -> Any:
    """Return a cross-encoder of sentence-transformers, by name or folder, that gives logits."""
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    return CrossEncoder(name, device="cpu", local_files_only=True, activation_fn=Identity())


def load_runtime(files: ModelFiles, sha256: str, cache: Path, device: str = CPU) -> Runtime:
    """Return the fastest runtime that works; a slower one comes with a warning.

    Raises EmbeddingError where the model does not run on a device that was asked for.
    """
    if device != CPU:
        return _on_device(files, device)
    try:
        return OpenVinoRuntime(_converted(files, sha256, cache))
    except Exception as error:  # whatever fails in an accelerator, the plain model still works
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        logger.warning(
            "OpenVINO cannot run %s (%s): using sentence-transformers, which is slower; "
            "delete %s to have it converted again",
            files.name,
            reason,
            cache,
        )
        return TorchRuntime(files.folder)


def _on_device(files: ModelFiles, device: str) -> Runtime:
    try:
        runtime = TorchRuntime(files.folder, device)
        runtime.run(np.ones((1, 2), np.int64), np.ones((1, 2), np.int64))
    except Exception as error:  # torch has no common base for what is wrong with a device
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise EmbeddingError(
            f"BRIEFS_EMBEDDING_DEVICE={device}: {files.name} does not run there ({reason}); "
            f"set it to {CPU}, or install the torch that drives the device"
        ) from None
    return runtime


def changed_conversion(files: ModelFiles, sha256: str, cache: Path) -> str | None:
    """Read the converted model whole; delete it if it has changed, and return which file did.

    It is converted again when it is next needed. None where it is sound, or not converted yet.
    """
    folder = _folder_of(files, sha256, cache)
    if not (folder / MODEL).is_file():
        return None
    if name := checksums.changed(folder, thoroughly=True):
        shutil.rmtree(folder, ignore_errors=True)
        return name
    return next(iter(checksums.drop_changed_compiled(folder, thoroughly=True)), None)


def _folder_of(files: ModelFiles, sha256: str, cache: Path) -> Path:
    return cache / f"{sha256[:12]}-{files.pooling[:6]}-openvino-{release()}-states"


def is_sound(folder: Path) -> bool:
    """Tell whether a model is converted there and unchanged, as far as size and time tell."""
    if not (folder / MODEL).is_file():
        return False
    name = checksums.changed(folder)
    if name is None or not os.access(folder.parent, os.W_OK):
        return True
    if checksums.read_sums(folder):
        logger.warning("%s of the converted model has changed: it is converted again", name)
    return False


def _converted(files: ModelFiles, sha256: str, cache: Path) -> Path:
    folder = _folder_of(files, sha256, cache)
    if is_sound(folder):
        return folder
    from filelock import FileLock  # only for the one who converts

    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{folder.name}.lock", timeout=CONVERT_SECONDS):
        if is_sound(folder):  # another process was first
            return folder
        logger.info("preparing %s: once for all libraries, about ten seconds", files.name)
        building = cache / f"{folder.name}.building"
        shutil.rmtree(building, ignore_errors=True)  # left by a process that died
        try:
            _convert(files.name, building)
            shutil.rmtree(building / checksums.COMPILED, ignore_errors=True)  # for another path
            checksums.write_sums(building)
            shutil.rmtree(folder, ignore_errors=True)  # changed, or of an earlier build
            building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return folder


def _convert(name: str, target: Path) -> None:
    command = [sys.executable, "-m", "index.models.runtimes", name, str(target)]
    root = Path(__file__).resolve().parents[2]
    path = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(  # noqa: S603 - our own module and a model's name, no shell
        command, env=environment, capture_output=True, text=True, timeout=CONVERT_SECONDS
    )
    if done.returncode:
        raise EmbeddingError((done.stderr.strip() or "conversion failed").splitlines()[-1])


MIN_COSINE = 0.999  # of converted to original vectors; bfloat16 gives .9999 on the default model
MIN_TOKEN_COSINE = 0.99  # of all token embeddings; what is kept of them is their signs
_CANARY_LENGTHS = (3, 17, 64, 200)


def convert(name: str, target: Path) -> None:
    """Write the OpenVINO form of the named model into `target` and check it."""
    openvino = import_openvino()
    import torch
    from sentence_transformers import SentenceTransformer

    files = locate(name)
    model = SentenceTransformer(str(files.folder), device="cpu", local_files_only=True)
    example = torch.ones(2, 8, dtype=torch.int64)
    with torch.no_grad():
        graph = openvino.convert_model(
            _wrapped(model),
            example_input=(example, example),
            input=[openvino.PartialShape([-1, -1]), openvino.PartialShape([-1, -1])],
        )
    make_folder(target)
    openvino.save_model(graph, str(target / MODEL), compress_to_fp16=True)
    close_to_others(target)  # who can write it decides what is found
    _check(OpenVinoRuntime(target), TorchRuntime(files.folder))


def _wrapped(model: Any) -> Any:
    """Return a module (token ids, mask) -> unit vectors, by the model's own pooling, and tokens."""
    import torch

    class Wrapped(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, token_ids: "torch.Tensor", mask: "torch.Tensor"
        ) -> "tuple[torch.Tensor, torch.Tensor]":
            made = self.model({"input_ids": token_ids, "attention_mask": mask})
            vectors = torch.nn.functional.normalize(made["sentence_embedding"], p=2, dim=1)
            return vectors, made["token_embeddings"]

    return Wrapped().eval()


def _check(converted: OpenVinoRuntime, original: TorchRuntime) -> None:
    """Compare both on one padded batch of made-up token ids of several lengths."""
    random = np.random.default_rng(7)
    ids = random.integers(1000, 20_000, size=(len(_CANARY_LENGTHS), max(_CANARY_LENGTHS)))
    mask = np.zeros_like(ids)
    for row, length in enumerate(_CANARY_LENGTHS):
        mask[row, :length] = 1
    ids = np.where(mask == 1, ids, 0)
    (vectors, tokens), (wanted, wanted_tokens) = converted.run(ids, mask), original.run(ids, mask)
    least = min(_cosine(*pair) for pair in zip(vectors, wanted, strict=True))
    if not least >= MIN_COSINE:
        raise EmbeddingError(f"converted vectors differ from torch (cosine {least:.4f})")
    seen = mask == 1
    alike = _cosine(tokens[seen], wanted_tokens[seen])
    if not alike >= MIN_TOKEN_COSINE:
        raise EmbeddingError(f"converted token embeddings differ from torch (cosine {alike:.4f})")


def _cosine(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return float((first * second).sum() / lengths)


if __name__ == "__main__":
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # converting imports it once more
    convert(sys.argv[1], Path(sys.argv[2]))
