// Shell: drawer, menus, toasts, dialogs, palette, keys. Every page works without it.
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (node) => node.closest("input, select, textarea, [contenteditable]") !== null;

function drawer(open) {
  const side = one("#side");
  if (!side) return;
  side.classList.toggle("open", open);
  if (open) one("nav a", side)?.focus();
  else one("[data-drawer]")?.focus();
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

function ask(button) {
  const dialog = openDialog("confirm-dialog");
  one("[data-confirm-text]", dialog).textContent = button.dataset.confirm;
  const yes = one("[data-confirm-yes]", dialog);
  yes.textContent = button.textContent.trim();
  yes.classList.toggle("risk", button.classList.contains("risk"));
  yes.classList.toggle("go", !button.classList.contains("risk"));
  yes.onclick = () => {
    dialog.close();
    button.dataset.confirmed = "yes";
    button.form.requestSubmit(button);
  };
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("ok");
}

document.addEventListener("click", (event) => {
  const target = event.target.closest(
    "[data-drawer], [data-drawer-close], [data-dismiss], [data-open], [data-close], [data-copy], [data-confirm], #side.open",
  );
  all("details.menu[open]").filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
  if (!target) {
    if (one("#side.open")) drawer(false);
    return;
  }
  const data = target.dataset;
  if ("drawer" in data) { event.preventDefault(); drawer(true); }
  else if ("drawerClose" in data) { event.preventDefault(); drawer(false); }
  else if ("dismiss" in data) target.closest(".toast").remove();
  else if ("open" in data) openDialog(data.open);
  else if ("close" in data) target.closest("dialog").close();
  else if ("copy" in data) copy(target);
  else if ("confirm" in data && data.confirmed !== "yes") { event.preventDefault(); ask(target); }
});

// A form is sent once: a double click must not do things twice (the server guards too).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

function palette() {
  const dialog = openDialog("palette");
  const field = one("[data-palette]", dialog);
  field.value = "";
  narrow(dialog, "");
  field.focus();
}

function narrow(dialog, words) {
  const wanted = words.toLocaleLowerCase();
  all("li", dialog).forEach((item) => {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
    one("a", item).removeAttribute("aria-selected");
  });
  one("li:not([hidden]) a", dialog)?.setAttribute("aria-selected", "true");
}

function step(dialog, by) {
  const links = all("li:not([hidden]) a", dialog);
  const at = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
  links[at]?.removeAttribute("aria-selected");
  const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.setAttribute("aria-selected", "true");
  next?.scrollIntoView({ block: "nearest" });
}

const field = one("[data-palette]");
field?.addEventListener("input", () => narrow(field.closest("dialog"), field.value));
field?.addEventListener("keydown", (event) => {
  const dialog = field.closest("dialog");
  if (event.key === "ArrowDown") { event.preventDefault(); step(dialog, 1); }
  if (event.key === "ArrowUp") { event.preventDefault(); step(dialog, -1); }
  if (event.key === "Enter") {
    const chosen = one("a[aria-selected='true']", dialog);
    if (chosen) { event.preventDefault(); location.assign(chosen.href); }
    else if (!field.form.action) event.preventDefault();
  }
});

const keysOff = one("[data-keys-off]");
if (keysOff) {
  keysOff.checked = localStorage.getItem("keys") === "off";
  keysOff.addEventListener("change", () => localStorage.setItem("keys", keysOff.checked ? "off" : "on"));
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); palette(); return; }
  if (event.key === "Escape") {
    all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
    if (one("#side.open")) drawer(false);
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
  if (event.key === "/") {
    const search = one(".chips .find input") ?? one(".top .find input");
    if (search?.offsetParent) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "?") openDialog("keys-dialog");
});

// Good news leaves by itself; bad news waits.
setTimeout(() => all(".toast:not(.bad-toast)").forEach((toast) => toast.remove()), 10000);

// A page that waits for a job asks again for itself: <div data-refresh="2"> ... </div>
const waiting = one("[data-refresh]");
if (waiting?.id) {
  const pause = Number(waiting.dataset.refresh) * 1000;
  // Whoever has begun to fill in a form keeps it: the page is not loaded again under her hands.
  const busy = () => all("input[type='file']").some((input) => input.files.length) || (document.activeElement && typing(document.activeElement));
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(waiting.id);
    if (fresh && "refresh" in fresh.dataset) { waiting.innerHTML = fresh.innerHTML; return true; }
    if (busy()) return true;
    location.reload();
    return false;
  };
  const again = async () => {
    let more = true;
    if (!document.hidden) more = await look().catch(() => true); // no answer: the server may be starting anew
    if (more) setTimeout(again, pause);
  };
  setTimeout(again, pause);
}
