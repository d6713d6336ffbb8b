"""Convert a sentence-transformers model to OpenVINO: `python -m index.convert NAME FOLDER`.

Runs in a process of its own, so that torch and its memory never enter the one that asked. Writes
model.xml and model.bin, and fails unless their vectors agree with torch float32.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.models.model_files import locate
from index.runtimes import TELEMETRY, OpenVinoRuntime, TorchRuntime, import_openvino

if TYPE_CHECKING:
    import torch

MIN_COSINE = 0.999  # of converted to original vectors; bfloat16 gives .9999 on the default model
MIN_STATES = 0.99  # of all token states; what is kept of them is their signs
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
    target.mkdir(parents=True, exist_ok=True)
    openvino.save_model(graph, str(target / "model.xml"), compress_to_fp16=True)
    _check(OpenVinoRuntime(target), TorchRuntime(files.folder))


def _wrapped(model: Any) -> Any:
    """Return a module (token ids, mask) -> unit vectors, by the model's own pooling, and states."""
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
    (vectors, states), (wanted, wanted_states) = converted.run(ids, mask), original.run(ids, mask)
    least = min(_cosine(*pair) for pair in zip(vectors, wanted, strict=True))
    if not least >= MIN_COSINE:
        raise EmbeddingError(f"converted vectors differ from torch (cosine {least:.4f})")
    seen = mask == 1
    alike = _cosine(states[seen], wanted_states[seen])
    if not alike >= MIN_STATES:
        raise EmbeddingError(f"converted token states differ from torch (cosine {alike:.4f})")


def _cosine(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return float((first * second).sum() / lengths)


if __name__ == "__main__":
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # converting imports it once more
    convert(sys.argv[1], Path(sys.argv[2]))
