"""It answers a request that was not made yet."""

import json
import sys

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        answer = answer.replace('"id": 2', '"id": 3')
    print(answer, flush=True)
