const live = document.getElementById("live");
const every = Number(live.dataset.every) * 1000;
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    const held = document.activeElement?.closest("#live [data-key]")?.dataset.key;
    live.replaceChildren(...fresh.childNodes);
    if (held) live.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  } catch {
    document.getElementById("stale").hidden = false;
    return;
  }
  document.getElementById("stale").hidden = true;
}
setInterval(refresh, every);
document.addEventListener("visibilitychange", refresh);
