// Update a list while the user types: load the same page and replace what is below the search bar.
(() => {
  "use strict";

  const PAUSE = 180; // milliseconds after the last key

  function follow(form, input) {
    const list = form.parentElement;
    const said = document.createElement("p");
    said.className = "cf-sr";
    said.setAttribute("role", "status");
    form.append(said);
    let timer = 0;
    let asked = null;

    function address() {
      const query = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
      return window.location.pathname + (query.size ? `?${query}` : "");
    }

    function put(page) {
      const fresh = page.querySelector(".cf-list");
      if (!fresh) throw new Error("no list");
      const bar = fresh.querySelector("#changelist-search");
      for (const element of [...list.children]) if (element !== form) element.remove();
      for (const element of [...fresh.children]) if (element !== bar) list.append(element);
      list.dispatchEvent(new CustomEvent("cf:fresh", { bubbles: true }));
      document.getElementById("cf-pages").replaceChildren(...page.getElementById("cf-pages").childNodes);
      const clear = bar?.querySelector(".cf-clear");
      form.querySelector(".cf-clear")?.remove();
      if (clear) said.before(clear);
      const count = document.querySelector("#cf-pages .cf-pagination span") ?? list.querySelector(".cf-empty h2");
      said.textContent = count ? count.textContent.trim() : "";
    }

    async function look() {
      const wanted = address();
      asked?.abort();
      asked = new AbortController();
      form.classList.add("cf-busy");
      try {
        const answer = await fetch(wanted, { credentials: "same-origin", signal: asked.signal });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        window.history.replaceState(null, "", wanted);
        form.classList.remove("cf-busy");
      } catch (error) {
        if (error.name !== "AbortError") window.location.assign(wanted); // load the whole page, which shows the error
      }
    }

    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(look, PAUSE);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("changelist-search");
    const input = document.getElementById("searchbar");
    if (form && input) follow(form, input);
  });
})();
