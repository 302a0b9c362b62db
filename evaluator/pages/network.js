// Feedforward: the inputs of one case → every weighted sum and every output, block by block.

/** Evaluate a network; gives `sums` and `values`, a list for each block, block 0 the inputs. */
function feedForward(network, inputs) {
  const single = network.dtype === "float32";
  const round = single ? Math.fround : (value) => value;
  const first = inputs.map(round);
  const sums = [first], values = [first];
  for (const block of network.blocks) {
    const x = block.sources.map(([from, column]) => values[from][column]);
    const zs = block.units.map((_, unit) => (
      sumOf(block, unit, block.weights ? x : [x[unit]], single)));
    sums.push(zs);
    values.push(activate(block.activation, zs, block.parameters, single));
  }
  return {sums, values};
}

/** Add up what one unit reads, by its weights and with its bias. */
function sumOf(block, unit, x, single) {
  const round = single ? Math.fround : (value) => value;
  const terms = block.weights ? block.weights[unit].map((weight, n) => round(weight * x[n])) : x;
  const total = terms.reduce((sum, term) => round(sum + term));
  return block.bias ? round(total + block.bias[unit]) : total;
}

/** Name a value: an input or a unit. */
function unitName(network, [block, column]) {
  return block ? network.blocks[block - 1].units[column] : network.inputs[column];
}

/** Count the values of a block. */
function widthOf(network, block) {
  return block ? network.blocks[block - 1].units.length : network.inputs.length;
}

/** Count what is read: the weights, and one value for each unit without. */
function countEdges(network) {
  return network.blocks.reduce(
    (sum, block) => sum + block.units.length * (block.weights ? block.sources.length : 1), 0);
}

/** Count the numbers and activations that differ from those of another network of the same shape. */
function countChanges(network, other) {
  const numbers = (block) => [...(block.weights ?? []).flat(), ...(block.bias ?? [])];
  return network.blocks.reduce((count, block, n) => {
    const before = other.blocks[n], old = numbers(before);
    const same = block.activation === before.activation
      && JSON.stringify(block.parameters) === JSON.stringify(before.parameters);
    return count + numbers(block).filter((value, k) => value !== old[k]).length + !same;
  }, 0);
}

/** Give the outputs of a trace in order. */
function outputsOf(network, trace) {
  return network.outputs.map(([block, column]) => trace.values[block][column]);
}

/** Judge one case: what each of its checks came to, and the verdict on all. */
function judge(network, example, pristine) {
  const trace = feedForward(network, example.inputs);
  const checks = example.checks.map((check) => {
    const [block, column] = check.unit;
    const actual = (check.z ? trace.sums : trace.values)[block][column];
    const inside = (check.low <= actual && actual <= check.high)
      || (Number.isNaN(check.low) && Number.isNaN(actual));
    // Untouched, the evaluator's own verdict stands: a last digit may differ from browser to browser.
    return {...check, actual, holds: pristine ? check.holds : inside};
  });
  if (example.class) {
    const outputs = outputsOf(network, trace);
    const largest = outputs.some(Number.isNaN) ? -1 : outputs.indexOf(Math.max(...outputs));
    const holds = pristine ? example.class.holds : largest === example.class.expected;
    checks.push({isClass: true, name: "largest output", expected: example.class.expected, largest, holds});
  }
  return {checks, outcome: outcome(example, checks)};
}

/** Give the outcome of a case as the evaluator does. */
function outcome(example, checks) {
  if (example.skip) return "skipped";
  if (!checks.length) return "unrecorded";
  const holds = checks.every((check) => check.holds);
  if (example.xfail) return holds ? "xpassed" : "xfailed";
  return holds ? "passed" : "failed";
}
