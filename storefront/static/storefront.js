// "Use my position": fills the place field of the form with the browser's coordinates and sends it.
// Without script or without permission the typed place works as well; nothing is kept but in the session.
document.querySelectorAll("[data-near]").forEach((button) => {
  if (!("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const form = button.form;
    const status = form.querySelector("[data-near-status]");
    const say = (words) => { if (status) status.textContent = words; };
    button.disabled = true;
    say(button.dataset.asking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.near.value = `${coords.latitude.toFixed(3)}, ${coords.longitude.toFixed(3)}`;
        form.submit();
      },
      () => { button.disabled = false; say(button.dataset.refused); },
      { maximumAge: 600000, timeout: 10000 },
    );
  });
});

// After a refused form the summary of what to check is read and seen first.
document.getElementById("errors")?.focus();
