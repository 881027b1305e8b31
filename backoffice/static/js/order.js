// Rows put into order by dragging. The arrows beside each row do the same without a pointer, and without this file.
const table = document.querySelector("[data-order]");
const form = document.querySelector("[data-order-form]");
const rows = () => [...table.tBodies[0].rows];
let taken = null;

function drop() {
  if (!taken) return;
  taken.classList.remove("taken");
  taken = null;
  const field = form.elements.order;
  const order = rows().map((row) => row.dataset.id).join(",");
  if (order === field.value) return;
  field.value = order;
  field.disabled = false;
  form.requestSubmit();
}

if (table && form) {
  for (const row of rows()) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      if (event.target.closest("input")) return event.preventDefault();
      taken = row;
      row.classList.add("taken");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.id);
    });
    row.addEventListener("dragover", (event) => {
      if (!taken) return;
      event.preventDefault();
      if (row === taken) return;
      const middle = row.getBoundingClientRect().top + row.offsetHeight / 2;
      row[event.clientY < middle ? "before" : "after"](taken);
    });
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("dragend", drop);
  }
}
