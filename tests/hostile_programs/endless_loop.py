"""It never comes back."""


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        while True:
            pass
    return sum(inputs)
