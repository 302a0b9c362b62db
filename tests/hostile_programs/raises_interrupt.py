"""It raises what `except Exception` does not catch."""


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        raise KeyboardInterrupt
    return sum(inputs)
