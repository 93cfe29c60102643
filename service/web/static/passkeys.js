// Asks the browser for a passkey and sends what it answers as a form like any other.
(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const read = (options) => {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const key of [...(options.excludeCredentials || []), ...(options.allowCredentials || [])]) key.id = toBytes(key.id);
    return options;
  };

  const said = (credential) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = toText(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
  };

  const ask = async (form) => {
    const answer = await fetch(form.dataset.options, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("the console did not answer; reload the page");
    const publicKey = read(await answer.json());
    form.elements.answer.value = said(await navigator.credentials[form.dataset.passkey]({ publicKey }));
    form.submit();
  };

  if (!window.PublicKeyCredential) return;
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const mistake = form.querySelector(".mistake");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      mistake.hidden = true;
      ask(form).catch((why) => {
        const known = why.name === "InvalidStateError" ? "This device has a passkey here already." : "No passkey was given. Try again.";
        mistake.textContent = why.name === "Error" ? `No passkey was asked for: ${why.message}.` : known;
        mistake.hidden = false;
      });
    });
  }
})();
