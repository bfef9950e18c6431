// Refreshes elements marked data-live. Optional: the Refresh link does the same by hand.
(() => {
  const EVERY = 2000;
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const button = document.querySelector("[data-pause]");
  const state = document.querySelector("[data-live-state]");
  if (!button || !parts().length) return;
  let paused = false;

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  // Keep text that the reader is selecting.
  const isSelecting = (part) => {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  };

  const replace = (part, fresh) => {
    if (part.innerHTML === fresh.innerHTML || isSelecting(part)) return;
    const open = [...part.querySelectorAll("details[id][open]")].map((details) => details.id);
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const summary = focused && focused.matches("summary") ? focused.parentElement.id : "";
    const id = focused ? focused.id : "";
    part.innerHTML = fresh.innerHTML;
    for (const name of open) document.getElementById(name)?.setAttribute("open", "");
    const again = summary ? document.getElementById(summary)?.querySelector("summary") : id && document.getElementById(id);
    if (again) again.focus({ preventScroll: true });
  };

  const refresh = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const fresh = page.getElementById(part.id);
        if (fresh && !paused) replace(part, fresh);
      }
      say("");
    } catch {
      say("No answer. Trying again.");
    }
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    if (!paused) refresh();
  });
  const again = async () => { await refresh(); setTimeout(again, EVERY); };
  setTimeout(again, EVERY);
})();
