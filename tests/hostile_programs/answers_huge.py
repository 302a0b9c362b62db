"""It answers with a number of a million digits."""

import json
import sys

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        answer = answer.replace("15.0", "9" * 10**6)
    print(answer, flush=True)
