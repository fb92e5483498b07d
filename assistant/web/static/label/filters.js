// Filters of the workbench apply as soon as they change; without JavaScript, their button does.

for (const form of document.querySelectorAll("form[data-auto]")) {
  for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true; // Enter searches
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const at = new URL(form.action);
    location.assign(`${at.pathname}?${wanted}${at.hash}`);
  });
}
