// Small conveniences. Every button and every link works without them.
(() => {
  "use strict";

  // Narrow the menu, since lists need the width more; a width that the user has dragged stays.
  if (!localStorage.getItem("sidebarWidth")) localStorage.setItem("sidebarWidth", "228");

  // Refresh a live part of a page after as many milliseconds as the server says, until it says 0.
  function keepLive(part) {
    let again = Number(part.dataset.again);
    let failures = 0;

    async function look() {
      if (!document.hidden) {
        try {
          const answer = await fetch(part.dataset.live, { credentials: "same-origin", redirect: "error" });
          if (!answer.ok) throw new Error(String(answer.status));
          part.innerHTML = await answer.text();
          failures = 0;
          again = Number(answer.headers.get("X-Again"));
          if (!again) {
            window.location.reload(); // the counts, lists and buttons around it have changed too
            return;
          }
        } catch {
          failures += 1;
        }
      }
      window.setTimeout(look, again * Math.min(1 + failures, 10));
    }

    window.setTimeout(look, again);
  }

  // Apply a filter as soon as it is chosen; leave empty ones out of the address.
  function filterAtOnce(form) {
    const apply = form.querySelector("[data-filters-apply]");
    if (apply && form.querySelector("select")) apply.hidden = true;
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) {
        if (field.name && !field.value) field.disabled = true;
      }
    });
  }

  // Submit a form only once, even on a double click.
  function onlyOnce(form) {
    form.addEventListener("submit", () => {
      window.setTimeout(() => {
        for (const button of form.querySelectorAll("button")) button.disabled = true;
      });
    });
  }

  // Select rows: the whole page, all that match, a range with Shift. The bar shows how many.
  function countTicks(form) {
    const ticks = [...form.querySelectorAll('input[name="pick"]')];
    const bar = form.querySelector("[data-picking]");
    const page = form.querySelector("[data-pick-page]");
    const more = form.querySelector("[data-pick-more]");
    const all = more && more.querySelector("input");
    const label = form.querySelector("[data-export]");
    let last = null;

    function show() {
      const picked = ticks.filter((tick) => tick.checked).length;
      const whole = picked === ticks.length;
      if (all && !whole) all.checked = false;
      page.checked = picked > 0 && whole;
      page.indeterminate = picked > 0 && !whole;
      bar.classList.toggle("cf-picked", picked > 0);
      if (more) more.hidden = !whole;
      const everything = all && all.checked;
      form.querySelector("[data-picked]").textContent =
        everything ? `${all.parentElement.querySelector("b").textContent} selected` : picked ? `${picked} selected` : "";
      for (const button of form.querySelectorAll("[data-pick-needed]")) button.disabled = !picked;
      if (label) label.textContent = picked && !everything ? "Export selected" : "Export all as CSV";
      for (const tick of ticks) tick.closest("tr").classList.toggle("cf-ticked", tick.checked);
    }

    form.addEventListener("change", (event) => {
      if (event.target === page) ticks.forEach((tick) => { tick.checked = page.checked; });
      show();
    });
    form.addEventListener("click", (event) => {
      const at = ticks.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey && last !== null) {
        ticks.slice(Math.min(at, last), Math.max(at, last) + 1).forEach((tick) => { tick.checked = event.target.checked; });
      }
      last = at;
    });
    window.addEventListener("pageshow", show);
    show();
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.querySelector("span:last-child");
    try {
      await navigator.clipboard.writeText(source.textContent);
      label.textContent = "Copied";
    } catch {
      window.getSelection().selectAllChildren(source);
      label.textContent = "Press Ctrl-C";
    }
    window.setTimeout(() => { label.textContent = "Copy"; }, 2000);
  }

  function wire(part) {
    part.querySelectorAll("[data-live]").forEach(keepLive);
    part.querySelectorAll("form[data-once]").forEach(onlyOnce);
    part.querySelectorAll("form[data-selection]").forEach(countTicks);
    part.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button)));
  }

  document.addEventListener("DOMContentLoaded", () => {
    wire(document);
    document.querySelectorAll("form[data-filters]").forEach(filterAtOnce);
  });
  document.addEventListener("cf:fresh", (event) => wire(event.target)); // rows loaded without a new page

  // Django names its help icons in a way that screen readers may not use on a bare span. It adds them on load.
  window.addEventListener("load", () => window.setTimeout(() => {
    document.querySelectorAll(".help-tooltip[aria-label]").forEach((icon) => icon.setAttribute("role", "img"));
  }));

  // A page that the browser kept for going back: make its buttons and fields work again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-once] button, form[data-filters] *").forEach((element) => { element.disabled = false; });
  });
})();
