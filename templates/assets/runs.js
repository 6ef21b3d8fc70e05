// Sorts and filters the runs. All are on the page, newest first, without this script.
"use strict";

const form = document.querySelector("form.find");
const table = document.querySelector(".runs"), body = table.tBodies[0];
const rows = [...body.rows];

// A column is sorted by what its cells say, or by the number they give instead.
function key(row, column) {
  const cell = row.cells[column], given = cell.dataset.key;
  return given === undefined ? cell.textContent.trim().toLowerCase() : given && Number(given);
}

// What is not known comes last, whichever way the rest is sorted.
function sort(column, down) {
  const known = (row) => key(row, column) !== "";
  const compared = (a, b) => {
    const [one, other] = [key(a, column), key(b, column)];
    return typeof one === "number" ? one - other : one.localeCompare(other);
  };
  const found = rows.filter(known).sort((a, b) => (down ? -1 : 1) * compared(a, b));
  body.append(...found, ...rows.filter((row) => !known(row)));
  for (const [at, head] of [...table.tHead.rows[0].cells].entries()) {
    if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
  if (head.dataset.sort === undefined) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const was = head.getAttribute("aria-sort");
    sort(column, was ? was === "ascending" : head.dataset.sort === "down");
  });
}

function filter() {
  const wanted = form.find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of rows) {
    const said = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => said.includes(word));
    found += !row.hidden;
  }
  const all = `${rows.length} ${rows.length === 1 ? "run" : "runs"}`;
  form.querySelector("output").textContent = wanted.length ? `${found} of ${all}` : all;
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", filter);
filter();
