// Finds and sorts feature maps. All maps are on the page, in order, without this script.
"use strict";

const form = document.querySelector("form.find");
const list = document.querySelector(".cards");
const cards = [...list.querySelectorAll("[data-map]")].map((node, place) => ({
  node,
  place,
  map: node.dataset.map,
  layer: node.dataset.layer,
  value: Number(node.dataset.value),
  purity: Number(node.dataset.purity ?? -1),
  order: Number(node.dataset.order ?? 0),
  part: plain(node.dataset.part ?? ""),
  of: Number(node.dataset.of ?? 0),
  share: shareOf(node),
  classes: JSON.parse(node.dataset.classes ?? "[]"),
}));
const layers = [...new Set(cards.map((card) => card.layer))];

function plain(text) {
  return text.toLowerCase().replaceAll("_", " ").trim();
}

// Where a card says what share of its images shows the class that is looked for.
function shareOf(node) {
  const share = document.createElement("span");
  share.className = "label share";
  share.hidden = true;
  (node.querySelector(".mosaic")?.parentElement ?? node).before(share);
  return share;
}

// The class of the name looked for that most of a map's images show, and how many; without a name,
// the most frequent class.
function counted(card, wanted) {
  const named = card.classes.filter(([name]) => plain(name).includes(wanted));
  return named.reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0]);
}

// How well a map fits: the number of its images of the class, 10 for its own part or number.
function fits(card, wanted, least) {
  const [name, count] = counted(card, wanted);
  card.share.hidden = !wanted || !count;
  card.share.textContent = `${count} of ${card.of}: ${name}`;
  if (least) return count >= least ? count : 0;
  if (!wanted) return 1;
  if (card.map === wanted || (card.part && card.part.includes(wanted))) return 10;
  return Math.max(count, plain(card.layer).includes(wanted) ? 1 : 0);
}

const ORDERS = {
  "": (a, b) => a.place - b.place,
  match: (a, b) => b.score - a.score || b.purity - a.purity || a.place - b.place,
  value: (a, b) => b.value - a.value,
  purity: (a, b) => b.purity - a.purity || b.value - a.value,
  order: (a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer) || a.order - b.order,
};

// To bring a card to its place costs the browser far more than to find it: the rest wait until the
// reader comes near the end.
const STEP = 60;
let queue = [];

function update() {
  const wanted = plain(form.find.value);
  const layer = form.layer?.value ?? "", least = Number(form.least?.value ?? 0);
  for (const card of cards) {
    const score = fits(card, wanted, least);
    card.score = !layer || card.layer === layer ? score : 0;
    card.node.hidden = true;
  }
  queue = cards.filter((card) => card.score);
  queue.sort(ORDERS[form.sort.value || (wanted ? "match" : "")]);
  say(queue.length, wanted, layer || least);
  showMore(STEP);
}

function say(found, wanted, narrowed) {
  const all = `${cards.length} ${cards.length === 1 ? "map" : "maps"}`;
  form.querySelector("output").textContent = wanted
    ? `${found || "None"} of ${all} ${found === 1 ? "matches" : "match"} “${form.find.value.trim()}”`
    : narrowed ? `${found} of ${all}` : all;
}

function showMore(count) {
  const nodes = queue.splice(0, count).map((card) => card.node);
  for (const node of nodes) node.hidden = false;
  list.append(...nodes);  // behind those that wait, which are hidden
}

const end = document.querySelector("footer");
const nearEnd = new IntersectionObserver((seen) => {
  if (!queue.length || !seen.some((entry) => entry.isIntersecting)) return;
  showMore(STEP);
  nearEnd.unobserve(end);  // so that it asks again, should the end still be near
  nearEnd.observe(end);
}, { rootMargin: "100%" });
nearEnd.observe(end);
addEventListener("beforeprint", () => showMore(Infinity));

// What is looked for stands in the address, so that it can be kept and passed on.
function remember() {
  const asked = new URLSearchParams();
  for (const name of ["find", "layer", "least", "sort"]) {
    if (form[name]?.value) asked.set(name, form[name].value);
  }
  history.replaceState(null, "", asked.size ? `#${asked}` : location.pathname);
}

function recall() {
  if (!location.hash.includes("=")) return false;
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of ["find", "layer", "least", "sort"]) {
    if (form[name]) form[name].value = asked.get(name) ?? "";
    if (form[name]?.selectedIndex === -1) form[name].value = "";
  }
  return true;
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => { update(); remember(); });
addEventListener("hashchange", () => { if (recall()) update(); });
if (recall()) update();
else say(cards.length, "", "");

// The arrow keys go from card to card, up and down within a column.
list.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const card = event.target.closest("[data-map]");
  if (!card || event.target.closest("details, .scroll")) return;
  const shown = [...list.children].filter((node) => !node.hidden);
  const columns = shown.findIndex((node) => node.offsetTop > shown[0].offsetTop);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(columns > 0 ? columns : 1),
    ArrowDown: columns > 0 ? columns : 1 }[event.key];
  const next = step && shown[shown.indexOf(card) + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a")?.focus();
});
