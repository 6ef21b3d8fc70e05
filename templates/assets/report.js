// The report is whole without this script: it marks what is being read, and knows some keys.
"use strict";

const contents = document.querySelector(".contents");
const links = new Map();
for (const link of contents.querySelectorAll('a[href^="#"]')) {
  const target = document.getElementById(link.hash.slice(1));
  if (target && target.id !== "main") links.set(target, link);
}

let marked = null;
function mark() {
  let current = null;
  for (const target of links.keys()) {
    if (target.getBoundingClientRect().top < innerHeight / 3) current = target;
  }
  const link = links.get(current) ?? null;
  if (link === marked) return;
  marked?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
  marked = link;
  if (link) keepInView(link);
}

// Scrolls the contents alone: scrollIntoView would stop the page, too.
function keepInView(link) {
  const box = link.getBoundingClientRect(), frame = contents.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom) {
    contents.scrollTop += box.top - frame.top - frame.height / 3;
  }
  if (box.left < frame.left || box.right > frame.right) {
    contents.scrollLeft += box.left - frame.left - 16;
  }
}

let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; mark(); });
}, { passive: true });
mark();
const here = contents.querySelector('[aria-current="page"]');
if (here) keepInView(here);

// The search of the front page leads to the page of all maps.
const goto = document.querySelector("form.goto");
if (goto) {
  goto.hidden = false;
  goto.addEventListener("submit", (event) => {
    event.preventDefault();
    location.href = `${goto.dataset.to}#${new URLSearchParams({ find: goto.find.value })}`;
  });
}

// One key, or any of the buttons, changes between the drawn projections and the linear ones.
const views = document.querySelectorAll("button.view");
function changeView() {
  const linear = document.documentElement.classList.toggle("linear");
  for (const button of views) button.setAttribute("aria-pressed", String(linear));
}
for (const button of views) {
  button.hidden = false;
  button.addEventListener("click", changeView);
}

// A figure's address, to paste elsewhere.
for (const button of document.querySelectorAll(".tools .copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await copy(button.closest("figure"));
    const said = button.firstChild.data;
    button.firstChild.data = "Copied";
    setTimeout(() => { button.firstChild.data = said; }, 1500);
  });
}

// Its picture where the browser may read it (not from disk), else its address.
async function copy(figure) {
  const picture = new Image();
  try {
    picture.src = figure.querySelector("a.keep").href;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const content = await new Promise((done) => canvas.toBlob(done));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": content })]);
  } catch {
    await navigator.clipboard.writeText(`${location.href.split("#")[0]}#${figure.id}`);
  }
}

// A tile enlarged: that under the pointer, or the first ones of what has the focus.
const lens = document.createElement("div");
lens.className = "lens";
lens.hidden = true;
lens.setAttribute("aria-hidden", "true");
document.body.append(lens);

function enlarge(mosaics, box, at) {
  lens.replaceChildren(...mosaics.map((mosaic) => {
    const picture = [...mosaic.querySelectorAll("img")].find((each) => each.offsetParent);
    const tile = document.createElement("span");
    if (picture) tile.style.backgroundImage = `url("${picture.currentSrc}")`;
    if (picture?.classList.contains("pixelated")) tile.className = "pixelated";
    tile.style.backgroundPosition = `${50 * at[0]}% ${50 * at[1]}%`;
    return tile;
  }));
  lens.hidden = false;
  const width = lens.offsetWidth, height = lens.offsetHeight;
  const left = box.right + 8 + width < innerWidth ? box.right + 8 : box.left - 8 - width;
  lens.style.left = `${Math.max(4, left)}px`;
  lens.style.top = `${Math.min(Math.max(4, box.top), innerHeight - height - 4)}px`;
}

document.addEventListener("pointermove", (event) => {
  const mosaic = event.pointerType === "mouse" && event.target.closest(".mosaic:not(.one)");
  if (!mosaic) { lens.hidden = true; return; }
  const box = mosaic.getBoundingClientRect();
  const place = (from, size) => Math.min(2, Math.max(0, Math.floor(3 * from / size)));
  enlarge([mosaic], box, [place(event.clientX - box.left, box.width),
    place(event.clientY - box.top, box.height)]);
});
document.addEventListener("focusin", (event) => {
  const within = event.target.matches(":focus-visible") && event.target.closest("a");
  const mosaics = within ? [...within.querySelectorAll(".mosaic:not(.one)")] : [];
  lens.hidden = !mosaics.length;
  if (mosaics.length) enlarge(mosaics, within.getBoundingClientRect(), [0, 0]);
});
document.addEventListener("focusout", () => { lens.hidden = true; });

// One slider sets the epoch of all maps; without it their epochs stand side by side.
for (const slider of document.querySelectorAll(".slider[data-epochs]")) {
  const input = slider.querySelector("input"), said = slider.querySelector("output");
  const epochs = JSON.parse(slider.dataset.epochs), root = slider.parentElement;
  slider.hidden = false;
  root.style.setProperty("--epochs", epochs.length);
  const show = (one) => {
    root.classList.toggle("at-epoch", one);
    root.style.setProperty("--epoch", input.value);
    for (const each of root.querySelectorAll("[data-at]")) {
      each.hidden = one && each.dataset.at !== input.value;
    }
    said.textContent = one ? `epoch ${epochs[input.value]}` : "all epochs";
  };
  input.addEventListener("input", () => show(true));
  slider.querySelector("button").addEventListener("click", () => show(false));
  show(false);
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape") lens.hidden = true;
  const typing = event.target.closest("input, select, textarea, [role=application]");
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/") {
    const field = document.querySelector("form.find input");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  }
  if (event.key === "l" && views.length) changeView();
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (way && event.target === document.body) document.querySelector(`a[rel=${way}]`)?.click();
});
