"use strict";
// Text from the library only ever goes through textContent or a column of a chart, never through markup.
(() => {
  const root = document.documentElement;

  // --- light and dark ---
  const themes = ["auto", "light", "dark"];
  const themeButton = document.getElementById("theme");
  const setTheme = (name) => {
    if (name === "auto") delete root.dataset.theme; else root.dataset.theme = name;
    themeButton.textContent = "Theme: " + name;
    themeButton.dataset.now = name;
  };
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    setTheme(themes[(themes.indexOf(themeButton.dataset.now) + 1) % themes.length]);
    paint();
  });

  // --- sortable and searchable tables ---
  const drawn = JSON.parse(document.getElementById("drawn").textContent);
  const unpacked = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const figure = (count) => count.toLocaleString("en");
  const collator = new Intl.Collator("en", { numeric: true });
  for (const table of document.querySelectorAll("table[data-sort]")) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("num");
        const now = head.getAttribute("aria-sort");
        const next = now === null ? (numeric ? "descending" : "ascending")
          : now === (numeric ? "descending" : "ascending") ? (numeric ? "ascending" : "descending") : null;
        for (const other of heads) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        const value = (row) => {
          const said = row.cells[column].dataset.v ?? row.cells[column].textContent;
          const figure = numeric ? parseFloat(said.replaceAll(",", "").replace("<", "")) : said;
          return Number.isNaN(figure) ? "" : figure;
        };
        const sign = next === "descending" ? -1 : 1;
        const rows = next === null ? original : [...original].sort((a, b) => {
          const [x, y] = [value(a), value(b)];
          if (x === "" || y === "") return (x === "") - (y === "");
          return sign * (numeric ? x - y : collator.compare(x, y));
        });
        body.append(...rows);
      });
    });
    const tools = document.getElementById(table.dataset.sort);
    if (!tools) continue;
    tools.hidden = false;
    const input = tools.querySelector("input");
    const count = tools.querySelector("output");
    const texts = original.map((row) => row.textContent.toLowerCase());
    const chunks = drawn.whole[table.dataset.sort];
    const classes = original.length ? [...original[0].cells].map((cell) => [cell.className, cell.dataset.h]) : [];
    let whole = null;
    const everywhere = async (words) => {
      // Rows that the page has no room for are unpacked when they are first asked for.
      whole ??= (await Promise.all(chunks.map(unpacked))).flatMap((text) => JSON.parse(text))
        .map((cells) => [cells, cells.join(" ").toLowerCase()]);
      if (input.value.toLowerCase().split(/\s+/).filter(Boolean).join(" ") !== words.join(" ")) return;
      const found = whole.filter(([, text]) => words.every((word) => text.includes(word)));
      body.replaceChildren(...found.slice(0, 300).map(([cells]) => {
        const row = document.createElement("tr");
        row.append(...cells.map((said, at) => {
          const cell = document.createElement("td");
          [cell.className, cell.dataset.h] = classes[at] ?? ["", ""];
          cell.textContent = said;
          return cell;
        }));
        return row;
      }));
      count.textContent = figure(found.length) + " of " + figure(whole.length) + (found.length > 300 ? ", the first 300 shown" : "");
    };
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (chunks && words.length) {
        everywhere(words);
        return;
      }
      if (chunks) body.replaceChildren(...original);
      let shown = 0;
      original.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = figure(shown) + " of " + figure(Number(table.dataset.all));
    };
    input.addEventListener("input", filter);
    filter();
  }

  // --- the charts ---
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const models = (name) => Bokeh.documents.flatMap((page) => page.get_model_by_name(name) ?? []);

  const paint = () => {
    const [text, soft, line] = [css("--fg"), css("--soft"), css("--line")];
    if (!window.Bokeh) return;
    for (const page of Bokeh.documents) {
      for (const figure of page.roots()) {
        for (const axis of [...figure.below, ...figure.left]) {
          axis.setv({ axis_line_color: line, major_tick_line_color: line, minor_tick_line_color: null,
            major_label_text_color: soft, axis_label_text_color: soft });
        }
        for (const grid of figure.center) if ("grid_line_color" in grid) grid.grid_line_color = line;
      }
    }
    for (const words of models("words")) words.text_color = text;
  };

  const follow = () => {
    const [points] = models("points");
    const [lines] = models("links");
    if (!points) return;
    points.selected.properties.indices.change.connect(() => {
      for (const row of document.querySelectorAll("tr.here")) row.classList.remove("here");
      const [x, y] = [points.get_array("x"), points.get_array("y")];
      const data = { x0: [], y0: [], x1: [], y1: [] };
      for (const at of points.selected.indices) {
        document.getElementById(drawn.rows[at])?.classList.add("here");
        for (const other of drawn.links[at]) {
          data.x0.push(x[at]);
          data.y0.push(y[at]);
          data.x1.push(x[other]);
          data.y1.push(y[other]);
        }
      }
      lines.data = data;
    });
  };

  const draw = async () => {
    // The policy of the page admits this text by its hash.
    const script = document.createElement("script");
    script.textContent = await unpacked(document.getElementById("bokeh").textContent);
    document.head.append(script);
    Bokeh.set_log_level("error");
    await Promise.all(drawn.charts.map((chart) => Bokeh.embed.embed_item(chart)));
    paint();
    follow();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  };
  if (drawn.charts.length) draw();
})();
