// The account of a workbook is made anew as soon as its sheets, columns or departments are chosen otherwise; without
// JavaScript, the button « Relire » does it. What a person accepted stays ticked.

const form = document.querySelector("form.import");
const again = document.querySelector("#reread");

if (form && again) {
  again.hidden = true;
  form.addEventListener("change", (event) => {
    const name = event.target.name ?? "";
    if (/^(?:feuille|departements|premiere|derniere)$|^(?:col|fill|meme)-/.test(name)) form.requestSubmit(again);
  });
}
