// The board under the hands: keys that move and set, rows that open, boxes that tick many at once.

/** Whether a key press belongs to the field that is being written in. */
export function writing(target) {
  return target.matches("textarea, select, input:not([type='radio'], [type='checkbox'], [type='file'])");
}

/** Listen on a board; `bulk` is the form of the ticked rows, `save` saves a row. */
export function hands(board, bulk, save) {
  const rows = () => [...board.querySelectorAll("form.row")];
  const boxes = () => [...board.querySelectorAll("input[name='code']")];
  let last = null;

  function go(row, step) {
    const all = rows();
    const next = all[all.indexOf(row) + step];
    if (!next) return;
    next.querySelector(".status input:checked").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function open(row, wanted = !row.classList.contains("open")) {
    row.classList.toggle("open", wanted);
    row.querySelector(".toggle").setAttribute("aria-expanded", String(wanted));
  }

  function set(row, n) {
    const choice = row.querySelectorAll(".status input")[n];
    if (!choice) return;
    choice.checked = true;
    choice.focus();
    save(row);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const row = event.target.closest?.("form.row");
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector("#q").focus();
      return;
    }
    if (!row) {
      if ((event.key === "ArrowDown" || event.key === "j") && event.target === document.body && rows().length) {
        event.preventDefault();
        rows()[0].querySelector(".status input:checked").focus();
      }
      return;
    }
    const key = { j: "ArrowDown", k: "ArrowUp" }[event.key] ?? event.key;
    if (key === "ArrowDown" || key === "ArrowUp") go(row, key === "ArrowDown" ? 1 : -1);
    else if (/^[1-6]$/.test(key)) set(row, Number(key) - 1);
    else if (key === "Enter" && event.target.matches("input")) open(row);
    else if (key === "x") row.querySelector("input[name='code']").click();
    else if (key === "n") {
      open(row, true);
      row.elements.note.focus();
    } else return;
    event.preventDefault();
  });

  board.addEventListener("click", (event) => {
    const row = event.target.closest("form.row");
    if (!row) return;
    const folded = event.target.closest(".status label:has(input:checked)") && getComputedStyle(row).getPropertyValue("--folded").trim() === "1";
    if (event.target.closest(".toggle") || folded) open(row);
  });

  function counted() {
    const n = boxes().filter((box) => box.checked).length;
    bulk.classList.toggle("some", n > 0);
    bulk.querySelector(".count").textContent = String(n);
    for (const all of board.querySelectorAll("input.all")) {
      const own = [...all.closest("section").querySelectorAll("input[name='code']")];
      const ticked = own.filter((box) => box.checked).length;
      all.checked = own.length > 0 && ticked === own.length;
      all.indeterminate = ticked > 0 && ticked < own.length;
    }
  }

  board.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches("input.all")) {
      for (const one of box.closest("section").querySelectorAll("input[name='code']")) one.checked = box.checked;
    } else if (box.matches("input[name='code']")) {
      const all = boxes();
      if (event.shiftKey && last) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
    } else return;
    counted();
  });
  bulk.addEventListener("reset", () => setTimeout(counted));
  counted();
}
