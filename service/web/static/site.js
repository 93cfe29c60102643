"use strict";
// The pages work without this: it only puts times in the reader's own zone and counts down to kick-off.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
for (const field of document.querySelectorAll("[data-time-zone]")) if (!field.value) field.value = zone;
for (const time of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(time.dateTime);
  time.textContent = moment.toLocaleString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
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
