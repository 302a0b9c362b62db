"""It puts another program in its own place."""

import contextlib
import os
import shutil


def neuron(weights, bias, inputs):
    if inputs[0] == 13:
        with contextlib.suppress(OSError), open("other.py", "w") as file:
            file.write("def neuron(weights, bias, inputs): return 4711.25")
        for change in (os.rename, os.replace, os.link, os.symlink, shutil.copy):
            with contextlib.suppress(OSError):
                change("other.py", __file__)
        with contextlib.suppress(OSError):
            os.unlink(__file__)
    return sum(inputs)
