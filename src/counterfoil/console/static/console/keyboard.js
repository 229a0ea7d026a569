// Keys that unfold does not handle. It handles Ctrl-K, "/" on lists, "[", Ctrl-E, "?".
(() => {
  "use strict";

  const typing = () => /^(input|textarea|select)$/i.test(document.activeElement.tagName) || document.activeElement.isContentEditable;

  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (key === "s" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      const save = document.querySelector("[name=_save]:not([disabled])");
      if (!save) return;
      event.preventDefault();
      save.click();
    }
    if (key === "/" && !typing() && !document.getElementById("searchbar")) {
      event.preventDefault();
      window.dispatchEvent(new CustomEvent("opencommand"));
    }
  });

  // unfold waits half a second after the last key; an answer takes only a few milliseconds.
  const box = () => document.getElementById("search-input-command");
  document.addEventListener("DOMContentLoaded", () => {
    const input = box();
    if (!input) return;
    input.setAttribute("hx-trigger", "input changed delay:120ms");
    input.setAttribute("placeholder", "Customer, invoice, connection, run or page");
    input.setAttribute("aria-label", "Search everything");
    window.htmx?.process(input);
  });
})();
