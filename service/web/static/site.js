"use strict";
// The pages work without this: it only puts times in the reader's own zone and counts down to kick-off.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
for (const field of document.querySelectorAll("[data-time-zone]")) if (!field.value) field.value = zone;
// English as it is written where the campaign is, not as the browser's maker writes it.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
for (const time of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(time.dateTime);
  const words = moment.toLocaleString(language, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", hour12: language === "en-GB" || undefined });
  time.textContent = time.dataset.local ? `${words} ${time.dataset.local}` : words;
}
for (const clock of document.querySelectorAll("[data-countdown]")) {
  const goal = new Date(clock.dataset.countdown).getTime();
  const show = () => {
    const left = Math.floor((goal - Date.now()) / 1000);
    if (left <= 0) { clock.hidden = true; return; }
    const days = Math.floor(left / 86400), hours = Math.floor(left / 3600) % 24, minutes = Math.floor(left / 60) % 60;
    clock.textContent = days ? `${days} d ${hours} h ${minutes} min` : `${hours} h ${minutes} min ${left % 60} s`;
    clock.hidden = false;
    setTimeout(show, 1000);
  };
  show();
}
for (const field of document.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
document.getElementById("mistakes")?.focus();
// A token that no cookie could carry is taken out of the address bar: it stands in the form.
const address = new URL(location.href);
if (address.searchParams.has("t")) {
  address.searchParams.delete("t");
  address.searchParams.delete("c");
  history.replaceState(null, "", address);
}
// A button that opens another program counts as passing it on. Without this it leads through an address that counts;
// here it opens the program itself, and the press is told from this page: never both.
const noting = document.querySelector("form[data-noting]");
for (const way of document.querySelectorAll("[data-ways] [data-by]")) {
  way.href = way.dataset.opens;
  way.addEventListener("click", () => {
    const said = new URLSearchParams(new FormData(noting));
    said.set("by", way.dataset.by);
    fetch(noting.action, { method: "POST", body: said, keepalive: true }).catch(() => {});
  });
}
