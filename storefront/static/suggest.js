// Proposals under a search field while one types: a combobox with a list (ARIA Authoring Practices, 1.2 pattern).
// Without script the field is a plain field of its form.
const WAIT = 120;
const LEAST = 2;
const known = new Map();

class Suggesting {
  constructor(box, number) {
    this.box = box;
    this.input = box.querySelector("input");
    this.at = -1;
    this.list = document.createElement("ul");
    this.list.id = `proposals-${number}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.input.getAttribute("aria-label") ?? this.input.labels[0]?.textContent ?? "");
    this.list.className = "proposals";
    this.list.hidden = true;
    this.said = document.createElement("span");
    this.said.setAttribute("role", "status");
    this.said.className = "hidden-text";
    box.append(this.list, this.said);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // The field keeps the focus while the mouse chooses.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });
  }

  typed() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const words = this.input.value.trim().replace(/\s+/g, " ");
    if (words.length < LEAST) return this.close();
    this.timer = setTimeout(() => this.ask(words), known.has(words) ? 0 : WAIT);
  }

  async ask(words) {
    try {
      if (!known.has(words)) {
        this.asked = new AbortController();
        const answer = await fetch(`${this.box.dataset.suggest}?q=${encodeURIComponent(words)}`, {
          signal: this.asked.signal, headers: { Accept: "application/json" },
        });
        if (!answer.ok) return this.close();
        known.set(words, await answer.json());
      }
    } catch {
      return; // typed on, or the line is down: the form still works
    }
    if (document.activeElement === this.input) this.show(known.get(words));
  }

  show(found) {
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...found.map((one, place) => this.option(one, place)));
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    const { one, many } = this.box.dataset;
    this.said.textContent = found.length === 1 ? one : found.length ? many.replace("{n}", found.length) : "";
  }

  option(one, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = one.url;
    option.dataset.text = one.text;
    const words = document.createElement("span");
    words.textContent = one.text;
    option.append(words);
    const kind = one.by || this.box.dataset[one.kind];
    if (kind) {
      const small = document.createElement("small");
      small.textContent = kind;
      option.append(" ", small);
    }
    return option;
  }

  key(event) {
    const options = [...this.list.children];
    if (event.key === "Escape") {
      if (!this.list.hidden) event.preventDefault();
      return this.close();
    }
    if (this.list.hidden || event.isComposing) {
      if (event.key === "ArrowDown" && this.input.value.trim().length >= LEAST) {
        event.preventDefault();
        this.typed();
      }
      return undefined;
    }
    if (event.key === "ArrowDown") this.move(this.at + 1, options);
    else if (event.key === "ArrowUp") this.move(this.at - 1, options);
    else if (event.key === "Enter" && this.at >= 0) location.assign(options[this.at].dataset.url);
    else return undefined;
    event.preventDefault();
    return undefined;
  }

  move(to, options) {
    const last = options.length - 1;
    this.at = to > last ? -1 : to < -1 ? last : to;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    const chosen = options[this.at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.said.textContent = "";
  }
}

document.querySelectorAll("[data-suggest]").forEach((box, number) => new Suggesting(box, number));
