"""It interferes with every line that runs."""

import sys


def disturb(frame, event, argument):
    raise RuntimeError("traced")


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        sys.setprofile(disturb)
        sys.settrace(disturb)
    return sum(inputs)
