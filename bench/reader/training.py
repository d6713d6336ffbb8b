"""Train the reader, or what scores claims: examples in, checkpoints out, resumed where it stopped.

    python -m bench.reader.training EXAMPLES CHECKPOINT --steps N [--claims]

The examples are those of `bench.reader.examples`, or with --claims of `bench.reader.claims`;
`bench/reader/questions.py` and `bench/reader/claims.py` say what is lost at a step.
"""

import argparse
import json
import random
import signal
import time
from pathlib import Path

import torch
from torch import nn

from bench.reader import claims, questions
from bench.reader.network import Network
from index.models.joint_network import LOWER
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.small_networks import read_weights

RATE, HEAD_RATE, DECAY, WARM_UP = 1.5e-4, 1e-3, 0.01, 20  # the last in steps


def _started(weights: Path) -> dict[str, torch.Tensor]:
    """Return the upper layers and the head of a file of `bench.reader.shipping`."""
    found = {}
    for name, value in read_weights(weights).items():
        if name.startswith("encoder.layer."):
            layer, rest = name.removeprefix("encoder.layer.").split(".", 1)
            name = f"upper.{int(layer) - LOWER}.{rest}"
        found[name] = torch.from_numpy(value)
    return found


def main() -> None:
    """Train, from the checkpoint if there is one; SIGTERM saves and stops."""
    parser = argparse.ArgumentParser(prog="bench.reader.training", description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--steps", type=int, required=True, help="at the last, the rate is 0")
    parser.add_argument("--validate", type=int, default=100, help="steps between")
    parser.add_argument("--start", type=Path, help="weights of bench.reader.shipping to go on from")
    parser.add_argument("--claims", action="store_true", help="learn claims, not questions")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = Network(locate(DEFAULT_MODEL).weights.parent)
    made = claims.School if options.claims else questions.School
    school = made(json.loads(options.examples.read_text("utf-8")), network)
    trained = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    heads = ("answers", "parts", "likeness")
    groups = [
        {
            "params": [one for name, one in trained if name.startswith(heads) is head],
            "highest": rate,
            "lr": 0.0,
        }
        for head, rate in ((False, RATE), (True, HEAD_RATE))
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    step, epoch, done = 0, 0, 0
    if options.start:
        network.load_state_dict(_started(options.start), strict=False)
    if options.checkpoint.exists():
        kept = torch.load(options.checkpoint)
        network.load_state_dict(kept["network"], strict=False)
        step, epoch, done = kept["step"], kept["epoch"], kept["done"]
        if "optimizer" in kept:
            optimizer.load_state_dict(kept["optimizer"])

    def save() -> None:
        fixed = ("lower", "embeddings", "fixed")
        own = {
            name: one for name, one in network.state_dict().items() if not name.startswith(fixed)
        }
        counts = {"step": step, "epoch": epoch, "done": done}
        state = {"network": own, "optimizer": optimizer.state_dict(), **counts}
        torch.save(state, options.checkpoint.with_suffix(".new"))
        options.checkpoint.with_suffix(".new").replace(options.checkpoint)

    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    began, told = time.time(), 0.0
    while step < options.steps and not stopped:
        order = school.groups(random.Random(epoch))
        for number, asked in enumerate(order):
            if number < done:
                continue
            chance = random.Random(f"{epoch} {number}")
            share = min((step + 1) / WARM_UP, max(1 - step / options.steps, 0.0))
            for group in optimizer.param_groups:
                group["lr"] = group["highest"] * share
            loss = school.loss(asked, chance)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([one for _, one in trained], 1.0)
            optimizer.step()
            step, done = step + 1, number + 1
            told = float(loss.detach()) if told == 0 else 0.97 * told + 0.03 * float(loss.detach())
            if step % 10 == 0:
                seconds = time.time() - began
                print(f"{step} epoch {epoch} loss {told:.3f} {seconds:.0f} s", flush=True)
            if step % options.validate == 0:
                save()
                print(f"{step}: {school.validate()}", flush=True)
            if stopped or step >= options.steps:
                break
        else:
            epoch, done = epoch + 1, 0
    save()
    print(f"{step}: {school.validate()}", flush=True)


if __name__ == "__main__":
    main()
