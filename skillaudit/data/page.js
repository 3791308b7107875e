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
  const AT_ONCE = 300;
  const wordsOf = (input) => input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = new Map([...document.querySelectorAll("tr[id]")].map((row) => [row.id, row]));
  for (const table of document.querySelectorAll("table[data-sort]")) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const packed = drawn.whole[table.dataset.sort];
    const tools = document.getElementById(table.dataset.sort);
    const input = tools?.querySelector("input");
    const count = tools?.querySelector("output");
    const texts = original.map((row) => row.textContent.toLowerCase());

    const sorted = (rows, said) => {
      const column = heads.findIndex((head) => head.hasAttribute("aria-sort"));
      if (column < 0) return rows;
      const numeric = heads[column].classList.contains("num");
      const sign = heads[column].getAttribute("aria-sort") === "descending" ? -1 : 1;
      const value = (row) => {
        const text = said(row, column);
        const figure = numeric ? parseFloat(text.replaceAll(",", "").replace("<", "")) : text;
        return Number.isNaN(figure) ? "" : figure;
      };
      return rows.map((row) => [value(row), row]).sort(([x], [y]) => {
        if (x === "" || y === "") return (x === "") - (y === "");
        return sign * (numeric ? x - y : collator.compare(x, y));
      }).map(([, row]) => row);
    };

    // All rows are in the page.
    const arrange = () => {
      const words = wordsOf(input);
      body.append(...sorted(original, (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent));
      let shown = 0;
      original.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      const all = Number(table.dataset.all);
      count.textContent = figure(shown) + " of " + (all > original.length ? "the " + figure(original.length) + " here" : figure(all));
    };

    // Most rows are packed: they are unpacked when they are first asked for, and drawn as they come in sight.
    let whole = null;
    let order = [];
    let at = 0;
    const kinds = original.length ? [...original[0].cells].map((cell) => [cell.className, cell.dataset.h]) : [];
    const wide = Math.max(0, kinds.findIndex(([kind]) => kind === "wide"));
    const ranked = original.length ? [...original[0].cells].map((cell) => "v" in cell.dataset) : [];
    const unpack = async () => {
      const [columns, about] = JSON.parse(await unpacked(packed));
      const text = columns[0].map((_, row) => (columns.map((cells) => cells[row]).join(" ") + " " + (about[row] ?? "")).toLowerCase());
      return { columns, about, text, every: text.map((_, row) => row) };
    };
    const made = (row) => {
      if (row < original.length) return original[row];
      const line = document.createElement("tr");
      line.append(...whole.columns.map((cells, column) => {
        const cell = document.createElement("td");
        const [kind, head] = kinds[column] ?? [""];
        cell.className = kind;
        if (head) cell.dataset.h = head;
        if (column === wide && whole.about[row]) {
          const [more, name, said] = ["details", "summary", "p"].map((tag) => document.createElement(tag));
          name.textContent = cells[row];
          said.textContent = whole.about[row];
          more.append(name, said);
          cell.append(more);
        } else cell.textContent = cells[row];
        return cell;
      }));
      return line;
    };
    const more = () => {
      body.append(...order.slice(at, at + AT_ONCE).map(made));
      at += AT_ONCE;
    };
    const find = async () => {
      const plain = !wordsOf(input).length && !heads.some((head) => head.hasAttribute("aria-sort"));
      if (whole === null && !plain) whole = unpack();
      whole = await whole;
      const words = wordsOf(input);
      const found = whole === null ? null : whole.every.filter((row) => words.every((word) => whole.text[row].includes(word)));
      count.textContent = figure(found === null ? Number(table.dataset.all) : found.length) + " of " + figure(Number(table.dataset.all));
      order = found === null ? [] : sorted(found, (row, column) => {
        const text = whole.columns[column][row];
        return ranked[column] ? String(drawn.severities[text] ?? text) : text;
      });
      if (plain) {
        body.replaceChildren(...original);
        at = original.length;
      } else {
        body.replaceChildren();
        at = 0;
        more();
      }
    };
    const bottom = (one) => one.getBoundingClientRect().bottom;
    const near = () => bottom(table) < Math.min(innerHeight, bottom(table.parentElement)) + 1500;
    const scrolled = async () => {
      if (!near()) return;
      if (whole === null) {
        whole = unpack();
        await find();
      }
      if (Array.isArray(order) && at < order.length && near()) more();
    };

    const show = packed ? find : arrange;
    heads.forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const [first, second] = head.classList.contains("num") ? ["descending", "ascending"] : ["ascending", "descending"];
        const now = head.getAttribute("aria-sort");
        for (const other of heads) other.removeAttribute("aria-sort");
        if (now !== second) head.setAttribute("aria-sort", now === null ? first : second);
        show();
      });
    });
    if (packed) addEventListener("scroll", scrolled, { passive: true, capture: true });
    if (!tools) continue;
    tools.hidden = false;
    input.addEventListener("input", show);
    addEventListener("click", async (event) => {
      const row = rows.get(event.target.closest('a[href^="#row-"]')?.hash.slice(1));
      if (!original.includes(row) || row.isConnected && !row.hidden) return;
      event.preventDefault();
      input.value = "";
      for (const head of heads) head.removeAttribute("aria-sort");
      await show();
      location.hash = row.id;
      row.scrollIntoView();
    });
    show();
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
      for (const row of rows.values()) row.classList.remove("here");
      const [x, y] = [points.get_array("x"), points.get_array("y")];
      const data = { x0: [], y0: [], x1: [], y1: [] };
      for (const at of points.selected.indices) {
        rows.get(drawn.rows[at])?.classList.add("here");
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
