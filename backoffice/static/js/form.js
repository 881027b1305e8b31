// Forms: unsaved changes are counted, marked and guarded; the error summary takes the focus.
document.getElementById("errors")?.focus();

const guarded = document.querySelector("form[data-guard]");
if (guarded) {
  const kept = new Map();
  const fields = () => [...guarded.elements].filter((node) => node.name && node.type !== "hidden" && node.type !== "submit");
  const value = (node) => (node.type === "checkbox" || node.type === "radio" ? node.checked : node.value);
  const startsWrong = guarded.querySelector("[aria-invalid], .field.wrong") !== null;
  fields().forEach((node) => kept.set(node, value(node)));
  let sending = false;

  const changed = () => fields().filter((node) => kept.has(node) && kept.get(node) !== value(node));

  const tell = () => {
    const names = new Set(changed().map((node) => node.name));
    guarded.querySelectorAll(".field, .setting").forEach((box) => {
      box.classList.toggle("changed", [...box.querySelectorAll("input, select, textarea")].some((node) => names.has(node.name)));
    });
    const mark = guarded.querySelector("[data-unsaved]");
    if (!mark) return;
    const words = mark.querySelector("[data-unsaved-text]");
    mark.hidden = names.size === 0;
    words.textContent = names.size === 1 ? words.dataset.one : words.dataset.many.replace("#", names.size);
  };

  guarded.addEventListener("input", tell);
  guarded.addEventListener("change", tell);
  guarded.addEventListener("submit", () => { sending = true; });
  guarded.querySelector("[data-discard]")?.addEventListener("click", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && (changed().length > 0 || startsWrong)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      guarded.requestSubmit();
    }
  });
}
