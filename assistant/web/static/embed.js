// Puts Clapvert in a page of another site, in a frame: `<script src="…/static/embed.js" data-key="clv_…" defer></script>`.
//
// The key goes in the fragment of the frame's address, which no browser sends; what the frame may be shown in is what the
// server says of the key. Nothing of the page around is read. `data-height`, `data-lang` and `data-into` (the id of the
// element that takes the frame) are optional.

(() => {
  const here = document.currentScript;
  const { key = "", height = "640", lang = "fr", into } = here.dataset;
  const frame = document.createElement("iframe");
  const address = new URL("/widget", here.src);
  address.searchParams.set("for", key.split("_")[1] ?? "");
  address.searchParams.set("lang", lang);
  address.hash = key;
  frame.src = address.href;
  frame.title = "Clapvert";
  frame.referrerPolicy = "origin";
  Object.assign(frame.style, { width: "100%", height: `${Number(height) || 640}px`, border: "0" });
  (document.getElementById(into) ?? here).after(frame);
})();
