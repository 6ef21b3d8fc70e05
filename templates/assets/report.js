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

addEventListener("keydown", (event) => {
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
