// Keeps the part of the page that changes up to date; without it the page works as well.
const part = document.querySelector("[data-live]");

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.querySelector("[data-live]");
  if (!next || next.innerHTML === part.innerHTML) return;
  part.innerHTML = next.innerHTML;
  document.querySelector(".bar nav").innerHTML = fresh.querySelector(".bar nav").innerHTML;
}

if (part) setInterval(refresh, 2500);
