// The activations, by the same formulas as the evaluator's: see activations.py, special.py and
// whole_layer.py, which say why they are written so. NaN gives NaN, infinities give the limit.

const LARGEST = Number.MAX_VALUE;
/** e^−1600 is 0 even when multiplied with the largest number. */
const ENOUGH = 1600;
/** Beyond, e^−t is close to underflow. */
const FAR = 700;
const SELU = {alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875};
/** The tail of the normal distribution, as in special.py: coefficients of t⁰ to t²³. */
const NORMAL_TAIL = [
  -0.02408325342180025, -0.14108911583821615, 0.18864125120439573, -0.15852606177593534,
  0.09974205680767524, -0.047741392758984265, 0.016276640637409582, -0.002935283761728202,
  -0.000444304791526253, 0.000443103410820542, -7.0881560599653e-5, -3.6453887233861e-5,
  1.5830690276298e-5, 2.448041176619e-6, -2.503285208498e-6, -1.42591039637e-7,
  3.87024632701e-7, 1.106844092e-8, -6.0501504192e-8, -2.579927282e-9,
  8.42867935e-9, 6.42264552e-10, -7.22571577e-10, -7.8063705e-11,
];

/** x·y and its rounding error (Veltkamp's split, Dekker's product). */
function product(x, y) {
  const split = (v) => {
    const far = 134217729 * v;
    const high = far - (far - v);
    return [high, v - high];
  };
  const p = x * y, [x1, x2] = split(x), [y1, y2] = split(y);
  return [p, x1 * y1 - p + x1 * y2 + x2 * y1 + x2 * y2];
}

/** x + y and its rounding error (Knuth's sum). */
function sum(x, y) {
  const total = x + y, back = total - x;
  return [total, x - (total - back) + (y - back)];
}

/** factor·z, cut to ±limit, and its rounding error. */
function scaled(factor, z, limit) {
  const bound = factor ? Math.min(limit / Math.abs(factor), LARGEST) : LARGEST;
  const [p, low] = product(factor, Math.max(Math.min(z, bound), -bound));
  return [p, Number.isFinite(low) ? low : 0]; // the split of what is huge overflows
}

/** z·sigmoid(±t), t ≥ 0, the sign that of z. */
function gated(z, t) {
  const power = Math.exp(-t);
  return Math.max(z, 0) - Math.min(Math.abs(z), LARGEST) * power / (power + 1);
}

function silu(z, beta) {
  const sign = Math.sign(beta);
  return beta === 0 ? z * 0.5 : sign * gated(sign * z, Math.min(Math.abs(beta * z), ENOUGH));
}

/** z·Φ(z) = max(z, 0) − |z|·Q(|z|), Q the upper tail. */
function gelu(z, approximate) {
  const a = Math.min(Math.abs(z), 40);
  if (approximate === "tanh") {
    return gated(z, a * (1.5957691216057308 + 0.07135481627260025 * a * a));
  }
  const t = (a - 5) / (a + 5);
  const series = NORMAL_TAIL.reduceRight((total, coefficient) => total * t + coefficient, 0);
  const tail = (series * (a / (a + 5)) + 0.46875) / (a + 0.9375);
  return Math.max(z, 0) - Math.exp(-a * a / 2) * tail * a;
}

/** z·tanh(ln(1 + e^z)), as a ratio of polynomials in e^−|z|. */
function mish(z) {
  const v = Math.exp(-Math.abs(z));
  if (z < 0) return Math.max(z, -LARGEST) * v * (2 + v) / (2 + 2 * v + v * v);
  return z * (1 + 2 * v) / (1 + 2 * v + 2 * v * v);
}

function celu(z, alpha) {
  if (z > Math.abs(alpha) * -1e-20) return z;
  const t = Math.max(Math.min(z / alpha, ENOUGH), -ENOUGH);
  if (t <= FAR) return alpha * Math.expm1(t);
  const root = Math.exp(t / 2);
  return alpha * root * root;
}

function selu(z, alpha, gamma) {
  if (z >= 0) return gamma * z;
  // The larger factor first: gamma·alpha may be infinite, and the smaller one lose what is small.
  const [first, second] = Math.abs(gamma) >= Math.abs(alpha) ? [gamma, alpha] : [alpha, gamma];
  return first * Math.expm1(z) * second;
}

function softplus(z, beta) {
  const t = Math.min(Math.abs(beta * z), ENOUGH);
  return Math.max(z, 0) + Math.log1p(Math.exp(-t)) / beta;
}

function hardSigmoid(z, alpha, beta) {
  const one = Math.abs(beta) < 1e300 ? 1 : 2 ** -64; // lest 2·beta overflow, all is scaled
  const [p, low] = scaled(alpha * one, z, 2 * Math.abs(beta * one) + 2);
  const [total, rest] = sum(p, beta * one);
  return Math.min(Math.max(total + (rest + low), 0), one) / one;
}

/** z − tanh z; where that cancels, by the continued fraction of tanh. */
function tanhShrink(z) {
  const square = Math.min(z * z, 4);
  if (!(square < 4)) return z - Math.tanh(z);
  let k = square / 23;
  for (let odd = 21; odd > 1; odd -= 2) k = square / (k + odd);
  return z * k / (1 + k);
}

function squareplus(z, b) {
  if (b === 0) return Math.max(z, 0);
  const half = Math.abs(z) * 0.5;
  const total = Math.hypot(half, Math.sqrt(b) * 0.5) + half;
  return z < 0 ? b / total * 0.25 : total;
}

function prelu(z, slope) {
  if (!(z < 0)) return z;
  return slope === 0 ? 0 : slope * z;
}

function softsign(z) {
  const bounded = Math.min(Math.max(z, -1e30), 1e30); // where it is ±1 already; ∞/∞ is NaN
  return bounded / (Math.abs(bounded) + 1);
}

function hardSwish(z) {
  const bounded = Math.max(z, -3);
  return bounded * (Math.min(bounded + 3, 6) / 6);
}

function bounded(z, min = -Infinity, max = Infinity) {
  return Math.min(Math.max(z, min), max);
}

// Over a whole layer: lists of z → lists of outputs.

/** z − max z and e^(z − max z); one unit at +∞ takes all, several have no limit. */
function powers(zs) {
  if (zs.includes(Infinity)) {
    const only = zs.filter((z) => z === Infinity).length === 1;
    zs = zs.map((z) => (Number.isNaN(z) || !only ? NaN : z === Infinity ? 0 : -Infinity));
  }
  const top = zs.reduce((most, z) => Math.max(most, z), -Infinity);
  const d = zs.map((z) => z - top);
  return [d, d.map(Math.exp)];
}

function softmax(zs) {
  const power = powers(zs)[1];
  const total = power.reduce((sum, p) => sum + p, 0);
  return power.map((p) => p / total);
}

function logSoftmax(zs) {
  const [d, power] = powers(zs);
  const largest = power.indexOf(1);
  const rest = power.reduce((sum, p, n) => (n === largest ? sum : sum + p), 0);
  return d.map((value) => value - Math.log1p(rest));
}

function hardmax(zs) {
  if (zs.some(Number.isNaN)) return zs.map(() => NaN);
  const largest = zs.reduce((best, z, n) => (z > zs[best] ? n : best), 0);
  return zs.map((_, n) => (n === largest ? 1 : 0));
}

/** The correctly rounded sum, but for ties (Shewchuk's partial sums). */
function exactSum(values) {
  let partials = [];
  for (let x of values) {
    const kept = [];
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const total = x + y, low = y - (total - x);
      if (low) kept.push(low);
      x = total;
    }
    partials = [...kept, x];
  }
  return partials.reduceRight((total, part) => total + part, 0);
}

function normalize(zs) {
  if (zs.some((z) => Math.abs(z) > 1e290)) zs = zs.map((z) => z * 2 ** -100);
  if (zs.some((z) => !Number.isFinite(z))) {
    const total = zs.reduce((sum, z) => sum + z, 0);
    const alone = zs.filter((z) => Math.abs(z) === Infinity).length === 1;
    return zs.map((z) => (alone && Math.abs(z) === Infinity && total === z ? 1 : z / total));
  }
  const total = exactSum(zs);
  return zs.map((z) => z / total);
}

/** Those of one unit: (z, parameters) → output. */
const ACTIVATIONS = {
  identity: (z) => z,
  step: (z, {threshold = 0}) => (Number.isNaN(z) ? NaN : z > threshold ? 1 : 0),
  sigmoid: (z) => {
    const power = Math.exp(Math.min(z, 40));
    return power / (power + 1);
  },
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  relu6: (z) => bounded(z, 0, 6),
  leaky_relu: (z, {alpha = 0.01}) => prelu(z, alpha),
  prelu: (z, {slope}) => prelu(z, slope),
  thresholded_relu: (z, {alpha = 1}) => (z <= alpha ? 0 : z),
  elu: (z, {alpha = 1}) => (z > 0 ? z : alpha * Math.expm1(z)),
  selu: (z, {alpha = SELU.alpha, gamma = SELU.gamma}) => selu(z, alpha, gamma),
  celu: (z, {alpha = 1}) => celu(z, alpha),
  gelu: (z, {approximate = "none"}) => gelu(z, approximate),
  silu: (z, {beta = 1}) => silu(z, beta),
  mish,
  softplus: (z, {beta = 1}) => softplus(z, beta),
  softsign,
  log_sigmoid: (z) => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z))),
  hard_sigmoid: (z, {alpha = 0.2, beta = 0.5}) => hardSigmoid(z, alpha, beta),
  hard_swish: hardSwish,
  hard_tanh: (z, {min = -1, max = 1}) => bounded(z, min, max),
  clip: (z, {min, max}) => bounded(z, min, max),
  hard_shrink: (z, {lambd = 0.5}) => (Math.abs(z) <= lambd ? 0 : z),
  soft_shrink: (z, {lambd = 0.5}) => Math.sign(z) * Math.max(Math.abs(z) - lambd, 0),
  tanh_shrink: tanhShrink,
  squareplus: (z, {b = 4}) => squareplus(z, b),
  exp: Math.exp,
  reciprocal: (z) => 1 / z,
  square: (z) => z * z,
  gaussian: (z) => Math.exp(-Math.min(z * z, 900)),
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
};

/** Those of a whole layer: list of z → list of outputs. */
const WHOLE_LAYER = {
  softmax,
  log_softmax: logSoftmax,
  softmin: (zs) => softmax(zs.map((z) => -z)),
  hardmax,
  normalize,
};

/** Those that compare or multiply in the network's own dtype, so that their parameters are of it. */
const IN_OWN_DTYPE = new Set([
  "step", "leaky_relu", "prelu", "thresholded_relu", "hard_tanh", "clip", "hard_shrink", "soft_shrink",
]);

/** Apply an activation to the sums of a layer; parameters may be lists, one number a unit. */
function activate(name, zs, parameters = {}, single = false) {
  const round = single ? Math.fround : (value) => value;
  if (name in WHOLE_LAYER) return WHOLE_LAYER[name](zs).map(round);
  const entries = Object.entries(parameters);
  const own = (value) => (IN_OWN_DTYPE.has(name) && typeof value === "number" ? round(value) : value);
  return zs.map((z, unit) => {
    const at = entries.map(([key, value]) => [key, own(Array.isArray(value) ? value[unit] : value)]);
    return round(ACTIVATIONS[name](z, Object.fromEntries(at)));
  });
}

/** Say what is wrong with finite parameters; an empty text if nothing is. */
function parameterFault(name, {alpha = 1, beta = 1, b = 4, min, max}) {
  if (name === "celu" && alpha === 0) return "alpha divides: any number but 0";
  if (name === "softplus" && !(beta > 0)) return "beta is above 0";
  if (name === "squareplus" && !(b >= 0)) return "b is 0 or more";
  if ((name === "clip" && min > max) || (name === "hard_tanh" && (min ?? -1) > (max ?? 1))) {
    return "min is not above max";
  }
  return "";
}
