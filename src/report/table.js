/* The table under the plot, and the list of all values of one point. */

const ROWS_MOST = 500;

/* Labels of a point: its dimensions and the axes zipped with them. */
function pointLabels(point) {
  const labels = [];
  point.forEach((index, d) => {
    if (index < 0) return;
    labels.push([dimensions[d].name, dimensions[d].labels[index]]);
    for (const other of dimensions[d].companions) labels.push([other.name, other.labels[index]]);
  });
  return labels;
}

function element(tag, text, parent) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

/* Columns: the used dimensions and every metric without further dimensions. */
function tableColumns(view) {
  const used = usedDimensions(view);
  const columns = used.map((d) => ({
    name: dimensions[d].name,
    text: (point) => dimensions[d].labels[point[d]],
    key: (point) => (dimensions[d].numbers ? dimensions[d].numbers[point[d]] : dimensions[d].labels[point[d]]),
  }));
  for (const metric of metrics) {
    if (!metric.dimensions.every((d) => used.includes(d))) continue;
    const isShown = [view.x, view.y].includes(`metric:${metric.name}`);
    const units = view.baseline ? "1" : metric.units;
    const column = {
      name: metric.name, isNumber: true, isShown, title: metric.meaning,
      text: (point) => quantity(shownValue(view, metric, point), units),
      key: (point) => shownValue(view, metric, point),
    };
    if (isShown) columns.splice(used.length, 0, column);
    else columns.push(column);
  }
  return columns;
}

const COMPARISON = /^\s*(\w+)\s*(<=|>=|<|>)\s*([-+.\deE]+)\s*$/;

/* "metric<1e-9" compares SI values; any other text is searched for in the labels. */
function rowMatcher(text, columns) {
  const match = COMPARISON.exec(text);
  const column = match && columns.find((one) => one.name === match[1]);
  if (column) {
    const limit = Number(match[3]);
    const tests = { "<": (v) => v < limit, ">": (v) => v > limit, "<=": (v) => v <= limit, ">=": (v) => v >= limit };
    return (point) => tests[match[2]](column.key(point));
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (point) => {
    const labels = pointLabels(point).map(([, label]) => label.toLowerCase()).join(" ");
    return words.every((word) => labels.includes(word));
  };
}

function compareKeys(a, b) {
  if (typeof a === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b);
  return a - b;
}

function drawTable(view, onSort, onPin) {
  const table = document.getElementById("table");
  const columns = tableColumns(view);
  const { points, count } = pointsOf(view, 100000);
  const matches = points.filter(rowMatcher(view.search, columns));
  const sorted = columns.find((column) => column.name === view.sort);
  if (sorted) {
    const keyed = matches.map((point) => ({ point, key: sorted.key(point) }));
    keyed.sort((a, b) => compareKeys(a.key, b.key) * (view.descending ? -1 : 1));
    keyed.forEach((one, i) => { matches[i] = one.point; });
  }
  const head = element("tr");
  for (const column of columns) {
    const cell = element("th", undefined, head);
    const mark = column === sorted ? (view.descending ? " ▼" : " ▲") : "";
    const button = element("button", column.name + mark, cell);
    button.type = "button";
    button.title = column.title || "";
    button.addEventListener("click", () => onSort(column.name));
    cell.ariaSort = column === sorted ? (view.descending ? "descending" : "ascending") : "none";
  }
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...matches.slice(0, ROWS_MOST).map((point) => {
    const row = element("tr");
    for (const column of columns)
      element("td", column.text(point), row).className = column.isNumber ? "number" : "";
    row.addEventListener("click", () => onPin(point));
    return row;
  }));
  const first = matches.length > ROWS_MOST ? `, the first ${ROWS_MOST} shown` : "";
  const sampled = points.length < count ? `; one in ${Math.ceil(count / points.length)} of ${count}` : "";
  document.getElementById("rows").textContent = `${matches.length} rows${first}${sampled}`;
}

/* All values of a point. */
function drawPinned(point) {
  const box = document.getElementById("pinned");
  box.hidden = !point;
  box.replaceChildren();
  if (!point) return;
  element("strong", pointLabels(point).map((pair) => pair.join(" = ")).join(", "), box);
  const list = element("dl", undefined, box);
  for (const metric of metrics) {
    const value = valueAt(metric, point);
    if (metric.dimensions.some((d) => point[d] < 0)) continue;
    element("dt", metric.name, list).title = metric.meaning;
    element("dd", quantity(value, metric.units), list);
  }
}
