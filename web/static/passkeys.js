// Passkeys: what the server asks goes to the authenticator, what it answers goes back by an ordinary form.
"use strict";

(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (asked) => {
    const user = { ...asked.user, id: bytes(asked.user.id) };
    const challenge = bytes(asked.challenge);
    const publicKey = { ...asked, user, challenge, excludeCredentials: named(asked.excludeCredentials) };
    const made = await navigator.credentials.create({ publicKey });
    return told(made, ["clientDataJSON", "attestationObject"]);
  };
  const ask = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) };
    const shown = await navigator.credentials.get({ publicKey });
    return told(shown, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
  };
  const told = (credential, parts) => {
    const response = {};
    for (const part of parts) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.closest("[data-with-passkeys]")?.removeAttribute("hidden");
    const trouble = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      trouble.hidden = true;
      try {
        const answer = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        if (!answer.ok) throw new Error(String(answer.status));
        const asked = await answer.json();
        const credential = await (form.dataset.passkey === "make" ? make(asked) : ask(asked));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        trouble.textContent = form.dataset.trouble;
        trouble.hidden = false;
      }
    });
  });
})();
