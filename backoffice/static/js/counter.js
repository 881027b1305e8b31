// The counter: what is left and what reaches the bookshop while the amount is typed. The server decides.
const form = document.querySelector("[data-counter]");

const share = (cents, rate) => Math.floor((cents * rate + 5000) / 10000);

function read(typed) {
  const clean = typed.replace(/[\s€]/g, "").replace(",", ".");
  return /^\d+(\.\d{1,2})?$/.test(clean) ? Math.round(Number(clean) * 100) : null;
}

if (form) {
  const { left, rate, vat, currency } = form.dataset;
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const amount = form.elements.amount;
  const put = (name, text) => { form.querySelector(`[data-${name}]`).textContent = text; };
  const show = () => {
    const cents = read(amount.value);
    const fits = cents !== null && cents > 0 && cents <= Number(left);
    const fee = fits ? share(cents, Number(rate)) : 0;
    const cost = fee + share(fee, Number(vat));
    put("rest", fits ? words.format((Number(left) - cents) / 100) : words.format(Number(left) / 100));
    put("fee", fits ? `\u2212${words.format(cost / 100)}` : "–");
    put("net", fits ? words.format((cents - cost) / 100) : "–");
    put("amount", fits ? words.format(cents / 100) : "");
  };
  const all = form.querySelector("[data-all]");
  all.hidden = false;
  all.addEventListener("click", () => {
    amount.value = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, useGrouping: false }).format(Number(left) / 100);
    show();
    amount.focus();
  });
  amount.addEventListener("input", show);
  show();
}
