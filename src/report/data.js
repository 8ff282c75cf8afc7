"use strict";
/* The report's data: dimensions with labels, metrics as flat arrays over them, and readable
 * units.  A point is an array of indices, one per dimension; -1: not along this dimension. */

const source = JSON.parse(document.getElementById("data").textContent);

function doublesOf(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer);
}

const PREFIXES = [[1e-18, "a"], [1e-15, "f"], [1e-12, "p"], [1e-9, "n"], [1e-6, "µ"],
  [1e-3, "m"], [1, ""], [1e3, "k"], [1e6, "M"], [1e9, "G"], [1e12, "T"]];
const BYTES = [[1, "B"], [2 ** 10, "KiB"], [2 ** 20, "MiB"], [2 ** 30, "GiB"], [2 ** 40, "TiB"]];
const AREAS = [[1e-12, "µm²"], [1e-6, "mm²"]];
const PREFIXED = new Set(["s", "J", "W", "J s", "Hz", "V", "A", "m"]);

/* [factor, words]: an SI value divided by the factor is in the unit `words`. */
function scaleFor(value, units) {
  let size = Math.abs(value);
  let steps;
  if (units === "byte") steps = BYTES;
  else if (units === "m2") {
    steps = AREAS;
    size *= 1000; /* 0.2 mm² rather than 200000 µm² */
  } else if (PREFIXED.has(units)) steps = PREFIXES.map(([f, prefix]) => [f, prefix + units]);
  else return [1, units === "1" ? "" : units];
  if (!(size > 0) || !isFinite(size)) return steps.find(([f]) => f === 1) || steps[0];
  return steps.reduce((best, step) => (step[0] <= size * 1.0000001 ? step : best), steps[0]);
}

function plain(value, digits = 4) {
  if (!isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

function quantity(value, units) {
  if (!isFinite(value)) return "–";
  const [factor, words] = scaleFor(value, units);
  return words ? `${plain(value / factor)} ${words}` : plain(value);
}

const dimensions = source.dimensions.map((dimension) => {
  const { name, units, meaning, labels, numbers } = dimension.coordinate;
  const companions = dimension.companions.map((other) => ({
    name: other.name,
    labels: other.labels || other.numbers.map((n) => quantity(n, other.units)),
  }));
  return {
    name, units, meaning, companions, numbers,
    labels: labels || numbers.map((n) => quantity(n, units)),
    count: (labels || numbers).length,
    of: dimension.of,
    chosen: dimension.chosen,
  };
});

const metrics = source.metrics.map((metric) => {
  const strides = new Array(dimensions.length).fill(0);
  let stride = 1;
  for (const d of [...metric.dimensions].reverse()) {
    strides[d] = stride;
    stride *= dimensions[d].count;
  }
  return {
    name: metric.name, units: metric.units, meaning: metric.meaning, stage: metric.stage,
    dimensions: metric.dimensions, strides, values: doublesOf(metric.values),
  };
});

function metricNamed(name) {
  return metrics.find((metric) => metric.name === name);
}

/* The metric at a point; NaN if the point lacks one of its dimensions. */
function valueAt(metric, point) {
  let index = 0;
  for (const d of metric.dimensions) {
    if (point[d] < 0) return NaN;
    index += point[d] * metric.strides[d];
  }
  return metric.values[index];
}

/* A typical magnitude of the values, which decides the unit of an axis. */
function typicalOf(values) {
  let sum = 0, count = 0;
  for (const value of values)
    if (isFinite(value) && value > 0) { sum += Math.log(value); count += 1; }
  return count ? Math.exp(sum / count) : 1;
}

/* A sentence on the dimensions of which only some values are in the page. */
function reductionWords() {
  const thinned = dimensions.filter((d) => !d.chosen && d.count < d.of);
  if (!thinned.length) return "";
  const parts = thinned.map((d) => `${d.count} of ${d.of} values of ${d.name}`);
  return `The file is larger than this page, which has ${parts.join(", ")}, evenly chosen. ` +
    "No value is averaged. nvsweep report FILE AXIS=VALUE " +
    "makes a page with all values of a part.";
}
