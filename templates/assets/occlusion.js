// Occlusion: moves the square over the picture. The maps are whole without this script.
"use strict";

for (const root of document.querySelectorAll("[data-occlusion]")) occlude(root);

function occlude(root) {
  const data = JSON.parse(root.dataset.occlusion);
  const { width, height, size, tops, lefts } = data;
  let [row, col] = data.start;

  const stage = root.querySelector(".stage");
  const still = stage.querySelector("img");
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.className = still.className;
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  const photo = picture(data.photo);
  const fill = data.fill.startsWith("rgb") ? null : picture(data.fill);

  const marks = [...root.querySelectorAll(".over")].map((over) => {
    const mark = document.createElement("span");
    mark.className = "square";
    over.append(mark);
    const follow = (event) => {
      const box = over.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * width - size / 2;
      const y = (event.clientY - box.top) / box.height * height - size / 2;
      move(nearest(tops, y), nearest(lefts, x));
    };
    over.addEventListener("pointermove", follow);
    over.addEventListener("pointerdown", follow);
    return mark;
  });

  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", "The image with the square; the arrow keys move it");
  root.querySelector(".hint").hidden = false;
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = event.shiftKey ? 5 : 1;
    if (event.key === "ArrowUp") move(row - step, col);
    else if (event.key === "ArrowDown") move(row + step, col);
    else if (event.key === "ArrowLeft") move(row, col - step);
    else if (event.key === "ArrowRight") move(row, col + step);
    else if (event.key === "Home") move(...data.start);
    else return;
    event.preventDefault();
    say();
  });

  function picture(source) {
    const image = new Image();
    image.addEventListener("load", draw);
    image.src = source.startsWith("data:") ? source : root.dataset.root + source;
    return image;
  }

  function ready(image) {
    return image.complete && image.naturalWidth > 0;
  }

  function move(toRow, toCol) {
    row = Math.min(Math.max(toRow, 0), tops.length - 1);
    col = Math.min(Math.max(toCol, 0), lefts.length - 1);
    draw();
  }

  function draw() {
    const top = tops[row], left = lefts[col], place = row * lefts.length + col;
    if (ready(photo) && (!fill || ready(fill))) {
      if (!canvas.isConnected) { still.hidden = true; still.after(canvas); }
      pen.drawImage(photo, 0, 0, width, height);
      pen.fillStyle = fill ? "#808080" : data.fill;
      if (fill) pen.drawImage(fill, left, top, size, size, left, top, size, size);
      else pen.fillRect(left, top, size, size);
    }
    for (const mark of marks) {
      mark.style.left = `${100 * left / width}%`;
      mark.style.top = `${100 * top / height}%`;
      mark.style.width = `${100 * size / width}%`;
      mark.style.height = `${100 * size / height}%`;
    }
    const read = (name, text) => {
      root.querySelector(`[data-read="${name}"]`).textContent = text;
    };
    read("place", `row ${top}, column ${left} px`);
    read("p", data.p[place].toFixed(3));
    read("best", data.classes[data.best[place]]);
    read("bestP", data.bestP[place].toFixed(3));
    read("activation", short(data.activation[place]));
  }

  let waiting = 0;
  function say() {
    // Told once the square rests, not at every step.
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const place = row * lefts.length + col;
      root.querySelector("output").textContent =
        `Row ${tops[row]}, column ${lefts[col]}: probability ${data.p[place].toFixed(2)}, ` +
        `most probable ${data.classes[data.best[place]]} with ${data.bestP[place].toFixed(2)}, ` +
        `activation ${short(data.activation[place])}`;
    }, 400);
  }

  draw();
}

function nearest(places, wanted) {
  let best = 0;
  for (let i = 1; i < places.length; i += 1) {
    if (Math.abs(places[i] - wanted) < Math.abs(places[best] - wanted)) best = i;
  }
  return best;
}

// As the report writes numbers: three digits, thin spaces between thousands.
function short(value) {
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2);
  const text = Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return text.replace(/\B(?=(\d{3})+$)/g, "\u202f").replace("-", "−");
}
