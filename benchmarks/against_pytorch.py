"""The tutorial's network: a plain PyTorch loop against DigitLab's preset.

    python benchmarks/against_pytorch.py [--pytorch-python PYTHON] [--seeds 3] [--epochs 10]

Both sides train on the same batches of 32 in the same order with Adam, evaluate the same 12,000 validation digits after
each epoch, and are scored on MNIST's test set. Each turn is a new process; compilation counts. PyTorch (2.13, a CPU
build, with NumPy) may be installed in another environment: `--pytorch-python` names its interpreter. The last line is a
JSON object; `ratio` says how many times faster the preset is.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np
from _sides import Result, compare, conclude, parser, preset

from digitlab.data import mnist

FITTED, BATCH = 48_000, 32


def pytorch(seed: int) -> Result:
    """Train as PyTorch's tutorials do, but from tensors in memory, without the cost of a DataLoader."""
    import torch

    digits = mnist.load()
    torch.manual_seed(seed)
    started = time.monotonic()
    images, labels = torch.tensor(digits.x_train).float() / 255, torch.tensor(digits.y_train).long()
    model = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    )
    for layer in (model[1], model[3]):  # Keras' initial weights
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    for epoch in range(options.epochs):
        order = torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(FITTED))
        total, correct = torch.zeros(()), torch.zeros(())
        for start in range(0, FITTED, BATCH):
            chosen = order[start : start + BATCH]
            answers = model(images[chosen])
            loss = loss_function(answers, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
            correct += (answers.argmax(1) == labels[chosen]).sum()
        with torch.no_grad():
            answers = model(images[FITTED:])
            loss_function(answers, labels[FITTED:]).item(), (answers.argmax(1) == labels[FITTED:]).float().mean().item()
    seconds = time.monotonic() - started
    with torch.no_grad():
        answers = model(torch.tensor(digits.x_test).float() / 255).argmax(1)
    return {"seconds": seconds, "accuracy": float((answers == torch.tensor(digits.y_test)).float().mean())}


if __name__ == "__main__":
    arguments = parser(__doc__, seeds=3)
    arguments.add_argument("--epochs", type=int, default=10)
    arguments.add_argument("--pytorch-python", default=sys.executable)
    options = arguments.parse_args()
    results = compare(
        options,
        {"pytorch": pytorch, "preset": lambda seed: preset("tutorial", seed, options.epochs)},
        {"pytorch": options.pytorch_python},
    )
    conclude(results, "pytorch", "preset")
