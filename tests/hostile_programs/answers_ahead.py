"""It answers all that could be asked before it is asked."""

import json
import sys

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        answer = "\n".join(json.dumps({"id": n, "outputs": [4711.25]}) for n in range(1, 9))
    print(answer, flush=True)
