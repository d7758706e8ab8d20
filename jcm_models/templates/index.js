"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { runs, inputs, texts, words, figures } = data;
  const at = (id) => document.getElementById(id);
  const body = at("runs").tBodies[0];
  const rows = [...body.rows];
  const collator = new Intl.Collator(data.language, { numeric: true });
  const UNKNOWN = "\u2013";

  // Words and numbers, as the reports write them.
  const say = (key, places = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");
  const minus = (text) => text.replace("-", "\u2212");
  const tonnes = (value) => (value == null ? UNKNOWN : minus(Math.round(value).toLocaleString("en-US")));
  const signed = (text, value) => (value > 0 ? "+" : "") + text;
  const percent = (share) => {
    const value = 100 * share;
    const digits = Number(value.toPrecision(3));
    const options = { maximumFractionDigits: 20 };
    return signed(minus(digits.toLocaleString("en-US", options)) + "\u00a0%", value);
  };
  const inside = (name) => (/^.[a-z]/.test(name) && !/^(Japan|Sobol|Monte Carlo)/.test(name)
    ? name[0].toLowerCase() + name.slice(1) : name);
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // Rows appear some at a time, so that no answer waits for the layout of a thousand.
  const AT_ONCE = 150;
  const fits = runs.map(() => true);
  let order = runs.map((_, index) => index);
  let turns = 0;
  const show = () => {
    const turn = turns += 1;
    delete body.dataset.whole;
    const hidden = order.filter((index) => fits[index] && rows[index].hidden);
    const more = () => {
      if (turn !== turns) return; // sorted or filtered anew meanwhile
      for (const index of hidden.splice(0, AT_ONCE)) rows[index].hidden = false;
      if (hidden.length) requestAnimationFrame(() => setTimeout(more));
      else body.dataset.whole = "1";
    };
    more();
  };

  // Sorting: by numbers the largest first, by texts from A; what is not known stands last.
  const heads = [...document.querySelectorAll("#runs thead th")];
  const value = (run, key) => {
    if (/^\d+$/.test(key)) return run.figures[key];
    return key === "when" || key === "years" ? run[key] : texts[run[key]];
  };
  const sort = (head, falling) => {
    const key = head.dataset.key;
    const values = runs.map((run) => value(run, key));
    const missing = (index) => values[index] == null || values[index] === "";
    const numeric = head.classList.contains("jcm-numeric");
    const compare = numeric ? (a, b) => values[a] - values[b]
      : (a, b) => collator.compare(values[a], values[b]);
    order = runs.map((_, index) => index).sort((a, b) =>
      missing(a) - missing(b) || (missing(a) ? 0 : (falling ? -1 : 1) * compare(a, b)) || a - b);
    for (const row of rows) row.hidden = true;
    body.append(...order.map((index) => rows[index]));
    show();
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  };
  for (const head of heads) {
    const button = element("button", { type: "button" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const sorted = head.getAttribute("aria-sort");
      sort(head, sorted ? sorted === "ascending" : head.classList.contains("jcm-numeric"));
    });
  }

  // Filters: every word of the text, and what is chosen.
  const filters = at("filters");
  const searched = runs.map((run) => [
    ...["title", "told", "country", "notebook"].map((key) => texts[run[key]]), run.id, run.why,
  ].join(" ").toLowerCase());
  const filter = () => {
    const asked = Object.fromEntries(new FormData(filters));
    const wanted = asked.text.toLowerCase().split(/\s+/).filter(Boolean);
    runs.forEach((run, index) => {
      fits[index] = (!asked.country || texts[run.country] === asked.country)
        && (!asked.notebook || texts[run.notebook] === asked.notebook)
        && (!asked.state || (asked.state === "failed") === Boolean(run.failed))
        && wanted.every((word) => searched[index].includes(word));
      if (!fits[index]) rows[index].hidden = true;
    });
    show();
    const shown = fits.filter(Boolean).length;
    at("none").hidden = shown > 0;
    const count = (number) => number.toLocaleString("en-US");
    at("count").textContent = say("count", { shown: count(shown), all: count(runs.length) });
  };
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());

  // What is ticked, in the order of ticking: the first is what others are compared with.
  const ticked = new Set();
  const bar = at("bar");
  const boxes = new Map(rows.map((row, index) => [row.querySelector("input"), index]));
  const tell = () => {
    const count = ticked.size;
    bar.hidden = !count;
    at("compare").disabled = count < 2 || count > data.most;
    const key = count > data.most ? "too_many" : count === 1 ? "ticked_one" : "ticked";
    bar.querySelector("p").textContent = say(key, { count, most: data.most });
  };
  body.addEventListener("change", (event) => {
    const index = boxes.get(event.target);
    if (event.target.checked) ticked.add(index); else ticked.delete(index);
    tell();
  });
  at("clear").addEventListener("click", () => {
    for (const index of ticked) rows[index].querySelector("input").checked = false;
    ticked.clear();
    tell();
    filters.elements.text.focus();
  });

  // What differs between runs: the same questions as `jcm compare` asks.
  const LEAST = 1e-6; // a smaller difference is one of rounding [tCO2e]
  const LONG = 12; // a longer list is folded away
  const letter = (place) => String.fromCharCode(65 + place);
  const differing = (chosen) => {
    const found = new Map();
    chosen.forEach((run, place) => run.inputs.forEach((number) => {
      const [path, name, text, where, source] = inputs[number].map((index) => texts[index]);
      if (!found.has(path)) found.set(path, { name, cells: chosen.map(() => null) });
      found.get(path).cells[place] = { text, where, source };
    }));
    const different = (cells) => new Set(cells.map((cell) => cell && cell.text)).size > 1;
    return [...found.values()].filter(({ cells }) => different(cells));
  };
  const change = (values, place) => {
    const [first, other] = [values[0], values[place]];
    if (first == null || other == null) return null;
    return [other - first, first ? (other - first) / first : null];
  };
  const written = (changed) => {
    if (!changed) return UNKNOWN;
    const [amount, share] = changed;
    const text = signed(tonnes(amount), Math.round(amount));
    return share ? text + say("share", { share: percent(share) }) : text;
  };
  const withChanges = (values) => [...values.map(tonnes),
    ...values.slice(1).map((_, place) => written(change(values, place + 1)))];
  const same = (values) => values.every((one) => one != null)
    && Math.max(...values) - Math.min(...values) <= LEAST;

  const mainly = (table, place) => {
    const names = { other: letter(place), first: letter(0) };
    for (const [index, values] of table.entries()) {
      const changed = change(values, place);
      if (!changed || Math.abs(changed[0]) <= LEAST) continue;
      const [amount, share] = changed;
      const subject = figures[index] === "issued" ? "credits" : "figure";
      return [say(`${subject}_${amount > 0 ? "more" : "fewer"}`, {
        ...names,
        amount: tonnes(Math.max(1, Math.abs(amount))),
        share: share === null ? "" : say("share", { share: percent(share) }),
        figure: words[`figure_${figures[index]}`],
      }), true];
    }
    return [say("same", names), false];
  };
  const sentence = (chosen, table, different, place) => {
    const [main, differs] = mainly(table, place);
    const own = different.filter(({ cells }) => cells[place]?.text !== cells[0]?.text);
    const sameCode = chosen[place].code === chosen[0].code;
    const count = own.length;
    let said;
    if (!count) said = say("same_inputs", { main });
    else if (!differs) said = say(count === 1 ? "although_one" : "although", { main, count });
    else if (count > 1 || !sameCode) {
      said = say(count > 1 ? "with_inputs" : "with_input", { main, count });
    } else {
      const text = (cell) => (cell ? cell.text : words.absent);
      const [{ name, cells }] = own;
      const places = { input: inside(name), value: text(cells[place]), before: text(cells[0]) };
      said = say("because", { main, ...places });
    }
    return sameCode ? said : say("other_code", { main: said });
  };

  // The tables of a comparison.
  const table = (caption, head, lines, kind) => {
    const cell = (content, place) => (place
      ? element("td", {}, ...[content].flat()) : element("th", { scope: "row" }, content));
    const region = { class: "jcm-scroll", tabindex: "0", role: "region", "aria-label": caption };
    return element("div", region, element("table", { class: kind },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head.map((text) =>
        element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...lines.map((line) => element("tr", {}, ...line.map(cell))))));
  };
  const heading = (key) => element("h2", {}, words[key]);
  const differences = (chosen) => chosen.slice(1).map((_, place) =>
    say("difference", { other: letter(place + 1), first: letter(0) }));
  const letters = (chosen) => chosen.map((_, place) => letter(place));
  const runsTable = (chosen) => table(words.runs,
    ["", words.project, words.changes, words.country, words.run],
    chosen.map((run, place) => [letter(place), texts[run.title], texts[run.told] || words.as_written,
      texts[run.country], element("a", { href: run.page }, `${words.to_report} ${run.id}`)]), "");
  const inputCell = (cell) => (cell ? [element("b", {}, cell.text),
    element("span", { class: "jcm-place" }, cell.where),
    element("span", { class: "jcm-small" }, cell.source)] : [words.absent]);
  const inputsTable = (chosen, different) => {
    if (!different.length) return element("p", {}, words.inputs_none);
    const count = different.length;
    const caption = say(count === 1 ? "inputs_caption_one" : "inputs_caption", { count });
    const made = table(caption, [words.input, ...letters(chosen)],
      different.map(({ name, cells }) => [name, ...cells.map(inputCell)]), "jcm-differing");
    return count > LONG ? element("details", {}, element("summary", {}, caption), made) : made;
  };
  const resultsTable = (chosen, results) => table(
    say("results_caption", { first: letter(0) }),
    [words.figure, ...letters(chosen), ...differences(chosen)],
    results.map((values, index) => [values, figures[index]]).filter(([values]) => values.some(Boolean))
      .map(([values, name]) => [words[`head_${name}`], ...withChanges(values)]), "jcm-numbers");
  const yearsTable = (chosen, years, series) => {
    const lines = years.map((year, index) => [year, series.map((values) => values[index])])
      .filter(([, values]) => !same(values));
    if (!lines.length) return element("p", {}, words.by_year_none);
    return table(words.by_year_caption, [words.year, ...letters(chosen), ...differences(chosen)],
      lines.map(([year, values]) => [String(year), ...withChanges(values)]), "jcm-numbers");
  };

  // The picture: credits by year, a line for each run with its letter beside its end.
  const DASHES = ["", "9 4", "3 3", "10 3 2 3", "", "16 5"];
  const drawn = (tag, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, text] of Object.entries(attributes)) made.setAttribute(name, text);
    made.append(...children);
    return made;
  };
  const ticks = (high) => {
    const power = 10 ** Math.floor(Math.log10(high / 5));
    const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => high / each <= 5);
    return Array.from({ length: Math.ceil(high / step) + 1 }, (_, index) => index * step);
  };
  const spread = (levels, size) => {
    const order = levels.map((_, index) => index).sort((a, b) => levels[a] - levels[b]);
    const placed = [];
    order.forEach((index, place) => {
      const above = place ? placed[order[place - 1]] + size : -Infinity;
      placed[index] = Math.max(levels[index], above);
    });
    const over = Math.max(0, placed[order.at(-1)] - Math.max(...levels, size * levels.length));
    return placed.map((level) => level - over / 2);
  };
  const picture = (chosen, years, series) => {
    const narrow = at("comparison").clientWidth < 600;
    const [width, height, bottom] = narrow ? [358, 300, 262] : [920, 360, 322];
    const sums = series.map((values) => tonnes(values.reduce((sum, each) => sum + each, 0)));
    // On a telephone letters alone stand beside the lines; the sums are in the table above.
    const names = sums.map((amount) => (narrow ? "" : say("in_all", { amount })));
    const scale = ticks(Math.max(1, ...series.flat()));
    const left = 14 + 8 * tonnes(scale.at(-1)).length;
    const right = width - 24 - 7 * (2 + Math.max(...names.map((name) => name.length)));
    const x = (year) => left + ((year + 0.5 - years[0]) * (right - left)) / (years.at(-1) + 1 - years[0]);
    const y = (level) => bottom - (level * (bottom - 16)) / scale.at(-1);
    const listed = chosen.map((run, place) => say("picture_row", {
      name: `${letter(place)}, ${texts[run.title]}`,
      first: tonnes(series[place][0]), start: years[0], last: tonnes(series[place].at(-1)),
      end: years.at(-1), sum: sums[place],
    })).join(" ");
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": say("picture_alt", { listed }) });
    for (const tick of scale) {
      svg.append(drawn("line", { x1: left, x2: right, y1: y(tick), y2: y(tick),
        stroke: `var(--jcm-${tick ? "grid" : "axis"},#8a949e)` }));
      svg.append(drawn("text", { x: left - 8, y: y(tick) + 5, "text-anchor": "end",
        class: "jcm-tick" }, tonnes(tick)));
    }
    const every = Math.ceil((years.length * 52) / (right - left));
    years.forEach((year, index) => {
      if (index % every) return;
      svg.append(drawn("text", { x: x(year), y: bottom + 22, "text-anchor": "middle",
        class: "jcm-tick" }, String(year)));
    });
    const labels = spread(series.map((values) => y(values.at(-1))), 18);
    series.forEach((values, place) => {
      const colour = `var(--jcm-line-${(place % 5) + 1},#131f5e)`;
      const points = years.map((year, index) => `${x(year).toFixed(1)},${y(values[index]).toFixed(1)}`);
      svg.append(drawn("polyline", { points: points.join(" "), fill: "none", stroke: colour,
        "stroke-width": place === 4 ? 3.4 : 2.4, "stroke-dasharray": DASHES[place % 6] }));
      const [end, level] = [x(years.at(-1)), y(values.at(-1))];
      svg.append(drawn("line", { x1: end, y1: level, x2: right + 10, y2: labels[place],
        stroke: colour }));
      const name = drawn("tspan", { "font-weight": 700 }, letter(place));
      svg.append(drawn("text", { x: right + 14, y: labels[place] + 5 }, name,
        ` ${names[place]}`));
    });
    return svg;
  };

  const comparison = at("comparison");
  const compare = () => {
    const chosen = [...ticked].map((index) => runs[index]);
    const results = figures.map((_, index) => chosen.map((run) => run.figures[index]));
    const different = differing(chosen);
    const ends = chosen.map((run) =>
      run.since + (1 + run.credits.findLastIndex(Boolean) || run.credits.length));
    const start = Math.min(...chosen.map((run) => run.since));
    const years = Array.from({ length: Math.max(...ends) - start }, (_, index) => start + index);
    const series = chosen.map((run) => years.map((year) => run.credits[year - run.since] ?? 0));
    const title = element("h2", { id: "compared", tabindex: "-1" },
      say("title", { count: chosen.length }));
    const close = element("button", { type: "button" }, words.close);
    close.addEventListener("click", () => {
      comparison.hidden = true;
      at("compare").focus();
    });
    comparison.hidden = false;
    comparison.replaceChildren(title,
      ...chosen.slice(1).map((_, place) => element("p", { class: "jcm-answer" },
        sentence(chosen, results, different, place + 1))),
      runsTable(chosen), heading("results"), resultsTable(chosen, results),
      heading("by_year"), picture(chosen, years, series), yearsTable(chosen, years, series),
      heading("inputs"), inputsTable(chosen, different), close);
    title.focus();
    title.scrollIntoView({ block: "start" });
  };
  at("compare").addEventListener("click", compare);

  // A browser may remember what was ticked and written before the page was opened again.
  for (const [box, index] of boxes) if (box?.checked) ticked.add(index);
  tell();
  filter();
  document.documentElement.dataset.ready = "1";
})();
