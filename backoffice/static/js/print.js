// A paper of the back office: the browser prints it.
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
