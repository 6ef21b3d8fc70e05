"use strict";
// Clicking parts. Points are in pixels of the upright original; the CSV file is made here.
(() => {
  const { csv, parts, images, given } = JSON.parse(document.getElementById("data").textContent);
  const points = new Map(Object.entries(given).map(([file, own]) => [file, new Map(Object.entries(own))]));
  const byId = (id) => document.getElementById(id);
  const stage = byId("stage"), image = byId("image"), marks = byId("marks"), list = byId("parts");
  let at = 0, part = 0, cross = [0, 0], unsaved = false;

  const pointsOf = (file) => points.get(file) || points.set(file, new Map()).get(file);
  const here = () => pointsOf(images[at].file);
  const done = (entry) => parts.some((name) => pointsOf(entry.file).has(name));
  const rounded = (value) => Math.round(value * 10) / 10;

  function show() {
    marks.replaceChildren();
    const width = image.naturalWidth, height = image.naturalHeight;
    for (const [name, [x, y]] of here()) {
      if (!width) break;
      const dot = document.createElement("span"), label = document.createElement("b");
      for (const each of [dot, label]) {
        each.style.left = `${100 * x / width}%`;
        each.style.top = `${100 * y / height}%`;
      }
      label.textContent = name;
      marks.append(dot, label);
    }
    list.replaceChildren(...parts.map((name, i) => {
      const item = document.createElement("li"), button = document.createElement("button");
      const point = here().get(name), place = document.createElement("small");
      button.type = "button";
      button.textContent = `${name} `;
      place.textContent = point ? `${point[0]}, ${point[1]}` : "–";
      button.append(place);
      if (i === part) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => { part = i; show(); stage.focus(); });
      item.append(button);
      return item;
    }));
    const wanted = part < parts.length ? `now: ${parts[part]}` : "all parts done: N for the next image";
    byId("where").textContent = `Image ${at + 1} of ${images.length} (${images.filter(done).length} with points), ${images[at].file}: ${wanted}`;
    byId("state").textContent = unsaved ? "not saved yet" : "";
    stage.style.setProperty("--x", `${100 * cross[0] / (width || 1)}%`);
    stage.style.setProperty("--y", `${100 * cross[1] / (height || 1)}%`);
  }

  function fit() {
    const width = image.naturalWidth, height = image.naturalHeight;
    if (!width) return;
    const room = Math.max(240, Math.min(document.documentElement.clientWidth - 48, 960));
    const factor = Math.min(room / width, Math.max(240, innerHeight - 180) / height, 8);
    image.width = Math.max(1, Math.round(width * factor));
    image.height = Math.max(1, Math.round(height * factor));
    image.classList.toggle("small", factor > 1);
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), images.length - 1);
    const open = parts.findIndex((name) => !here().has(name));
    part = open < 0 ? parts.length : open;
    stage.classList.remove("missing");
    image.alt = images[at].file;
    image.removeAttribute("width");
    image.removeAttribute("height");
    image.src = images[at].src;
    show();
  }

  function set(x, y) {
    if (part >= parts.length || !image.naturalWidth) return;
    here().set(parts[part], [rounded(x), rounded(y)]);
    unsaved = true;
    part += 1;
    show();
  }

  function remove() {
    const name = parts[Math.min(part, parts.length - 1)];
    part = parts.indexOf(name);
    if (here().delete(name)) unsaved = true;
    show();
  }

  function move(across, down) {
    cross = [
      Math.min(Math.max(cross[0] + across, 0), image.naturalWidth),
      Math.min(Math.max(cross[1] + down, 0), image.naturalHeight),
    ];
    show();
  }

  const field = (text) => /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

  function text() {
    const lines = ["file,part,x,y"];
    for (const [file, own] of points) {
      for (const [name, [x, y]] of own) lines.push([field(file), field(name), x, y].join(","));
    }
    return lines.join("\n") + "\n";
  }

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text()], { type: "text/csv" }));
    link.download = csv;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    show();
  }

  image.addEventListener("load", () => {
    cross = [Math.floor(image.naturalWidth / 2) + .5, Math.floor(image.naturalHeight / 2) + .5];
    fit();
    show();
  });
  image.addEventListener("error", () => stage.classList.add("missing"));
  addEventListener("resize", fit);
  stage.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * image.naturalWidth;
    const y = (event.clientY - box.top) / box.height * image.naturalHeight;
    if (x >= 0 && y >= 0 && x <= image.naturalWidth && y <= image.naturalHeight) set(x, y);
    stage.focus();
  });
  byId("previous").addEventListener("click", () => go(at - 1));
  byId("next").addEventListener("click", () => go(at + 1));
  byId("save").addEventListener("click", save);
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 10 : 1, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const inStage = document.activeElement === stage;
    const act = {
      n: () => go(at + 1), p: () => go(at - 1), s: save,
      x: () => { part = Math.min(part + 1, parts.length); show(); },
      Delete: remove, Backspace: remove,
      ...(inStage && {
        ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
        ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
        Enter: () => set(...cross), " ": () => set(...cross),
      }),
    }[key];
    if (act) { event.preventDefault(); act(); }
    else if (/^[1-9]$/.test(key) && key <= parts.length) { part = key - 1; show(); }
  });
  go(Math.max(0, images.findIndex((entry) => !done(entry))));
  stage.focus();
})();
