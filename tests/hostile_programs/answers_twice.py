"""It answers twice."""

import json
import sys

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        print(answer)
    print(answer, flush=True)
