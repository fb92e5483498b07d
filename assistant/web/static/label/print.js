// The list to print has its button only where a script can print.

const button = document.querySelector("#print");
button.hidden = false;
button.addEventListener("click", () => print());
