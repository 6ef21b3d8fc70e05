// The report is whole without this script: it marks the section being read, and finds maps.
"use strict";

const links = new Map();
for (const link of document.querySelectorAll('.contents a[href^="#"]')) {
  const target = document.getElementById(link.hash.slice(1));
  if (target && target.id !== "main") links.set(target, link);
}

function mark() {
  let current = null;
  for (const target of links.keys()) {
    if (target.getBoundingClientRect().top < innerHeight / 3) current = target;
  }
  for (const [target, link] of links) {
    if (target === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (links.size) {
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
}

const form = document.querySelector("form.find");
if (form) {
  const cards = [...document.querySelectorAll("[data-map]")];
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const wanted = form.find.value.trim().toLowerCase();
    let found = 0;
    for (const card of cards) {
      const number = /^\d+$/.test(wanted);
      const fits = number ? card.dataset.map.startsWith(wanted)
        : card.dataset.classes.toLowerCase().includes(wanted);
      card.hidden = !fits;
      if (fits) found += 1;
    }
    form.querySelector("output").textContent = wanted ? `${found} of ${cards.length}` : "";
  });
}
