// Another sheet is read as soon as it is chosen; without JavaScript, its button does.

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true;
}
