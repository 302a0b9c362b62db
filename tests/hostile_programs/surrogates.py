"""It answers in what is no text."""

import json
import sys

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        answer = json.dumps({"id": number, "error": "\ud800\x1b[2J\u202e ]]> <b>"})
    print(answer, flush=True)
