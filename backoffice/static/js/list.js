// Lists: selection with a bulk bar, and rows by keyboard.
const bulk = document.querySelector(".bulk");
const boxes = () => [...document.querySelectorAll("input[name='rowid']")];

function show() {
  const chosen = boxes().filter((box) => box.checked);
  boxes().forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
  bulk.classList.toggle("shown", chosen.length > 0);
  bulk.querySelector("[data-count]").textContent = chosen.length;
  const every = document.querySelector("[data-all-rows]");
  if (every) {
    every.checked = chosen.length > 0 && chosen.length === boxes().length;
    every.indeterminate = chosen.length > 0 && !every.checked;
  }
}

if (bulk) {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all-rows]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-all-rows], input[name='rowid']")) show();
  });
  bulk.querySelector("[data-clear]")?.addEventListener("click", () => {
    boxes().forEach((box) => { box.checked = false; });
    show();
  });
  show();
}

const rows = [...document.querySelectorAll("[data-rows] tbody tr, [data-rows] .queue-row")];
let at = -1;

function go(by) {
  at = Math.min(Math.max(at + by, 0), rows.length - 1);
  const row = rows[at];
  (row.querySelector("td.ref a, .title a, a, button") ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!rows.length || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
  if (event.target.closest("input:not([type='checkbox']), select, textarea, dialog")) return;
  if (event.key === "j") go(1);
  if (event.key === "k") go(-1);
  if (event.key === "x" && at >= 0) rows[at].querySelector("input[name='rowid']")?.click();
});

// A table saved as a file by the browser itself: for what the server will never show again.
document.querySelectorAll("[data-save]").forEach((button) => {
  button.addEventListener("click", () => {
    const table = document.getElementById(button.dataset.save);
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join(";"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\uFEFF" + lines.join("\r\n")], { type: "text/csv" }));
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
});
