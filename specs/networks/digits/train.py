"""Train the digits network and write weights.npz and cases.npz beside this file.

    python specs/networks/digits/train.py

Needs NumPy and scikit-learn (for the data alone). The seed is fixed; another machine may still give
weights that differ in the last digits, so both files belong together and are committed together.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
HIDDEN, EPOCHS, BATCH, RATE, DECAY, CASES = 32, 60, 50, 0.2, 1e-4, 300


def feedforward(x, w1, b1, w2, b2):
    """Hidden layer and probabilities; x is rows × inputs, each w is units × inputs."""
    hidden = np.maximum(x @ w1.T + b1, 0)
    scores = hidden @ w2.T + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def train(x, labels, rng):
    """Gradient descent on the cross-entropy, a batch at a time."""
    w1, b1 = rng.normal(0, np.sqrt(2 / x.shape[1]), (HIDDEN, x.shape[1])), np.zeros(HIDDEN)
    w2, b2 = rng.normal(0, np.sqrt(1 / HIDDEN), (10, HIDDEN)), np.zeros(10)
    targets = np.eye(10)[labels]
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for rows in np.split(order, range(BATCH, len(x), BATCH)):
            hidden, probabilities = feedforward(x[rows], w1, b1, w2, b2)
            delta2 = (probabilities - targets[rows]) / len(rows)
            delta1 = (delta2 @ w2) * (hidden > 0)
            w2 -= RATE * (delta2.T @ hidden + DECAY * w2)
            b2 -= RATE * delta2.sum(axis=0)
            w1 -= RATE * (delta1.T @ x[rows] + DECAY * w1)
            b1 -= RATE * delta1.sum(axis=0)
    return w1, b1, w2, b2


def main():
    digits = load_digits()
    x, labels = digits.data, digits.target
    rng = np.random.default_rng(8)
    order = rng.permutation(len(x))
    test, chosen = order[:CASES], order[CASES:]

    w1, b1, w2, b2 = train(x[chosen] / 16, labels[chosen], rng)
    w1 /= 16  # so that the network reads the pixels as they are, 0 to 16
    arrays = {"hidden.weight": w1, "hidden.bias": b1, "output.weight": w2, "output.bias": b2}
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    np.savez(HERE / "weights.npz", **arrays)

    # what the float32 weights give in float64 arithmetic
    rounded = (array.astype(np.float64) for array in arrays.values())
    _, probabilities = feedforward(x[test], *rounded)
    right = probabilities.argmax(axis=1) == labels[test]
    np.savez_compressed(
        HERE / "cases.npz",
        X=x[test].astype(np.float32),
        Y=probabilities.astype(np.float32),
        X_right=x[test][right].astype(np.float32),
        label_right=labels[test][right],
    )
    print(f"{right.sum()} of {CASES} right, none of them trained on")


if __name__ == "__main__":
    main()
