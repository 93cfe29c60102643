// What refreshes itself waits while somebody is about to press something in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.elt;
  const asksByItself = (part.getAttribute("hx-trigger") || "").startsWith("every");
  if (asksByItself && (part.querySelector("details[open]") || part.contains(document.activeElement))) {
    event.preventDefault();
  }
});
