/* Turns a view (what is plotted and selected) into points and a chart. */

const PLOTTED_MOST = 20000;
/* Okabe and Ito's palette, which colour-blind readers can distinguish. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f",
  "#b8a900"];
/* Shapes that can be filled or hollow, and their rotation. */
const SHAPES = [["circle", 0], ["rect", 0], ["triangle", 0], ["rectRot", 0], ["triangle", 180],
  ["triangle", 90], ["triangle", 270]];

/* Axes that are part of the question and not a choice of the designer.  Points with different
 * values of them do not compete, so each such question has its own Pareto front. */
const QUESTIONS = ["workload", "phase", "batch", "precision_bits", "sequence", "layer", "operation",
  "experiment", "dataset"];

/* Dashes: neighbours differ, and no two of the first 24 series share colour and dash. */
const DASHES = [[], [7, 3], [9, 3, 2, 3], [2, 2], [4, 2], [9, 2, 2, 2, 2, 2]];

/* The style of the i-th series: eight colours, seven shapes and six dashes; the marks of 8 to 15, 24
 * to 31 and so on are hollow. */
function styleOf(i) {
  const isHollow = Math.floor(i / COLOURS.length) % 2 === 1;
  const colour = COLOURS[i % COLOURS.length];
  const [pointStyle, pointRotation] = SHAPES[i % SHAPES.length];
  return { borderColor: colour, backgroundColor: isHollow ? "transparent" : colour,
    pointStyle, pointRotation, borderDash: DASHES[i % DASHES.length] };
}

/* Parses "axis:name" or "metric:name". */
function columnOf(id) {
  const [kind, name] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
  if (kind === "metric") return { kind, metric: metricNamed(name), name };
  return { kind, dimension: dimensions.findIndex((d) => d.name === name), name };
}

/* The dimensions along which a view's points vary. */
function usedDimensions(view) {
  const used = new Set();
  for (const id of [view.x, view.y]) {
    const column = columnOf(id);
    if (column.kind === "metric") column.metric.dimensions.forEach((d) => used.add(d));
    else used.add(column.dimension);
  }
  return [...used].sort((a, b) => a - b);
}

function keptIndices(view, d) {
  const kept = view.filters[dimensions[d].name];
  return kept || dimensions[d].labels.map((_, i) => i);
}

/* All selected points in file order; `count` may exceed the number returned. */
function pointsOf(view, most) {
  const used = usedDimensions(view);
  const kept = used.map((d) => keptIndices(view, d));
  const count = kept.reduce((product, list) => product * list.length, 1);
  const step = Math.max(1, Math.ceil(count / most));
  const points = [];
  for (let i = 0; i < count; i += step) {
    const point = new Array(dimensions.length).fill(-1);
    let rest = i;
    for (let k = used.length - 1; k >= 0; k -= 1) {
      point[used[k]] = kept[k][rest % kept[k].length];
      rest = Math.floor(rest / kept[k].length);
    }
    points.push(point);
  }
  return { points, count, step };
}

/* The value of a metric, or the baseline's value divided by it. */
function shownValue(view, metric, point) {
  const value = valueAt(metric, point);
  if (!view.baseline) return value;
  const [name, index] = [view.baseline.split("=")[0], Number(view.baseline.split("=")[1])];
  const d = dimensions.findIndex((dimension) => dimension.name === name);
  if (!metric.dimensions.includes(d)) return 1;
  const base = point.slice();
  base[d] = index;
  return valueAt(metric, base) / value;
}

function coordinateAt(view, column, point) {
  if (column.kind === "metric") return shownValue(view, column.metric, point);
  const dimension = dimensions[column.dimension];
  return dimension.numbers ? dimension.numbers[point[column.dimension]]
    : point[column.dimension];
}

function isText(column) {
  return column.kind === "axis" && !dimensions[column.dimension].numbers;
}

/* An axis title: the meaning up to its details, which follow a semicolon or colon, with a capital
 * letter. */
function sentence(meaning) {
  const words = meaning.split(/[;:]/)[0];
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/* The title of a chart axis, and the unit of its ticks. */
function axisWords(view, column, values) {
  if (column.kind === "axis") {
    const dimension = dimensions[column.dimension];
    return { title: sentence(dimension.meaning || dimension.name), units: dimension.units };
  }
  const meaning = sentence(column.metric.meaning);
  if (view.baseline)
    return { title: `${meaning}: the baseline's over each (above 1 is better)`, units: "1" };
  const [, words] = scaleFor(typicalOf(values), column.metric.units);
  return { title: `${meaning}${words ? ` [${words}]` : ""}`,
    units: column.metric.units, factor: scaleFor(typicalOf(values), column.metric.units)[0] };
}

/* Indices of the points that no other point beats. */
function paretoFront(points, smallerX, smallerY) {
  const order = points.map((_, i) => i).filter((i) => isFinite(points[i].x) && isFinite(points[i].y));
  const sx = smallerX ? 1 : -1, sy = smallerY ? 1 : -1;
  order.sort((a, b) => sx * (points[a].x - points[b].x) || sy * (points[a].y - points[b].y));
  let best = Infinity;
  return order.filter((i) => {
    const isBetter = sy * points[i].y < best;
    if (isBetter) best = sy * points[i].y;
    return isBetter;
  });
}

/* The Pareto front of each question, from the points in the chart. */
function frontsOf(spots, smallerX, smallerY) {
  const asked = dimensions.flatMap((dimension, d) => (QUESTIONS.includes(dimension.name) ? [d] : []));
  const questions = new Map();
  for (const spot of spots) {
    const key = asked.map((d) => spot.point[d]).join();
    if (!questions.has(key)) questions.set(key, []);
    questions.get(key).push(spot);
  }
  return [...questions.values()].map((of) => paretoFront(of, smallerX, smallerY).map((i) => of[i]));
}

/* All data of a chart, independent of the charting library. */
function pictureOf(view) {
  const x = columnOf(view.x), y = columnOf(view.y);
  const series = view.series ? columnOf(view.series).dimension : -1;
  const { points, count, step } = pointsOf(view, PLOTTED_MOST);
  const groups = new Map();
  const all = [];
  for (const point of points) {
    const spot = { x: coordinateAt(view, x, point), y: coordinateAt(view, y, point), point };
    if (!isFinite(spot.x) || !isFinite(spot.y)) continue;
    const name = series >= 0 && point[series] >= 0 ? dimensions[series].labels[point[series]] : "points";
    const line = x.kind === "axis"
      ? point.filter((_, d) => d !== x.dimension && d !== series).join() : "";
    const key = `${name}\n${line}`;
    if (!groups.has(key)) groups.set(key, { name, spots: [] });
    groups.get(key).spots.push(spot);
    all.push(spot);
  }
  const lines = [...groups.values()];
  if (x.kind === "axis") lines.forEach((line) => line.spots.sort((a, b) => a.x - b.x));
  const isGain = Boolean(view.baseline);
  const fronts = view.pareto && !isText(x) && !isText(y)
    ? frontsOf(all, x.kind === "axis" || !isGain, !isGain) : [];
  return { x, y, lines, all, fronts, count, step, missing: points.length - all.length };
}

/* Ticks at 1, 2 and 5 of every decade. */
function isRoundTick(value) {
  const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some((round) => Math.abs(mantissa - round) < 1e-6);
}

function tickWriter(column, words, isLog) {
  if (isText(column))
    return (value) => dimensions[column.dimension].labels[value] ?? "";
  if (column.kind === "axis") return (value) => quantity(value, words.units);
  return (value) => (isLog && !isRoundTick(value) ? null : plain(value / (words.factor || 1), 3));
}

/* Limits of a scale: texts are centred in their places; logarithmic scales end near the values,
 * not at whole decades. */
function limitsOf(labels, isLog, values) {
  if (labels) return { min: -0.5, max: labels - 0.5 };
  const positive = values.filter((value) => value > 0);
  if (!isLog || !positive.length) return {};
  const low = positive.reduce((a, b) => Math.min(a, b)), high = positive.reduce((a, b) => Math.max(a, b));
  return { min: low / 1.3, max: high * 1.3 };
}

function scaleOptions(column, words, isLog, values, colours) {
  const labels = isText(column) ? dimensions[column.dimension].labels.length : 0;
  return {
    type: isLog && !labels ? "logarithmic" : "linear",
    ...limitsOf(labels, isLog, values),
    title: { display: true, text: words.title, color: colours.ink },
    ticks: { callback: tickWriter(column, words, isLog), color: colours.ink, autoSkip: true,
      stepSize: labels ? 1 : undefined, maxRotation: 45 },
    grid: { color: colours.line },
    afterBuildTicks: labels
      ? (axis) => { axis.ticks = dimensions[column.dimension].labels.map((_, value) => ({ value })); }
      : column.kind === "axis" && isLog
        ? (axis) => { axis.ticks = thinTicks(dimensions[column.dimension].numbers); } : undefined,
  };
}

/* At most ten ticks, at values of the axis. */
function thinTicks(numbers) {
  const step = Math.ceil(numbers.length / 10);
  return numbers.filter((_, i) => i % step === 0).map((value) => ({ value }));
}

function datasetsOf(picture) {
  const names = [...new Set(picture.lines.map((line) => line.name))];
  const isMany = picture.all.length > 2000;
  const datasets = picture.lines.map((line) => {
    const i = names.indexOf(line.name);
    return {
      label: line.name, data: line.spots, parsing: false,
      showLine: picture.x.kind === "axis" && !isText(picture.x) && line.spots.length > 1,
      ...styleOf(i), borderWidth: 1.5, pointRadius: isMany ? 2 : 4, pointHoverRadius: 7,
    };
  });
  datasets.unshift(...picture.fronts.map((front) => ({ label: "Pareto front", data: front,
    parsing: false, showLine: true, borderColor: "#888", backgroundColor: "transparent",
    borderWidth: 2, pointStyle: "circle", pointRadius: 9, pointHoverRadius: 10 })));
  return datasets;
}
