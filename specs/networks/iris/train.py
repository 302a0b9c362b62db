"""Train the iris network and write weights.npz, cases.csv and misclassified.csv beside this file.

    python specs/networks/iris/train.py

Needs NumPy and scikit-learn (for the data alone). The seed is fixed; another machine may still give
weights that differ in the last digits, so the three files belong together and are committed together.
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris

HERE = Path(__file__).parent
INPUTS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
HIDDEN, STEPS, RATE, DECAY = 4, 2000, 0.5, 1e-3


def feedforward(x, w1, b1, w2, b2):
    """Hidden layer and probabilities; x is rows × inputs, each w is units × inputs."""
    hidden = np.tanh(x @ w1.T + b1)
    scores = hidden @ w2.T + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def train(x, labels, rng):
    """Gradient descent on the cross-entropy of all rows at once."""
    w1, b1 = rng.normal(0, 0.5, (HIDDEN, x.shape[1])), np.zeros(HIDDEN)
    w2, b2 = rng.normal(0, 0.5, (3, HIDDEN)), np.zeros(3)
    targets = np.eye(3)[labels]
    for _ in range(STEPS):
        hidden, probabilities = feedforward(x, w1, b1, w2, b2)
        delta2 = (probabilities - targets) / len(x)
        delta1 = (delta2 @ w2) * (1 - hidden**2)
        w2 -= RATE * (delta2.T @ hidden + DECAY * w2)
        b2 -= RATE * delta2.sum(axis=0)
        w1 -= RATE * (delta1.T @ x + DECAY * w1)
        b1 -= RATE * delta1.sum(axis=0)
    return w1, b1, w2, b2


def write_cases(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main():
    iris = load_iris()
    x, labels, species = iris.data, iris.target, [str(name) for name in iris.target_names]
    rng = np.random.default_rng(1936)
    chosen = rng.permutation(len(x))[:100]  # trained on these, tested on all

    mean, spread = x[chosen].mean(axis=0), x[chosen].std(axis=0)
    w1, b1, w2, b2 = train((x[chosen] - mean) / spread, labels[chosen], rng)
    w1, b1 = w1 / spread, b1 - (w1 / spread) @ mean  # so that the network reads centimetres

    arrays = {"hidden.weight": w1, "hidden.bias": b1, "output.weight": w2, "output.bias": b2}
    np.savez(HERE / "weights.npz", **arrays)

    _, probabilities = feedforward(x, w1, b1, w2, b2)
    right = probabilities.argmax(axis=1) == labels
    rows = [
        [f"flower {i + 1}", *map(float, x[i]), species[labels[i]], *map(float, probabilities[i])]
        for i in range(len(x))
    ]
    header = ["id", *INPUTS, "species", *species]
    write_cases(
        HERE / "cases.csv", header, [row for row, ok in zip(rows, right, strict=True) if ok]
    )
    write_cases(
        HERE / "misclassified.csv",
        header,
        [row for row, ok in zip(rows, right, strict=True) if not ok],
    )
    print(f"{right.sum()} of {len(x)} right, {right[chosen].sum()} of the {len(chosen)} trained on")


if __name__ == "__main__":
    main()
