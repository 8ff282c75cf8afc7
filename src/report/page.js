/* The page: controls, the view in its address, dark and light themes, keys. */

const $ = (id) => document.getElementById(id);

function preferredMetric() {
  for (const name of ["edp_js", "area_m2", "read_latency_s"]) if (metricNamed(name)) return metricNamed(name);
  return metrics[0];
}

/* Do the values grow by factors, not by steps? */
function isGeometric(numbers) {
  const middle = numbers[Math.floor(numbers.length / 2)];
  return numbers.length > 2 && numbers.every((n) => n > 0) &&
    middle < (Math.min(...numbers) + Math.max(...numbers)) / 3;
}

/* Do the values span more than a decade, all above 0? */
function isWide(values) {
  const finite = [...values].filter((v) => isFinite(v));
  const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
  return least > 0 && finite.reduce((a, b) => Math.max(a, b), 0) > 10 * least;
}

/* The first view of any file: the longest numeric axis is horizontal, the first text axis gives
 * the series, and every other axis has one value.  Axes of one value have nothing to show and are
 * used only if there is no other. */
function firstView() {
  const y = preferredMetric();
  const axes = y.dimensions.map((d) => dimensions[d]);
  const varied = axes.some((d) => d.count > 1) ? axes.filter((d) => d.count > 1) : axes;
  const numeric = varied.filter((d) => d.numbers).sort((a, b) => b.count - a.count)[0];
  const texts = varied.filter((d) => !d.numbers);
  const across = numeric || texts[1] || texts[0] || axes[0];
  const series = texts.find((d) => d !== across);
  const view = { x: across ? `axis:${across.name}` : `metric:${metrics[0].name}`,
    y: `metric:${y.name}`, series: series ? `axis:${series.name}` : "", baseline: "",
    logx: Boolean(numeric && isGeometric(numeric.numbers)), logy: isWide(y.values), pareto: false, filters: {}, search: "",
    sort: "", descending: false };
  for (const d of axes) if (d !== across && d !== series) view.filters[d.name] = [0];
  return view;
}

let view = firstView();
let chart = null;
let pinned = null;

/* ---- the view in the address */

function viewToAddress() {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(view))}`);
}

function isColumn(id) {
  const column = id && columnOf(id);
  return Boolean(column && (column.kind === "metric" ? column.metric : column.dimension >= 0));
}

/* Uses the valid parts of the address; the rest of the view keeps its defaults. */
function viewFromAddress() {
  view = firstView();
  let given;
  try {
    given = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return;
  }
  if (!given || !isColumn(given.x) || !isColumn(given.y)) return;
  view = { ...view, ...given, filters: {} };
  if (view.series && !isColumn(view.series)) view.series = "";
  for (const d of dimensions) {
    const kept = (given.filters || {})[d.name];
    if (Array.isArray(kept) && kept.length && kept.every((i) => i >= 0 && i < d.count))
      view.filters[d.name] = kept;
  }
}

/* ---- controls */

function option(select, value, text) {
  const made = element("option", text, select);
  made.value = value;
}

function fillSelects() {
  for (const id of ["x", "y"]) {
    const select = $(id);
    if (id === "x")
      dimensions.forEach((d) => option(select, `axis:${d.name}`, d.name));
    metrics.forEach((m) => option(select, `metric:${m.name}`, `${m.name} (${m.stage})`));
  }
  option($("series"), "", "none");
  dimensions.forEach((d) => option($("series"), `axis:${d.name}`, d.name));
  option($("baseline"), "", "none: absolute values");
  for (const d of dimensions)
    if (d.count <= 64)
      d.labels.forEach((label, i) => option($("baseline"), `${d.name}=${i}`, `${d.name} = ${label}`));
}

function setFilter(dimension, kept) {
  if (kept.length === dimension.count) delete view.filters[dimension.name];
  else view.filters[dimension.name] = kept;
  refresh();
}

function drawFilter(d, isOpen) {
  const dimension = dimensions[d];
  const kept = keptIndices(view, d);
  const box = element("details");
  box.className = "filter";
  box.dataset.name = dimension.name;
  box.open = isOpen;
  const words = kept.length === 1 ? dimension.labels[kept[0]]
    : kept.length === dimension.count ? "all" : `${kept.length} of ${dimension.count}`;
  element("summary", `${dimension.name}: ${words}`, box);
  for (const [text, indices] of [["all", dimension.labels.map((_, i) => i)], ["first", [0]]]) {
    const button = element("button", text, box);
    button.type = "button";
    button.addEventListener("click", () => setFilter(dimension, indices));
  }
  const values = element("div", undefined, box);
  values.className = "values";
  dimension.labels.forEach((label, i) => {
    const line = element("label", undefined, values);
    const tick = element("input", undefined, line);
    tick.type = "checkbox";
    tick.checked = kept.includes(i);
    tick.addEventListener("change", () => {
      const now = tick.checked ? [...kept, i].sort((a, b) => a - b) : kept.filter((k) => k !== i);
      setFilter(dimension, now.length ? now : [i]);
    });
    line.append(` ${label}`);
  });
  return box;
}

function drawControls() {
  for (const id of ["x", "y", "series", "baseline"]) $(id).value = view[id];
  for (const id of ["logx", "logy", "pareto"]) $(id).checked = view[id];
  if ($("search").value !== view.search) $("search").value = view.search;
  const open = new Set([...document.querySelectorAll(".filter[open]")].map((box) => box.dataset.name));
  $("filters").replaceChildren(...usedDimensions(view)
    .filter((d) => dimensions[d].count > 1)
    .map((d) => drawFilter(d, open.has(dimensions[d].name))));
}

/* ---- the chart */

function colours() {
  const style = getComputedStyle(document.documentElement);
  return { ink: style.getPropertyValue("--ink").trim(), line: style.getPropertyValue("--line").trim() };
}

function tooltipLines(picture, spot) {
  const lines = pointLabels(spot.point).map(([name, label]) => `${name} = ${label}`);
  for (const column of [picture.x, picture.y])
    if (column.kind === "metric")
      lines.push(`${column.name}: ${quantity(shownValue(view, column.metric, spot.point), view.baseline ? "1" : column.metric.units)}`);
  return lines;
}

function drawChart() {
  const picture = pictureOf(view);
  const tones = colours();
  const values = { x: picture.all.map((spot) => spot.x), y: picture.all.map((spot) => spot.y) };
  const words = { x: axisWords(view, picture.x, values.x), y: axisWords(view, picture.y, values.y) };
  const datasets = datasetsOf(picture);
  chart?.destroy();
  chart = new Chart($("canvas"), {
    type: "scatter",
    data: { datasets },
    options: {
      animation: false, maintainAspectRatio: false, responsive: true,
      scales: { x: scaleOptions(picture.x, words.x, view.logx, values.x, tones),
        y: scaleOptions(picture.y, words.y, view.logy, values.y, tones) },
      onClick: (_, hits) => pin(hits.length ? datasets[hits[0].datasetIndex].data[hits[0].index].point : null),
      plugins: {
        legend: { onClick: toggleSeries, labels: { color: tones.ink, usePointStyle: true,
          filter: (item, data) => isFirstOfSeries(data.datasets, item.datasetIndex) } },
        tooltip: { callbacks: { label: (item) => tooltipLines(picture, item.raw) } },
      },
    },
  });
  const thinned = picture.step > 1 ? `one in ${picture.step} of ${picture.count} points` : `${picture.count} points`;
  const missing = picture.missing ? `, ${picture.missing} without a value (not done, or cannot be built)` : "";
  const inFront = picture.fronts.flat().length, count = picture.fronts.length;
  const front = view.pareto
    ? `, ${inFront} on ${count > 1 ? `the Pareto fronts of ${count} questions` : "the Pareto front"}` : "";
  $("said").textContent = `${thinned}${missing}${front}`;
  $("canvas").setAttribute("aria-label", `${words.y.title} against ${words.x.title}, ${thinned}`);
}

/* A series may have several lines; the legend shows it once and hides all of them. */
function isFirstOfSeries(datasets, index) {
  return datasets.findIndex((set) => set.label === datasets[index].label) === index;
}

function toggleSeries(_, item) {
  const isShown = chart.isDatasetVisible(item.datasetIndex);
  chart.data.datasets.forEach((set, i) => {
    if (set.label === item.text) chart.setDatasetVisibility(i, !isShown);
  });
  chart.update();
}

/* Arrow keys move along the points; Enter pins one. */
function stepThrough(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const spots = chart.data.datasets.flatMap((set, s) => set.data.map((_, i) => ({ datasetIndex: s, index: i })));
  const active = chart.tooltip.getActiveElements()[0];
  if (event.key === "Enter" && active)
    pin(chart.data.datasets[active.datasetIndex].data[active.index].point);
  if (!step || !spots.length) return;
  event.preventDefault();
  const at = active ? spots.findIndex((s) => s.datasetIndex === active.datasetIndex && s.index === active.index) : -step;
  const next = spots[(at + step + spots.length) % spots.length];
  const place = chart.getDatasetMeta(next.datasetIndex).data[next.index];
  chart.setActiveElements([next]);
  chart.tooltip.setActiveElements([next], { x: place.x, y: place.y });
  chart.update();
}

function pin(point) {
  pinned = point;
  drawPinned(pinned);
}

function sortBy(name) {
  view.descending = view.sort === name && !view.descending;
  view.sort = name;
  refresh();
}

function refresh() {
  drawControls();
  drawChart();
  drawTable(view, sortBy, pin);
  viewToAddress();
}

/* ---- dark and light themes */

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("nvsweep-theme", theme); } catch { /* a file:// page may not store anything */ }
}

function firstTheme() {
  let kept = null;
  try { kept = localStorage.getItem("nvsweep-theme"); } catch { /* as above */ }
  return kept || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function turnTheme() {
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  drawChart();
}

/* ---- start */

function drawHeader() {
  const stages = source.stages.map(({ name, ...counts }) =>
    `${name}: ${Object.entries(counts).map(([word, count]) => `${count} ${word}`).join(", ")}`);
  document.title = source.title;
  $("title").textContent = source.title;
  $("provenance").textContent = `${source.file}, nvsweep ${source.version} (${source.commit}); ${stages.join("; ")}`;
  $("reduction").textContent = reductionWords();
  $("sweep").textContent = source.sweep;
  for (const [name, value] of Object.entries(source.constants)) {
    element("dt", name, $("constants"));
    element("dd", Array.isArray(value) ? quantity(value[0], value[1]) : value, $("constants"));
  }
}

function listen() {
  for (const id of ["x", "y", "series", "baseline"])
    $(id).addEventListener("change", () => { view[id] = $(id).value; refresh(); });
  for (const id of ["logx", "logy", "pareto"])
    $(id).addEventListener("change", () => { view[id] = $(id).checked; refresh(); });
  $("search").addEventListener("input", () => {
    view.search = $("search").value;
    drawTable(view, sortBy, pin);
    viewToAddress();
  });
  $("reset").addEventListener("click", () => { view = firstView(); pin(null); refresh(); });
  $("theme").addEventListener("click", turnTheme);
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("canvas").addEventListener("keydown", stepThrough);
  addEventListener("keydown", (event) => {
    if (event.key === "t" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) turnTheme();
  });
  addEventListener("hashchange", () => { viewFromAddress(); refresh(); });
}

setTheme(firstTheme());
drawHeader();
fillSelects();
viewFromAddress();
listen();
refresh();
