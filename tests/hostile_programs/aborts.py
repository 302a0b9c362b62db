"""It crashes, and would leave an image of its memory."""

import os


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        os.chdir("/tmp")
        os.abort()
    return sum(inputs)
