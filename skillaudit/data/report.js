"use strict";
// Text from the library only ever goes through textContent or the canvas, never through markup.
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
    drawMap();
  });

  // --- sortable and searchable tables ---
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
        const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
        const sign = next === "descending" ? -1 : 1;
        const rows = next === null ? original : [...original].sort((a, b) => {
          const [x, y] = [value(a), value(b)];
          if (x === "" || y === "") return (x === "") - (y === "");
          return sign * (numeric ? Number(x) - Number(y) : collator.compare(x, y));
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
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      original.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown + " of " + original.length;
    };
    input.addEventListener("input", filter);
    filter();
  }

  // --- the map ---
  let drawMap = () => {};
  const holder = document.getElementById("map");
  if (holder) startMap(holder);

  function startMap(holder) {
    const data = JSON.parse(document.getElementById("points").textContent);
    const canvas = holder.querySelector("canvas");
    const tip = document.getElementById("tip");
    const pen = canvas.getContext("2d");
    holder.hidden = false;
    const [xs, ys] = [data.map((p) => p.x), data.map((p) => p.y)];
    const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
    const [x0, x1, y0, y1] = [least(xs), most(xs), least(ys), most(ys)];
    const view = { zoom: 1, x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    let chosen = -1;
    let scale = 1;

    const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
    const colour = (cluster) => cluster < 0 ? css("--none") : `hsl(${(cluster * 137.508) % 360} 60% ${dark() ? 65 : 42}%)`;
    const dark = () => root.dataset.theme === "dark" || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    const size = () => { const box = canvas.getBoundingClientRect(); return [box.width, box.height]; };
    const toScreen = (p) => {
      const [w, h] = size();
      return [(p.x - view.x) * scale + w / 2, (view.y - p.y) * scale + h / 2];
    };
    const radius = (p) => 3 + Math.min(9, 2 * Math.sqrt(p.absorbed));

    drawMap = () => {
      const [w, h] = size();
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      scale = view.zoom * Math.min((w - 60) / (x1 - x0 || 1), (h - 60) / (y1 - y0 || 1));
      const linked = chosen < 0 ? [] : data[chosen].links;
      pen.strokeStyle = css("--hole");
      for (const at of linked) {
        pen.beginPath();
        pen.moveTo(...toScreen(data[chosen]));
        pen.lineTo(...toScreen(data[at]));
        pen.stroke();
      }
      // Black holes stand first in the data and are drawn last, on top of what they take from.
      for (let at = data.length - 1; at >= 0; at -= 1) {
        const p = data[at];
        const [x, y] = toScreen(p);
        if (x < -20 || y < -20 || x > w + 20 || y > h + 20) continue;
        pen.globalAlpha = chosen < 0 || at === chosen || linked.includes(at) ? 0.9 : 0.3;
        pen.fillStyle = colour(p.cluster);
        pen.beginPath();
        pen.arc(x, y, radius(p), 0, 7);
        pen.fill();
        if (p.hole) {
          pen.strokeStyle = css("--hole");
          pen.lineWidth = 2;
          pen.beginPath();
          pen.arc(x, y, radius(p) + 4, 0, 7);
          pen.stroke();
          pen.lineWidth = 1;
        }
      }
      pen.globalAlpha = 1;
      pen.fillStyle = css("--fg");
      pen.font = "12px system-ui, sans-serif";
      const taken = [];
      const order = data.map((_, at) => at).sort((a, b) => data[b].hole - data[a].hole || data[b].absorbed - data[a].absorbed);
      for (const at of order.slice(0, 400)) {
        const [x, y] = toScreen(data[at]);
        const label = data[at].name.length > 32 ? data[at].name.slice(0, 31) + "…" : data[at].name;
        const box = [x + radius(data[at]) + 3, y - 7, pen.measureText(label).width, 14];
        if (x < 0 || y < 8 || y > h - 8 || box[0] + box[2] > w) continue;
        if (taken.some((o) => box[0] < o[0] + o[2] && o[0] < box[0] + box[2] && box[1] < o[1] + o[3] && o[1] < box[1] + box[3])) continue;
        taken.push(box);
        pen.fillText(label, box[0], y + 4);
      }
    };

    const nearest = (x, y) => {
      let best = -1, bestDistance = 14;
      data.forEach((p, at) => {
        const [px, py] = toScreen(p);
        const distance = Math.hypot(px - x, py - y) - radius(p);
        if (distance < bestDistance) { best = at; bestDistance = distance; }
      });
      return best;
    };
    const zoomAt = (factor, x, y) => {
      const [w, h] = size();
      const [fx, fy] = [(x - w / 2) / scale, (h / 2 - y) / scale];
      const zoom = Math.max(0.5, Math.min(200, view.zoom * factor));
      const kept = 1 - view.zoom / zoom;
      view.x += fx * kept;
      view.y += fy * kept;
      view.zoom = zoom;
      drawMap();
    };
    const reset = () => { Object.assign(view, { zoom: 1, x: (x0 + x1) / 2, y: (y0 + y1) / 2 }); choose(-1); };
    const choose = (at) => {
      chosen = at;
      for (const row of document.querySelectorAll("tr.here")) row.classList.remove("here");
      if (at >= 0) document.getElementById("skill-" + data[at].row)?.classList.add("here");
      drawMap();
    };
    let drag = null;
    canvas.addEventListener("pointerdown", (event) => {
      drag = { x: event.offsetX, y: event.offsetY, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (drag) {
        const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
        drag.moved ||= Math.hypot(dx, dy) > 3;
        if (!drag.moved) return;
        view.x -= dx / scale;
        view.y += dy / scale;
        Object.assign(drag, { x: event.offsetX, y: event.offsetY });
        drawMap();
        return;
      }
      const at = nearest(event.offsetX, event.offsetY);
      tip.hidden = at < 0;
      if (at < 0) return;
      tip.textContent = data[at].name + (data[at].hole ? " (black hole)" : "") + ": takes " + data[at].absorbed.toFixed(1) + " requests";
      tip.style.left = Math.min(event.offsetX + 14, size()[0] - 180) + "px";
      tip.style.top = canvas.offsetTop + event.offsetY + 14 + "px";
    });
    canvas.addEventListener("pointerup", (event) => {
      if (drag && !drag.moved) choose(nearest(event.offsetX, event.offsetY));
      drag = null;
    });
    canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      zoomAt(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = 40 / scale;
      const keys = { "+": () => zoomAt(1.3, ...size().map((n) => n / 2)), "-": () => zoomAt(1 / 1.3, ...size().map((n) => n / 2)),
        ArrowLeft: () => { view.x -= step; }, ArrowRight: () => { view.x += step; }, ArrowUp: () => { view.y += step; },
        ArrowDown: () => { view.y -= step; }, Escape: reset };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
      drawMap();
    });
    for (const button of holder.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        const middle = size().map((n) => n / 2);
        if (button.dataset.do === "reset") reset(); else zoomAt(button.dataset.do === "in" ? 1.5 : 1 / 1.5, ...middle);
      });
    }
    new ResizeObserver(drawMap).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawMap);
    drawMap();
  }
})();
