"""It answers when nobody waits any more."""

import json
import sys
import time

input()
print('{"ready": true}', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    number, inputs = request["id"], request["inputs"]
    answer = json.dumps({"id": number, "outputs": [sum(inputs)]})
    if inputs[0] == 13:
        time.sleep(3)
    print(answer, flush=True)
