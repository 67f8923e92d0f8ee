"use strict";
const compare = (a, b) => {
  if (a === null || b === null) return null;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a.localeCompare(b, document.documentElement.lang, {numeric: true});
};
const sort = (head) => {
  const body = head.closest("table").tBodies[0];
  const down = head.getAttribute("aria-sort") === "ascending";
  const key = (row) => {
    const cell = row.cells[head.cellIndex];
    const size = cell.getAttribute("data-v");
    return size === null ? cell.textContent : size === "" ? null : Number(size);
  };
  const rows = Array.from(body.rows, (row) => [key(row), row]);
  rows.sort(([a], [b]) => {
    const way = compare(a, b);
    return way === null ? (a === null) - (b === null) : down ? -way : way;
  });
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows.map(([, row]) => row));
};
for (const label of document.querySelectorAll("th.s > span")) {
  label.setAttribute("role", "button");
  label.tabIndex = 0;
  label.addEventListener("click", () => sort(label.parentNode));
  label.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    sort(label.parentNode);
  });
}
