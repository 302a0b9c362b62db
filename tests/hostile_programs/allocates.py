"""It takes 10 GB at once."""


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        bytearray(10**10)
    return sum(inputs)
