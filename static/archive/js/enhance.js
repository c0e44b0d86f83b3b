/* Fast hands. Everything here only enhances links and forms that work without it:
   keys (/ j k o c d x n p ?), suggestions, live parts, menus that close, files that drop, the reader's time zone. */

(() => {
  "use strict";

  const typing = (node) => node.closest("input, textarea, select, [contenteditable='true']");
  const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
  let here = null;

  const stand = (item) => {
    if (here) here.classList.remove("is-here");
    here = item;
    here.classList.add("is-here");
    const link = here.querySelector("[data-open]") || here.querySelector("a, button");
    if (link) link.focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
  };

  const move = (step) => {
    const list = items();
    if (!list.length) return;
    const at = here && list.includes(here) ? list.indexOf(here) : step > 0 ? -1 : list.length;
    stand(list[Math.min(Math.max(at + step, 0), list.length - 1)]);
  };

  const press = (key) => {
    const target = (here && here.querySelector(`[data-key="${key}"]`)) || document.querySelector(`main [data-key="${key}"]`);
    if (target) target.click();
  };

  const openKeys = () => {
    const dialog = document.getElementById("keys");
    if (dialog && !dialog.open) dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      const menu = event.target.closest("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (typing(event.target)) {
        event.target.blur();
      }
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const box = document.querySelector("main input[type='search'][name='q']") || document.getElementById("masthead-q");
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    } else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "o") {
      const link = here && here.querySelector("[data-open]");
      if (link) link.click();
    } else if (event.key === "?") openKeys();
    else if ("cdxnp".includes(event.key) && event.key.length === 1) press(event.key);
  });

  // The item that has the focus is the item that j and k stand on.
  document.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (item && item !== here) {
      if (here) here.classList.remove("is-here");
      here = item;
      here.classList.add("is-here");
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const source = document.getElementById(copier.dataset.copy);
      if (source && navigator.clipboard) {
        event.preventDefault();
        navigator.clipboard.writeText(source.value || source.textContent.trim()).then(() => {
          copier.textContent = copier.dataset.copied || copier.textContent;
        });
      }
    }
  });

  // What can be typed next, in the browser's own list.
  for (const box of document.querySelectorAll("input[data-suggest]")) {
    if (!box.dataset.suggest || !box.list) continue;
    let timer = 0;
    let asked = "";
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const typed = box.value.trim();
        if (typed.length < 2 || typed === asked) return;
        asked = typed;
        try {
          const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`, {
            headers: { Accept: "application/json" },
          });
          if (!answer.ok) return;
          const { suggestions } = await answer.json();
          box.list.replaceChildren(
            ...suggestions.map((text) => {
              const option = document.createElement("option");
              option.value = text;
              return option;
            }),
          );
        } catch {
          // Suggestions are a comfort; without them the box still searches.
        }
      }, 150);
    });
  }

  // Live parts: a piece of the page that the server prints anew until it says that it is done.
  const refresh = async (part) => {
    // A page that nobody looks at asks for nothing.
    if (document.hidden) return watch(part);
    try {
      const answer = await fetch(part.dataset.live, { headers: { "X-Part": "1" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = part.id ? page.getElementById(part.id) : page.body.firstElementChild;
        if (fresh) {
          if (part.contains(document.activeElement)) {
            setTimeout(refresh, 1000, part);
            return;
          }
          part.replaceWith(fresh);
          part = fresh;
        }
      }
    } catch {
      // The next round asks again; a reload shows the same.
    }
    watch(part);
  };

  const watch = (part) => {
    if (part.dataset.live && part.isConnected) {
      setTimeout(refresh, Number(part.dataset.every || 2) * 1000, part);
    }
  };
  document.querySelectorAll("[data-live]").forEach(watch);

  // Files dropped on a file field's frame.
  for (const drop of document.querySelectorAll("[data-drop]")) {
    const input = drop.querySelector("input[type='file']");
    const list = drop.querySelector("[data-drop-list]");
    const tell = () => {
      if (list) list.textContent = [...input.files].map((file) => file.name).join(", ");
    };
    input.addEventListener("change", tell);
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("drop--over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("drop--over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("drop--over");
      input.files = event.dataTransfer.files;
      tell();
    });
  }

  // One box that ticks all rows of a list in the admin panel.
  const all = document.getElementById("action-toggle");
  if (all) {
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll(".action-select")) box.checked = all.checked;
    });
  }

  // Filters that apply as they are chosen; the button beside them stays for everyone else.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });

  // A row of tabs that is wider than the window begins at the tab one is at.
  for (const tab of document.querySelectorAll(".masthead__nav [aria-current], .tabs [aria-current]")) {
    const row = tab.closest(".masthead__nav, .tabs");
    if (row.scrollWidth > row.clientWidth) {
      const [place, frame] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
      row.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2;
    }
  }

  // The reader's zone, told to the server once, so that times are right from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes("reader_zone=")) {
    document.cookie = `reader_zone=${encodeURIComponent(zone)};path=/;max-age=31536000;samesite=lax`;
  }
})();
